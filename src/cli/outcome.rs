//! What `sync`, `prune` and `init` say when they are done.

use super::{Exit, args::Format, context::Context, error::CliError, output, progress, webhooks};
use crate::{
    diagnostic::Diagnostic,
    diff::{ChangeKind, ModuleChange},
    domain::{ModuleName, RepoPath},
    git::Repository,
    registry::Pin,
    report::{
        Style,
        clipped::{clipped, clipped_removals},
        findings::human,
        json::{self, ChangesReport},
        markdown::step_summary,
        step_outputs::Outputs,
        terminal,
        text::visible,
    },
    sync::{
        self, Arrival, Conclusion, Deviation, Log, Outcome, Pushed, Refusal, Request, Scope, Trigger,
        WorkingSources,
    },
};

/// Where all is that a long list leaves out.
pub(super) const IN_JSON: &str = "`--format json` lists all";
const IN_STATUS: &str = "`modreg status --format json` lists all";

/// Runs a sync and reports how it ended.
pub(super) fn publish(
    repository: &Repository,
    request: &Request<'_>,
    format: Format,
    context: &Context,
) -> Result<Exit, CliError> {
    let is_asked = context.shows_progress || request.trigger == Trigger::Init;
    if request.scope == Scope::All && is_asked {
        remark_uncommitted(repository, context)?;
    }
    let ended = sync::sync(repository, request, &|total| progress::counter(context, "compiling", total));
    let event = webhooks::event(repository, request, &ended);
    let remote = request.push.as_ref().and_then(|push| push.remote.as_ref());
    let ended = ended.map_err(|error| match remote {
        Some(name) if name.parse::<ModuleName>().is_ok() && !repository.has_remote(name) => {
            let verb = request.scope.verb();
            CliError::from(error).hint(format!(
                "`{name}` was taken for a remote; if it is a module, write `modreg {verb} {name} --push`"
            ))
        }
        Some(_) | None => error.into(),
    });
    let exit = ended.and_then(|outcome| report(&outcome, format, context));
    if let Some(event) = event {
        webhooks::tell(repository, &event, context);
    }
    exit
}

fn report(outcome: &Outcome, format: Format, context: &Context) -> Result<Exit, CliError> {
    for remark in &outcome.log_remarks {
        context.warn(remark);
    }
    context.say_more(&format!("read {} manifests", outcome.read));
    match format {
        Format::Json => output::write(|out| json::write(out, &ChangesReport::from(outcome)))?,
        Format::Human => human(outcome, context)?,
    }
    context.tell_workflow(&Outputs::of_sync(outcome), || step_summary::sync(outcome))?;
    if let Conclusion::Committed { behind, is_anonymous, .. } = &outcome.conclusion {
        if let Some(error) = behind {
            context.warn(&format!(
                "the snapshot is committed, but the checkout is not up to date: {}; the next sync repairs it",
                error.with_causes()
            ));
        }
        if *is_anonymous {
            context.warn(
                "no Git identity found; the commit is made as `modreg`. Set `user.name` and `user.email`",
            );
        }
    }
    if let Some(pushed) = &outcome.pushed {
        report_push(pushed, context);
    }
    Ok(exit(outcome))
}

fn report_push(pushed: &Pushed, context: &Context) {
    let Pushed { target, commit, arrival, attempts, people, published_anew, left_behind } = pushed;
    let (branch, short) = (format!("{} of {}", target.short(), target.shown()), &commit.to_string()[..10]);
    context.say(&match (arrival, attempts) {
        (Arrival::AlreadyThere, _) => format!("nothing to push: {branch} has it"),
        (Arrival::Pushed, 1) => format!("pushed {short} to {branch}"),
        (Arrival::Pushed, _) => format!("pushed {short} to {branch}, attempt {attempts}"),
    });
    for verb in published_anew {
        context.say(&format!("published anew on what others pushed: the {verb} that was only here"));
    }
    let people = people
        .iter()
        .map(|(commit, subject)| format!("pushed with it: {:.10} {}", commit.to_string(), visible(subject)));
    context.say_all(people.collect(), "commit", "`git log` lists all");
    if let Some(error) = left_behind {
        let cause = error.git().map_or_else(String::new, |cause| format!(": {cause}"));
        context.warn(&format!(
            "{branch} has the snapshot, but your branch does not: {error}{cause}; `git pull` brings it"
        ));
    }
}

fn exit(outcome: &Outcome) -> Exit {
    match &outcome.conclusion {
        Conclusion::Refused(_) => Exit::Refused,
        Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Committed { .. }
            if !outcome.draft.plan.invalid.is_empty() =>
        {
            Exit::SomeInvalid
        }
        Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Committed { .. } => Exit::Done,
    }
}

/// Says so where files wait to be committed, for they are not part of a sync.
fn remark_uncommitted(repository: &Repository, context: &Context) -> Result<(), CliError> {
    if repository.is_bare() {
        return Ok(());
    }
    let Ok(commit) = repository.head().and_then(|head| head.require_commit()) else { return Ok(()) };
    let settings = sync::compiler_at(repository, commit)?.settings;
    let paths = repository.uncommitted(&settings.modules)?;
    context.say_left_out("because it is not committed", &paths);
    let limit = settings.limits.bytes;
    let listed =
        WorkingSources::list(repository.require_workdir()?, Some(repository), &settings.modules, limit);
    // A folder that cannot be listed does not matter here: a sync reads the commit.
    if let Ok(sources) = listed {
        context.say_ignored(sources.ignored());
    }
    Ok(())
}

