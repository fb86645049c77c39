//! Publishes for `sync`, `prune`, `rollback`, `unpin` and `init`, prints how the run ended, and decides its exit code.

use super::{args::Format, context::Context, error::CliError, exit::Exit, output, progress, webhooks};
use crate::{
    diagnostic::Diagnostic,
    domain::ModuleName,
    git::Repository,
    report::{
        findings::human,
        json::{self, ChangesReport},
        markdown::step_summary,
        step_outputs::Outputs,
        terminal::sync::{self as lines, IN_HISTORY, IN_STATUS},
    },
    sync::{self, Conclusion, Log, Outcome, Pushed, Refusal, Request, Scope, Trigger, WorkingSources},
};

/// Runs a sync and reports how it ended.
pub(super) fn run(
    repository: &Repository,
    request: &Request<'_>,
    format: Format,
    context: &Context,
) -> Result<Exit, CliError> {
    let is_asked = context.shows_progress || request.trigger == Trigger::Init;
    if request.scope == Scope::All && is_asked {
        print_uncommitted(repository, context)?;
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
        webhooks::send(repository, &event, context);
    }
    exit
}

fn report(outcome: &Outcome, format: Format, context: &Context) -> Result<Exit, CliError> {
    for remark in &outcome.log_remarks {
        context.warn(remark);
    }
    context.print_detail(&format!("read {} manifests", outcome.read));
    match format {
        Format::Json => output::write(|out| json::write(out, &ChangesReport::from(outcome)))?,
        Format::Human => human(outcome, context)?,
    }
    context.write_workflow_files(&Outputs::of_sync(outcome), || step_summary::sync(outcome))?;
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
    for line in lines::pushed(pushed) {
        context.print_message(&line);
    }
    context.print_messages(lines::pushed_commits(pushed), "commit", "`git log` lists all");
    if let Some(warning) = lines::left_behind(pushed) {
        context.warn(&warning);
    }
}

fn exit(outcome: &Outcome) -> Exit {
    match (outcome.refusal(), outcome.draft.plan.invalid.is_empty()) {
        (Some(_), _) => Exit::Refused,
        (None, false) => Exit::SomeInvalid,
        (None, true) => Exit::Done,
    }
}

/// Reports the files that are not committed, because a sync does not read them.
fn print_uncommitted(repository: &Repository, context: &Context) -> Result<(), CliError> {
    if repository.is_bare() {
        return Ok(());
    }
    let Ok(commit) = repository.head().and_then(|head| head.require_commit()) else { return Ok(()) };
    let settings = sync::compiler_at(repository, commit)?.settings;
    let paths = repository.uncommitted(&settings.modules)?;
    context.print_left_out("because it is not committed", &paths);
    let limit = settings.limits.bytes;
    let listed =
        WorkingSources::list(repository.require_workdir()?, Some(repository), &settings.modules, limit);
    // A folder that cannot be listed does not matter here: a sync reads the commit.
    if let Ok(sources) = listed {
        context.print_ignored(sources.ignored());
    }
    Ok(())
}

fn human(outcome: &Outcome, context: &Context) -> Result<(), CliError> {
    context.print_diagnostics(outcome.diagnostics());
    output::print_lines(&lines::changes(outcome, context.stdout))?;
    context.print_messages(lines::held(outcome), "held module", IN_STATUS);
    context.print_messages(lines::still_pinned(outcome), "pinned module", IN_STATUS);
    output::print_lines(&lines::changed_pins(outcome, context.stdout))?;
    context.print_messages(lines::released(outcome), "module", IN_HISTORY);
    context.warn_all(lines::repaired(outcome), "file", &lines::where_to_read_all(outcome));
    if let Some(refusal) = outcome.refusal() {
        let reason = refusal.reason(&outcome.draft.plan);
        output::eprint_line(&format!("{} {reason}", context.stderr.error("refused:")));
        context.print_removal_help(refusal);
    }
    output::print_line(&lines::result(outcome))
}

impl Context {
    /// Prints how to allow the removals that a guard refused.
    pub(super) fn print_removal_help(&self, refusal: &Refusal) {
        if let Some(help) = lines::removals_help(refusal) {
            output::eprint_line(&format!("  {} {help}", self.stderr.help("help:")));
        }
    }

    /// Warns about oddities of a log, and if it is incomplete.
    pub(super) fn warn_about_log(&self, log: &Log) {
        for remark in log.remarks() {
            self.warn(&remark);
        }
        self.warn_if_cut_off(log.is_cut_off());
    }

    /// Warns that a log is incomplete.
    pub(super) fn warn_if_cut_off(&self, is_cut_off: bool) {
        if is_cut_off {
            self.warn("the log is incomplete: this clone is shallow; `git fetch --unshallow` completes it");
        }
    }

    /// Prints diagnostics to standard error, beside the results.
    pub(super) fn print_diagnostics<'a>(&self, found: impl Iterator<Item = &'a Diagnostic>) {
        let found: Vec<Diagnostic> = found.cloned().collect();
        if !found.is_empty() {
            let _ = human::diagnostics(&mut std::io::stderr().lock(), &found, self.stderr);
        }
    }
}
