//! `modreg diff` shows what would change, or what changed.

use clap::ValueEnum;

use crate::{
    cli::{
        context::Context,
        error::CliError,
        exit::Exit,
        output, progress,
        workspace::{self, Folder},
    },
    diagnostic::Diagnostic,
    diff::Changes,
    domain::SnapshotVersion,
    git::Repository,
    report::{
        changes::{self, InvalidModules},
        json::{self, ChangesReport},
        markdown,
        step_outputs::Outputs,
        terminal::sync::IN_JSON,
        text::visible,
    },
    sync::{self, Log, Summary, VersionedSnapshot, WorkingDraft, WorkingTree},
};

/// Show what a sync of the working tree would change, or what changed between two versions
///
/// Exits 3 if a manifest is invalid. The registry of a revision is what `registry/` contains at that commit. A terminal
/// shows at most 20 lines of changes; a pipe gets all of them.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The version or revision to start from; by default the working tree is compared with the latest version
    ///
    /// `42` and `v42` are versions; anything else is a Git revision.
    from: Option<String>,
    /// The version or revision to compare with; the default is the registry at HEAD
    to: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
    /// Exit 1 if there are any changes
    #[arg(long)]
    check: bool,
}

/// The output formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum DiffFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON object for programs; `modreg schema diff-report` prints its schema
    Json,
    /// Markdown for the comments of a pull request
    Markdown,
}

/// The comparison of two states of the registry.
struct Comparison {
    from: SnapshotVersion,
    /// The version to compare with, or `None` for the working tree.
    to: Option<SnapshotVersion>,
    latest: SnapshotVersion,
    changes: Changes,
    summary: Summary,
    diagnostics: Vec<Diagnostic>,
    /// The consequences of invalid manifests for a sync.
    invalid: InvalidModules,
    has_invalid: bool,
    /// Whether a sync would start or stop holding a module.
    changes_holds: bool,
    /// The modules that are no longer held.
    released: Vec<String>,
    /// The reason why the removal guard would refuse a sync.
    refused: Option<json::Refusal>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let compared = match &args.from {
        None => working_tree(context)?,
        Some(from) => versions(from, args.to.as_deref(), context)?,
    };
    let Comparison { from, ref changes, ref diagnostics, ref invalid, .. } = compared;
    let comment = || markdown::comment(from, changes, diagnostics, invalid, compared.refused.as_ref());
    match args.format {
        DiffFormat::Human => {
            context.print_diagnostics(diagnostics.iter());
            output::write(|out| changes::human::write(out, changes, invalid, context.stdout))?;
            context.print_messages(compared.released.clone(), "module", IN_JSON);
        }
        DiffFormat::Markdown => output::print(&comment())?,
        DiffFormat::Json => output::write(|out| json::write(out, &compared.report()))?,
    }
    let outputs = Outputs::of_changes(compared.latest, changes.added(), changes.updated(), changes.removed());
    let outputs =
        Outputs { held: Some(compared.summary.held), errors: Some(compared.summary.errors), ..outputs };
    context.write_workflow_files(&outputs, comment)?;
    let differs = !changes.is_empty() || compared.changes_holds;
    Ok(match (args.check && differs, compared.has_invalid) {
        (true, _) => Exit::CheckFailed,
        (false, true) => Exit::SomeInvalid,
        (false, false) => Exit::Done,
    })
}