fn human(outcome: &Outcome, context: &Context) -> Result<(), CliError> {
    let plan = &outcome.draft.plan;
    context.talk_diagnostics(outcome.remarks.iter().chain(&plan.diagnostics));
    let version = outcome.previous.version();
    let next = outcome.draft.root.as_ref().map_or(version, |root| root.version);
    let was_refused = matches!(outcome.conclusion, Conclusion::Refused(_));
    let elsewhere = match &outcome.conclusion {
        Conclusion::Committed { .. } => {
            format!("the commit contains all, and `modreg diff {version} {next} --format json` lists them")
        }
        Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Refused(_) => IN_JSON.to_owned(),
    };
    output::print_lines(&changes(outcome, was_refused, &elsewhere, context.out))?;
    let held = plan.held.iter().filter(|_| !was_refused).map(|(name, held)| {
        format!("held since version {}: {name} ({}: {})", held.since, held.code, held.message)
    });
    context.say_all(held.collect(), "held module", IN_STATUS);
    let was_pinned = outcome.previous.pinned();
    let pinned = was_pinned.iter().filter(|(name, _)| plan.pinned.contains_key(*name)).map(|(name, pin)| {
        let Pin { version, reason } = pin;
        format!("pinned at version {version}: {name} ({reason}); `modreg unpin {name}` lifts it")
    });
    context.say_all(pinned.collect(), "pinned module", IN_STATUS);
    let pins = terminal::pins(&was_pinned, &plan.pinned);
    output::print_lines(&clipped(pins, "pin", IN_STATUS, context.out))?;
    let released = outcome.previous.held().into_keys().filter(|name| !plan.held.contains_key(name));
    let released = released.filter(|name| !was_refused && plan.entries.contains_key(name));
    let released = released.map(|name| format!("no longer held: {name}"));
    context.say_all(released.collect(), "module", "`modreg history` lists all");
    let repair = match &outcome.conclusion {
        Conclusion::Committed { .. } => "repaired",
        Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Refused(_) => "to be repaired:",
    };
    let repair =
        |(path, deviation): (&RepoPath, &Deviation)| format!("{repair} {path}: {}", deviation.past());
    let repaired = outcome.draft.repaired.iter().map(repair);
    context.warn_all(repaired.collect(), "file", &elsewhere);
    let counts = terminal::counts(&plan.summary);
    match &outcome.conclusion {
        Conclusion::Unchanged => {
            output::print_line(&format!("version {version}, nothing to commit: {counts}"))
        }
        Conclusion::DryRun if next == version => {
            output::print_line(&format!("version {version} would stay: {counts}"))
        }
        Conclusion::DryRun => output::print_line(&format!("would become version {next}: {counts}")),
        Conclusion::Committed { commit, .. } => {
            let short = &commit.to_string()[..10];
            output::print_line(&format!("version {next}, commit {short}: {counts}"))
        }
        Conclusion::Refused(refusal) => {
            let reason = json::Refusal::new(refusal, plan).reason;
            output::talk(&format!("{} {reason}", context.talk.error("refused:")));
            context.talk_removals(refusal);
            output::print_line(&format!("version {version} stays, nothing was written"))
        }
    }
}

/// The lines of the changes. The removals that a guard refused come last, and more of them are shown than of other changes.
fn changes(outcome: &Outcome, was_refused: bool, elsewhere: &str, style: Style) -> Vec<String> {
    let is_refused =
        |change: &&ModuleChange| was_refused && matches!(change.kind, ChangeKind::Removed { .. });
    let (refused, others): (Vec<_>, Vec<_>) = outcome.draft.changes.iter().partition(is_refused);
    let mut lines = clipped(terminal::listing(others, style), "change", elsewhere, style);
    lines.extend(clipped_removals(terminal::listing(refused, style), elsewhere, style));
    lines
}

impl Context {
    /// Says how to let the removals through that a guard refused.
    pub(super) fn talk_removals(&self, refusal: &Refusal) {
        if let Some(removals) = refusal.removals() {
            let help = self.talk.help("help:");
            let token = &removals.token;
            output::talk(&format!("  {help} to remove exactly these, add `--allow-removals {token}`"));
        }
    }

    /// Says what is odd in a log, and whether it is complete.
    pub(super) fn remark_log(&self, log: &Log) {
        for remark in log.remarks() {
            self.warn(&remark);
        }
        self.remark_cut_off(log.is_cut_off());
    }

    /// Says that a log is incomplete.
    pub(super) fn remark_cut_off(&self, is_cut_off: bool) {
        if is_cut_off {
            self.warn("the log is incomplete: this clone is shallow; `git fetch --unshallow` completes it");
        }
    }

    /// Shows findings beside the results.
    pub(super) fn talk_diagnostics<'a>(&self, found: impl Iterator<Item = &'a Diagnostic>) {
        let found: Vec<Diagnostic> = found.cloned().collect();
        if !found.is_empty() {
            let _ = human::diagnostics(&mut std::io::stderr().lock(), &found, self.talk);
        }
    }
}
