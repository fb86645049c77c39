//! `modreg compile` writes the compiled registry of the working tree, or checks it.

use std::collections::BTreeMap;

use crate::{
    cli::{
        args::{CheckFormat, Rendering},
        context::Context,
        error::CliError,
        exit::Exit,
        output, progress,
        workspace::Folder,
    },
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::{Range, Repository},
    registry::{REGISTRY, Root},
    report::{
        changes::InvalidModules,
        findings::{self, Check, Findings},
        json::{self, CompileReport},
        markdown::{self, step_summary},
        shorten::{shorten, shorten_removals},
        step_outputs::Outputs,
        terminal::sync::{IN_JSON, counts},
        text::visible,
    },
    sync::{Draft, Drift, Log, RemovalToken, SyncError, WorkingDraft, WorkingTree},
};

/// The end of a shortened list of pins and holds.
const IN_ROOT: &str = "`registry/snapshot.json` has all";

/// The trailer of a commit message that allows removals.
const ALLOW_REMOVALS: &str = "Allow-Removals";

/// Compile the working tree into `registry/` without committing
///
/// Files in `registry/` that differ from what the manifests compile to are overwritten, and files that do not belong there
/// are removed and listed. The removal guard is the same as for `modreg sync`.
///
/// This command is for repositories where each pull request contains the compiled registry. In CI,
/// `modreg compile --check --base REV` checks that it does, where REV is the commit that the request will be merged into.
/// To allow removals in a request, add the trailer `Allow-Removals: TOKEN` to the message of one of its commits.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Write nothing, and exit 1 if `registry/` differs from what the manifests compile to
    #[arg(long)]
    check: bool,
    /// Check the change since this revision
    ///
    /// The registry of the revision is the previous one for the removal guard, the versions of the modules and the number of
    /// the snapshot.
    #[arg(long, value_name = "REV", requires = "check")]
    base: Option<String>,
    /// Allow exactly the removals that an earlier refusal listed
    ///
    /// The message of the refusal contains the token.
    #[arg(long, value_name = "TOKEN")]
    allow_removals: Option<RemovalToken>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
}

