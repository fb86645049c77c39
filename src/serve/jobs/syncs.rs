//! The one way in which the server changes its registry: one sync at a time, whoever asks for it.
//!
//! A sync that has begun is finished, also where the client that asked for it went away or the server was told to stop.
//! When it has ended, the view is brought up to date, and whoever wants to know is told, before the client is.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, Semaphore};

use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::{GitErrorKind, Repository},
    report::{json::Refusal, sync_answer::SyncAnswer},
    serve::{auth::Principal, options::Options, state::State},
    sync::{self, Outcome, Push, RemovalToken, Request, Scope, SyncError, Trigger, Verdict},
};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which entries may change.
    pub scope: Scope,
    /// Whether to stop before writing.
    pub dry_run: bool,
    /// Allows the removal of one exact set of entries.
    pub allow_removals: Option<RemovalToken>,
    /// What started it.
    pub trigger: Trigger,
}

impl Job {
    /// A sync that writes.
    pub fn new(scope: Scope, trigger: Trigger) -> Self {
        Self { scope, dry_run: false, allow_removals: None, trigger }
    }
}

/// How a sync ended that could do what it was asked for.
#[derive(Debug, Clone)]
pub struct SyncDone {
    /// What clients are told.
    pub answer: SyncAnswer,
    /// The version before.
    pub from: SnapshotVersion,
    /// The commit that was made.
    pub commit: Option<ObjectId>,
}

/// Why a sync did not do what it was asked for.
#[derive(Debug, Clone)]
pub enum SyncRefused {
    /// Another one runs, here or in another process.
    Busy,
    /// Somebody else kept moving the branch, or holds a lock of git's: later it may go through.
    Conflict(String),
    /// A guard refused it.
    Guard(Refusal),
    /// It names a module, a version or a pin that is not there.
    Unknown(String),
    /// The remote did not take it.
    Remote(String),
    /// It failed.
    Failed(String),
}

/// A sync that somebody asked for.
#[derive(Debug, Clone)]
struct Asked {
    principal: Principal,
    /// The id of the request, where it was one.
    request: Option<String>,
    job: Job,
}

/// A sync that has ended, for those who want to know.
#[derive(Debug)]
pub(crate) struct Finished<'a> {
    /// What was asked for.
    pub(crate) job: &'a Job,
    /// How it ended.
    pub(crate) result: &'a Result<SyncDone, SyncRefused>,
    /// The version that is served after it.
    pub(crate) version: SnapshotVersion,
}

impl Finished<'_> {
    /// One word for how it ended.
    fn word(&self) -> &'static str {
        match self.result {
            Ok(_) if self.job.dry_run => "dry_run",
            Ok(SyncDone { commit: Some(_), .. }) => "changed",
            Ok(SyncDone { commit: None, .. }) => "unchanged",
            Err(SyncRefused::Busy | SyncRefused::Conflict(_)) => "conflict",
            Err(SyncRefused::Guard(_) | SyncRefused::Unknown(_)) => "refused",
            Err(SyncRefused::Remote(_) | SyncRefused::Failed(_)) => "failed",
        }
    }
}

impl fmt::Display for SyncRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Busy => "another sync is running",
            Self::Guard(refusal) => &refusal.reason,
            Self::Conflict(reason) | Self::Unknown(reason) | Self::Remote(reason) | Self::Failed(reason) => {
                reason
            }
        })
    }
}

/// Is told of every sync that has ended.
type Observer = Box<dyn Fn(&Finished<'_>) + Send + Sync>;

/// The one way to change the registry.
pub struct Syncs {
    /// One permit: it belongs to the sync that runs.
    turn: Arc<Semaphore>,
    /// Held by whoever may move the branch: a sync, or a look at the remote.
    branch: Arc<Turn<()>>,
    observers: Mutex<Vec<Observer>>,
}

impl fmt::Debug for Syncs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Syncs").field("running", &self.is_running()).finish_non_exhaustive()
    }
}

impl Default for Syncs {
    fn default() -> Self {
        let turn = Arc::new(Semaphore::new(1));
        Self { turn, branch: Arc::default(), observers: Mutex::default() }
    }
}

