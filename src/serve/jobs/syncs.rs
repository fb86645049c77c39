//! The one way in which the server changes its registry: one sync at a time, whoever asks for it.
//!
//! A sync that has begun is finished, also where the client that asked for it went away or the server was told to stop.
//! When it has ended, the view is brought up to date, and whoever wants to know is told, before the client is.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::{
    domain::{ObjectId, SnapshotVersion},
    report::{json::Refusal, sync_answer::SyncAnswer},
    sync::{RemovalToken, Scope, Trigger},
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
pub struct CompletedSync {
    /// What clients are told.
    pub answer: SyncAnswer,
    /// The version before.
    pub from: SnapshotVersion,
    /// The commit that was made.
    pub commit: Option<ObjectId>,
}

/// Why a sync did not do what it was asked for.
#[derive(Debug, Clone)]
pub enum SyncFailure {
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

/// A sync that has ended, for those who want to know.
#[derive(Debug)]
pub(crate) struct FinishedSync<'a> {
    /// What was asked for.
    pub(crate) job: &'a Job,
    /// How it ended.
    pub(crate) result: &'a Result<CompletedSync, SyncFailure>,
    /// The version that is served after it.
    pub(crate) version: SnapshotVersion,
}

impl FinishedSync<'_> {
    /// One word for how it ended.
    pub(super) fn result_label(&self) -> &'static str {
        match self.result {
            Ok(_) if self.job.dry_run => "dry_run",
            Ok(CompletedSync { commit: Some(_), .. }) => "changed",
            Ok(CompletedSync { commit: None, .. }) => "unchanged",
            Err(SyncFailure::Busy | SyncFailure::Conflict(_)) => "conflict",
            Err(SyncFailure::Guard(_) | SyncFailure::Unknown(_)) => "refused",
            Err(SyncFailure::Remote(_) | SyncFailure::Failed(_)) => "failed",
        }
    }
}

impl fmt::Display for SyncFailure {
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
type Observer = Box<dyn Fn(&FinishedSync<'_>) + Send + Sync>;

/// The one way to change the registry.
pub struct Syncs {
    /// One permit: it belongs to the sync that runs.
    permit: Arc<Semaphore>,
    /// Held by whoever may move the branch: a sync, or a look at the remote.
    branch: Arc<AsyncMutex<()>>,
    observers: Mutex<Vec<Observer>>,
}

impl fmt::Debug for Syncs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Syncs").field("running", &self.is_running()).finish_non_exhaustive()
    }
}

impl Default for Syncs {
    fn default() -> Self {
        let permit = Arc::new(Semaphore::new(1));
        Self { permit, branch: Arc::default(), observers: Mutex::default() }
    }
}

impl Syncs {
    /// Has `observer` told of every sync that ends. It must not wait for anything.
    pub(crate) fn observe(&self, observer: impl Fn(&FinishedSync<'_>) + Send + Sync + 'static) {
        self.observers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(observer));
    }

    /// Whether a sync runs in this process.
    pub fn is_running(&self) -> bool {
        self.permit.available_permits() == 0
    }

    /// Waits until no sync runs.
    pub async fn wait_until_idle(&self) {
        // Nobody closes it.
        let _ = self.permit.acquire().await;
    }

    /// Waits until nobody moves the branch; a sync that begins waits as long as what this gives is kept.
    pub async fn lock_branch(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.branch).lock_owned().await
    }

    /// Takes the only permit to run a sync, or returns `None` while a sync runs.
    pub(super) fn begin(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permit).try_acquire_owned().ok()
    }

    pub(super) fn notify(&self, finished: &FinishedSync<'_>) {
        for observer in self.observers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            observer(finished);
        }
    }
}
