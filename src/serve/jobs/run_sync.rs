//! Runs one sync and reports how it ended: to the log, to the metrics and to the observers.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::syncs::{CompletedSync, FinishedSync, Job, SyncFailure};
use crate::{
    git::{GitErrorKind, Repository},
    report::json::{Refusal, SyncAnswer},
    serve::{auth::Principal, options::Options, state::State},
    sync::{self, Outcome, Push, Request, SyncError},
};

/// A job with the caller who requested it.
#[derive(Debug, Clone)]
struct RequestedJob {
    principal: Principal,
    /// The id of the HTTP request, or `None` if the server started the job itself.
    request: Option<String>,
    job: Job,
}

/// Runs a sync, unless one is already running. `request` is the id of the HTTP request.
pub async fn run_sync(
    state: &Arc<State>,
    job: Job,
    principal: Principal,
    request: Option<&str>,
) -> Result<CompletedSync, SyncFailure> {
    let requested = RequestedJob { principal, request: request.map(str::to_owned), job };
    let Some(permit) = state.syncs.begin() else {
        let result = Err(SyncFailure::Busy);
        report(state, &requested, Duration::ZERO, &result);
        return result;
    };
    let state = Arc::clone(state);
    // The sync runs in its own task, so that it is finished even if the caller is dropped.
    let task = tokio::spawn(async move {
        let start = Instant::now();
        let branch = state.syncs.lock_branch().await;
        let (options, job) = (state.options.clone(), requested.job.clone());
        let work = tokio::task::spawn_blocking(move || run_blocking(&options, &job));
        let result = work.await.unwrap_or_else(|_| {
            Err(SyncFailure::Failed(
                "the sync failed because of a bug in modreg; please report it".to_owned(),
            ))
        });
        drop(branch);
        state.refresh().await;
        report(&state, &requested, start.elapsed(), &result);
        drop(permit);
        result
    });
    task.await.unwrap_or_else(|_| {
        Err(SyncFailure::Failed("the sync failed because of a bug in modreg; please report it".to_owned()))
    })
}

/// Counts and logs a sync that has ended, and notifies the observers.
fn report(
    state: &State,
    requested: &RequestedJob,
    took: Duration,
    result: &Result<CompletedSync, SyncFailure>,
) {
    let RequestedJob { principal, request, job } = requested;
    let version = state.view().version();
    let finished = FinishedSync { job, result, version };
    state.metrics.count_sync(job.trigger, finished.result_label(), took);
    let (from, to) = result.as_ref().map_or((version, version), |done| (done.from, done.answer.version));
    let error = result.as_ref().err().map(ToString::to_string);
    tracing::info!(
        target: "audit",
        id = request.as_deref(),
        who = %principal,
        action = job.scope.verb(),
        trigger = job.trigger.as_str(),
        from = from.get(),
        to = to.get(),
        result = finished.result_label(),
        error = error.as_deref(),
        millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    );
    state.syncs.notify(&finished);
}

fn run_blocking(options: &Options, job: &Job) -> Result<CompletedSync, SyncFailure> {
    let sync = || {
        let repository = Repository::open(&options.repository)?.silencing_ssh(options.silences_ssh);
        let push =
            options.push.as_ref().map(|to| Push { remote: to.remote().map(str::to_owned), wait: &wait });
        let request = Request {
            dry_run: job.dry_run,
            allow_removals: job.allow_removals.clone(),
            push,
            ..Request::new(job.scope.clone(), job.trigger, (options.clock)())
        };
        sync::sync(&repository, &request, &|_| Box::new(|| ()))
    };
    match sync() {
        Ok(outcome) => completed(&outcome),
        Err(error) => Err(failure(&error)),
    }
}

/// Waits for a random time up to `longest`, so that syncs that lost the same race do not collide again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}

fn completed(outcome: &Outcome) -> Result<CompletedSync, SyncFailure> {
    if let Some(refusal) = outcome.refusal() {
        return Err(SyncFailure::Guard(Refusal::new(refusal, &outcome.draft.plan)));
    }
    let commit = outcome.commit();
    Ok(CompletedSync { answer: SyncAnswer::from(outcome), from: outcome.previous.version(), commit })
}

fn failure(error: &SyncError) -> SyncFailure {
    let reason = error.with_causes();
    match error {
        SyncError::Git(git) => match git.kind() {
            GitErrorKind::Busy { .. } => SyncFailure::Busy,
            GitErrorKind::Locked { .. } => SyncFailure::Conflict(reason),
            GitErrorKind::Remote { .. } => SyncFailure::Remote(reason),
            _ => SyncFailure::Failed(reason),
        },
        SyncError::LostRace { .. }
        | SyncError::Diverged { .. }
        | SyncError::Rewritten { .. }
        | SyncError::BranchRemoved { .. }
        | SyncError::OtherVersion { .. }
        | SyncError::UncommittedRegistry { .. } => SyncFailure::Conflict(reason),
        error if error.is_request_error() => SyncFailure::Unknown(reason),
        _ => SyncFailure::Failed(reason),
    }
}