fn working_tree(context: &Context) -> Result<Comparison, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler(context)?;
    let tree = WorkingTree::open(&folder.root, folder.repository.as_ref())?;
    let start_progress = |total| progress::counter(context, "compiling", total);
    let WorkingDraft { draft, remarks, ignored } = tree
        .draft_for_comparison(&compiler, &start_progress)
        .map_err(|error| folder.missing_manifests(error))?;
    context.print_ignored(&ignored);
    let refusal = tree.refuse(&draft, &compiler, &[]);
    if let Some(refusal) = &refusal {
        context.warn(&format!("a sync would be refused: {}", refusal.reason(&draft.plan)));
        context.print_removal_help(refusal);
    }
    let refused = refusal.map(|refusal| json::Refusal::new(&refusal, &draft.plan));
    context.warn_if_cut_off(tree.is_log_cut_off());
    let version = tree.previous().snapshot.version();
    let held = tree.previous().snapshot.held();
    let began = draft.plan.held.keys().filter(|name| !held.contains_key(*name)).count();
    let released = held.keys().filter(|name| !draft.plan.held.contains_key(*name));
    let released: Vec<_> = released.map(|name| format!("no longer held after a sync: {name}")).collect();
    Ok(Comparison {
        invalid: InvalidModules::from(&draft.plan),
        has_invalid: !draft.plan.invalid.is_empty(),
        changes_holds: began > 0 || !released.is_empty(),
        released,
        refused,
        from: version,
        to: None,
        latest: version,
        summary: draft.plan.summary,
        changes: draft.changes,
        diagnostics: remarks.into_iter().chain(draft.plan.diagnostics).collect(),
    })
}

fn versions(from: &str, to: Option<&str>, context: &Context) -> Result<Comparison, CliError> {
    let repository = workspace::repository(context)?;
    let head = repository.head()?.require_commit()?;
    let latest = VersionedSnapshot::at(&repository, head)?;
    let version = latest.snapshot.version();
    let log = Log::of_head(&repository, head)?;
    context.warn_about_log(&log);
    let old = find_snapshot(&repository, &log, from)?;
    let new = match to {
        Some(to) => find_snapshot(&repository, &log, to)?,
        None => latest,
    };
    let changes = sync::compare(&repository, &old.snapshot, &new.snapshot)?;
    let summary = Summary::between(&new.snapshot, &changes);
    let (from, to) = (old.snapshot.version(), Some(new.snapshot.version()));
    Ok(Comparison {
        from,
        to,
        latest: version,
        changes,
        summary,
        diagnostics: Vec::new(),
        invalid: InvalidModules::default(),
        has_invalid: false,
        changes_holds: false,
        released: Vec::new(),
        refused: None,
    })
}

/// Finds the registry of a version or of a revision; version 0 is the empty registry before the first version.
fn find_snapshot(repository: &Repository, log: &Log, text: &str) -> Result<VersionedSnapshot, CliError> {
    if let Ok(version) = text.parse::<SnapshotVersion>() {
        return VersionedSnapshot::find(repository, log, version).map_err(|error| {
            let is_revision = matches!(repository.resolve(text), Ok(Some(_)));
            let failed = CliError::from(error);
            if is_revision {
                failed.hint(format!(
                    "`{text}` is read as a version; for the revision write `refs/tags/{text}`, `refs/heads/{text}` or \
                     `{text}^0`"
                ))
            } else {
                failed
            }
        });
    }
    if let Some(commit) = repository.resolve(text)? {
        return Ok(VersionedSnapshot::at(repository, commit)?);
    }
    let failed = CliError::cannot_run(format!("the revision `{}` is unknown", visible(text)));
    Err(match text.split_once("..") {
        Some((from, to)) => failed.hint(suggest_two_arguments(from, to)),
        None => failed.hint("`modreg history` lists the versions, `git log` the commits"),
    })
}

/// Returns the help for a range of Git, `a..b` or `a...b`, which is written as two arguments here.
fn suggest_two_arguments(from: &str, to: &str) -> String {
    let end = |text: &str| match text.trim_start_matches('.') {
        "" => "HEAD".to_owned(),
        text => visible(text).into_owned(),
    };
    format!("write two arguments instead of a range: `modreg diff {} {}`", end(from), end(to))
}

impl Comparison {
    fn report(&self) -> ChangesReport {
        ChangesReport {
            from: self.from,
            to: self.to,
            version: self.latest,
            commit: None,
            summary: self.summary,
            changes: json::changes(&self.changes),
            repaired: Vec::new(),
            diagnostics: json::diagnostics(&self.diagnostics),
            refused: self.refused.clone(),
        }
    }
}