/// A compiled registry, and how `registry/` differs from it.
struct Compilation<'a> {
    tree: &'a WorkingTree<'a>,
    draft: &'a Draft,
    drift: &'a Drift,
    diagnostics: &'a [Diagnostic],
    /// The pins and holds that the change adds or removes, one line each.
    pin_changes: &'a [String],
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler(context)?;
    let start_progress = |total| progress::counter(context, "compiling", total);
    let base = args.base.as_deref().map(|revision| base(&folder, revision)).transpose()?;
    let mut tree = match (&base, &folder.repository) {
        (Some((commit, log)), Some(repository)) => {
            WorkingTree::since(&folder.root, repository, *commit, log)?
        }
        (_, repository) => WorkingTree::open(&folder.root, repository.as_ref())?,
    };
    let mut pin_changes = Vec::new();
    let found = if base.is_some() { tree.root_on_disk()? } else { None };
    if let (Some((_, log)), Some(found)) = (&base, &found) {
        pin_changes = changes_of_pins(tree.previous().snapshot.root.as_ref(), found);
        tree.adopt_pins(found, log)?;
    }
    for remark in &tree.previous().remarks {
        context.warn(remark);
    }
    context.warn_if_cut_off(tree.is_log_cut_off());
    let WorkingDraft { mut draft, remarks, ignored } =
        tree.draft(&compiler, &start_progress).map_err(|error| folder.missing_manifests(error))?;
    context.print_ignored(&ignored);
    if let (Some((_, log)), Some(found)) = (&base, &found) {
        draft = tree.with_expected_root(draft, found, log);
    }
    let tokens_in_commits = match (&base, &folder.repository) {
        (Some((commit, _)), Some(repository)) => tokens_in_commits(repository, *commit)?,
        _ => Vec::new(),
    };
    let allowed: Vec<&RemovalToken> = args.allow_removals.iter().chain(&tokens_in_commits).collect();
    if let Some(refusal) = tree.refuse(&draft, &compiler, &allowed) {
        if let Rendering::Json = args.format.rendering() {
            let version = tree.previous().snapshot.version();
            let found: Vec<Diagnostic> = remarks.iter().chain(&draft.plan.diagnostics).cloned().collect();
            let drift = Drift::default();
            let report = CompileReport::new(version, &draft, &drift, &found, true);
            let refused = Some(json::Refusal::new(&refusal, &draft.plan));
            output::write(|out| json::write(out, &CompileReport { refused, ..report }))?;
            return Ok(Exit::Refused);
        }
        output::eprint_line(&format!("{} {}", context.stderr.error("refused:"), refusal.reason(&draft.plan)));
        context.print_messages(pin_changes, "pin or hold", IN_ROOT);
        let removals = refusal.removals().into_iter().flat_map(|removals| removals.entries.keys());
        let removals = removals.map(|name| format!("  - {name}")).collect();
        for line in shorten_removals(removals, IN_JSON, context.stderr) {
            output::eprint_line(&line);
        }
        context.print_removal_help(&refusal);
        return Ok(Exit::Refused);
    }
    let drift = tree.drift(&draft)?;
    let diagnostics: Vec<Diagnostic> = remarks.iter().chain(&draft.plan.diagnostics).cloned().collect();
    if !args.check {
        tree.write(&drift)?;
        print_merge_steps(&folder, context)?;
    }
    let compiled = Compilation {
        tree: &tree,
        draft: &draft,
        drift: &drift,
        diagnostics: &diagnostics,
        pin_changes: &pin_changes,
    };
    let findings = compiled.findings(args.check);
    match args.format.rendering() {
        Rendering::Human if args.check => compiled.print_drift(context)?,
        Rendering::Human => compiled.print(context)?,
        Rendering::Json => output::write(|out| json::write(out, &compiled.report(args.check)))?,
        Rendering::Findings(write) => {
            context.print_messages(pin_changes.clone(), "pin or hold", IN_ROOT);
            output::write(|out| write(out, &findings))?;
        }
    }
    let version = tree.previous().snapshot.version();
    context.write_workflow_files(&Outputs::of_draft(version, &draft), || {
        if args.check {
            step_summary::findings(&findings)
        } else {
            markdown::comment(version, &draft.changes, &diagnostics, &InvalidModules::from(&draft.plan), None)
        }
    })?;
    Ok(match (args.check && !drift.is_empty(), draft.plan.invalid.is_empty()) {
        (true, _) => Exit::CheckFailed,
        (false, true) => Exit::Done,
        (false, false) => Exit::SomeInvalid,
    })
}

/// Prints the next steps if a merge left conflicts in the registry.
fn print_merge_steps(folder: &Folder, context: &Context) -> Result<(), CliError> {
    let Some(repository) = &folder.repository else { return Ok(()) };
    let is_generated = |path: &RepoPath| path.ancestors().any(|folder| folder.as_str() == REGISTRY);
    let (generated, others): (Vec<_>, Vec<_>) = repository.unmerged()?.into_iter().partition(is_generated);
    match (generated.is_empty(), others.first()) {
        (true, _) => {}
        (false, None) => {
            context.print_message("next: `git add registry`, then `git commit` to finish the merge");
        }
        (false, Some(path)) => {
            let path = visible(path.as_str());
            context.print_message(&format!(
                "next: `git add registry`; then resolve the other conflicts, such as in `{path}`"
            ));
        }
    }
    Ok(())
}

/// Returns the commit that a change is compared with, and its log.
fn base(folder: &Folder, revision: &str) -> Result<(ObjectId, Log), CliError> {
    let Some(repository) = &folder.repository else {
        return Err(CliError::cannot_run("`--base` needs a Git repository"));
    };
    let Some(commit) = repository.resolve(revision)? else {
        return Err(CliError::cannot_run(format!("the revision `{}` is unknown", visible(revision)))
            .hint("in a workflow, check out with `fetch-depth: 2`, and use the first parent: `HEAD^1`"));
    };
    Ok((commit, Log::read(repository, commit)?))
}