impl Syncs {
    /// Has `observer` told of every sync that ends. It must not wait for anything.
    pub(crate) fn observe(&self, observer: impl Fn(&Finished<'_>) + Send + Sync + 'static) {
        self.observers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(observer));
    }

    /// Whether a sync runs in this process.
    pub fn is_running(&self) -> bool {
        self.turn.available_permits() == 0
    }

    /// Waits until no sync runs.
    pub async fn rest(&self) {
        // Nobody closes it.
        let _ = self.turn.acquire().await;
    }

    /// Waits until nobody moves the branch; a sync that begins waits as long as what this gives is kept.
    pub async fn branch(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.branch).lock_owned().await
    }

    /// Runs a sync, unless one runs already; `request` is the id of the request that asks for it.
    pub async fn run(
        state: &Arc<State>,
        job: Job,
        principal: Principal,
        request: Option<&str>,
    ) -> Result<SyncDone, SyncRefused> {
        let asked = Asked { principal, request: request.map(str::to_owned), job };
        let Ok(turn) = Arc::clone(&state.syncs.turn).try_acquire_owned() else {
            let result = Err(SyncRefused::Busy);
            state.finished(&asked, Duration::ZERO, &result);
            return result;
        };
        let state = Arc::clone(state);
        // In a task of its own it goes on where the caller does not.
        let task = tokio::spawn(async move {
            let start = Instant::now();
            let branch = state.syncs.branch().await;
            let (options, job) = (state.options.clone(), asked.job.clone());
            let work = tokio::task::spawn_blocking(move || work(&options, &job));
            let result = work.await.unwrap_or_else(|_| {
                Err(SyncRefused::Failed("a bug in modreg ended the sync; nothing is lost".to_owned()))
            });
            drop(branch);
            state.refresh().await;
            state.finished(&asked, start.elapsed(), &result);
            drop(turn);
            result
        });
        task.await.unwrap_or_else(|_| Err(SyncRefused::Failed("a bug in modreg ended the sync".to_owned())))
    }

    fn tell(&self, finished: &Finished<'_>) {
        for observer in self.observers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            observer(finished);
        }
    }
}

impl State {
    /// Counts and logs a sync that has ended, and tells those who want to know.
    fn finished(&self, asked: &Asked, took: Duration, result: &Result<SyncDone, SyncRefused>) {
        let Asked { principal, request, job } = asked;
        let version = self.view().version();
        let finished = Finished { job, result, version };
        self.metrics.synced(job.trigger, finished.word(), took);
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
            result = finished.word(),
            error = error.as_deref(),
            millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        );
        self.syncs.tell(&finished);
    }
}

fn work(options: &Options, job: &Job) -> Result<SyncDone, SyncRefused> {
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
        Ok(outcome) => done(&outcome),
        Err(error) => Err(refused(&error)),
    }
}

/// Waits for any time up to `longest`, so that those who lost the same race do not meet again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}

fn done(outcome: &Outcome) -> Result<SyncDone, SyncRefused> {
    let commit = match &outcome.verdict {
        Verdict::Refused(refusal) => {
            return Err(SyncRefused::Guard(Refusal::new(refusal, &outcome.draft.plan)));
        }
        Verdict::Committed { commit, .. } => Some(*commit),
        Verdict::Unchanged | Verdict::DryRun => None,
    };
    Ok(SyncDone { answer: SyncAnswer::from(outcome), from: outcome.previous.version(), commit })
}

fn refused(error: &SyncError) -> SyncRefused {
    let reason = error.with_causes();
    match error {
        SyncError::Git(git) => match git.kind() {
            GitErrorKind::Busy { .. } => SyncRefused::Busy,
            GitErrorKind::Locked { .. } => SyncRefused::Conflict(reason),
            GitErrorKind::Remote { .. } => SyncRefused::Remote(reason),
            _ => SyncRefused::Failed(reason),
        },
        SyncError::LostRace { .. }
        | SyncError::Diverged { .. }
        | SyncError::Rewritten { .. }
        | SyncError::BranchRemoved { .. }
        | SyncError::OtherVersion { .. }
        | SyncError::UncommittedRegistry { .. } => SyncRefused::Conflict(reason),
        error if error.is_about_the_request() => SyncRefused::Unknown(reason),
        _ => SyncRefused::Failed(reason),
    }
}
