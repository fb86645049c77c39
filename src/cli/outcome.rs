//! What `sync`, `prune` and `init` say when they are done.

use super::{args::Format, context::Context, error::CliError, exit::Exit, output, progress, webhooks};
pub(super) use crate::report::terminal::sync::IN_JSON;
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
    sync::{self, Log, Outcome, Pushed, Refusal, Request, Scope, Trigger, Conclusion, WorkingSources},
};

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
    for line in lines::pushed(pushed) {
        context.say(&line);
    }
    context.say_all(lines::pushed_commits(pushed), "commit", "`git log` lists all");
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
    context.talk_diagnostics(outcome.diagnostics());
    output::print_lines(&lines::changes(outcome, context.out))?;
    context.say_all(lines::held(outcome), "held module", IN_STATUS);
    context.say_all(lines::still_pinned(outcome), "pinned module", IN_STATUS);
    output::print_lines(&lines::changed_pins(outcome, context.out))?;
    context.say_all(lines::released(outcome), "module", IN_HISTORY);
    context.warn_all(lines::repaired(outcome), "file", &lines::in_full(outcome));
    if let Some(refusal) = outcome.refusal() {
        let reason = refusal.reason(&outcome.draft.plan);
        output::talk(&format!("{} {reason}", context.talk.error("refused:")));
        context.talk_removals(refusal);
    }
    output::print_line(&lines::result(outcome))
}

impl Context {
    /// Says how to let the removals through that a guard refused.
    pub(super) fn talk_removals(&self, refusal: &Refusal) {
        if let Some(help) = lines::removals_help(refusal) {
            output::talk(&format!("  {} {help}", self.talk.help("help:")));
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