/// Returns the tokens with which the commits of a change allow removals, each in a trailer of its message.
fn tokens_in_commits(repository: &Repository, base: ObjectId) -> Result<Vec<RemovalToken>, CliError> {
    let head = repository.head().map_err(SyncError::from)?.commit();
    let range = Range { from: head.as_slice(), except: Some(base) };
    let mut tokens = Vec::new();
    for commit in repository.commits(range).map_err(SyncError::from)? {
        let info = repository.commit_info(commit).map_err(SyncError::from)?;
        tokens.extend(info.trailers.get(ALLOW_REMOVALS).and_then(|token| token.parse().ok()));
    }
    Ok(tokens)
}

/// Returns the pins and holds that a change adds or removes, one line each.
fn changes_of_pins(before: Option<&Root>, now: &Root) -> Vec<String> {
    let nothing = BTreeMap::new();
    let pinned = before.map_or(&nothing, |root| &root.pinned);
    let pin = |version: SnapshotVersion| format!("at version {version}");
    let is_new = |name: &ModuleName| pinned.get(name) != now.pinned.get(name);
    let pins = now.pinned.iter().filter(|(name, _)| is_new(name));
    let mut lines: Vec<String> = pins
        .map(|(name, new)| format!("adds a pin: {name} {} ({})", pin(new.version), visible(&new.reason)))
        .collect();
    let removed = pinned.iter().filter(|(name, _)| !now.pinned.contains_key(*name));
    lines.extend(removed.map(|(name, old)| format!("removes a pin: {name} {}", pin(old.version))));
    let nothing = BTreeMap::new();
    let held = before.map_or(&nothing, |root| &root.held);
    let began = now.held.iter().filter(|(name, _)| !held.contains_key(*name));
    lines.extend(began.map(|(name, new)| format!("newly held: {name} ({})", visible(&new.code))));
    let ended = held.keys().filter(|name| !now.held.contains_key(*name));
    lines.extend(ended.map(|name| format!("no longer held: {name}")));
    lines
}

impl Compilation<'_> {
    fn findings(&self, check: bool) -> Findings {
        let findings = Findings::of_manifests(Check::Compile, self.draft.read.clone(), self.diagnostics);
        if check { findings.with_drift(self.drift) } else { findings }
    }

    fn report(&self, check: bool) -> CompileReport {
        let Self { tree, draft, drift, diagnostics, .. } = self;
        CompileReport::new(tree.previous().snapshot.version(), draft, drift, diagnostics, check)
    }

    fn print(&self, context: &Context) -> Result<(), CliError> {
        context.print_diagnostics(self.diagnostics.iter());
        let changed = self.drift.paths().into_iter().filter_map(|path| {
            match (self.drift.odd.get(path), self.drift.remove.contains(path)) {
                (Some(odd), true) => Some(format!("removed {path}: {}", odd.past())),
                (Some(odd), false) => Some(format!("repaired {path}: {}", odd.past())),
                (None, true) => Some(format!("removed {path}")),
                (None, false) => None,
            }
        });
        context.print_messages(changed.collect(), "file", "`git status` lists all");
        let root = self.draft.root.as_ref().or(self.tree.previous().snapshot.root.as_ref());
        let version = root.map_or_else(
            || "no registry was written: no module is registrable".to_owned(),
            |root| format!("version {}", root.version),
        );
        let files = match self.drift.paths().len() {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        output::print_line(&format!("{version}: {}, {files} written", counts(&self.draft.plan.summary)))
    }

    fn print_drift(&self, context: &Context) -> Result<(), CliError> {
        context.print_diagnostics(self.diagnostics.iter());
        output::print_lines(&shorten(self.pin_changes.to_vec(), "pin or hold", IN_ROOT, context.stdout))?;
        if self.drift.is_empty() {
            return output::print_line("registry/ matches the manifests");
        }
        let paths = self.drift.paths().into_iter();
        let files = paths
            .map(|path| format!("{}: {}", visible(path.as_str()), findings::drift_message(path, self.drift)));
        output::print_lines(&shorten(files.collect(), "file", IN_JSON, context.stdout))?;
        output::eprint_line(
            "registry/ does not match the manifests: run `modreg compile` and commit the result",
        );
        Ok(())
    }
}
