//! The syncs of the server, which are the only way in which it changes the registry. One sync runs at a time.
//!
//! A sync that has begun is finished, even if its client disconnects or the server stops. When it ends, the view is updated
//! and the observers are notified before the client gets its response.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::{
    domain::{ObjectId, SnapshotVersion},
    report::json::{Refusal, SyncAnswer},
    sync::{RemovalToken, Scope, Trigger},
};

/// A sync to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The entries that may change.
    pub scope: Scope,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// The token that allows the removal of one exact set of entries.
    pub allow_removals: Option<RemovalToken>,
    /// The reason why the sync runs, as the commit records it.
    pub trigger: Trigger,
}

impl Job {
    /// Makes a job that writes its result.
    pub fn new(scope: Scope, trigger: Trigger) -> Self {
        Self { scope, dry_run: false, allow_removals: None, trigger }
    }
}

/// The result of a sync that was completed.
#[derive(Debug, Clone)]
pub struct CompletedSync {
    /// The body of the response to the client.
    pub answer: SyncAnswer,
    /// The version before the sync.
    pub from: SnapshotVersion,
    /// The commit of the sync, or `None` if nothing was committed.
    pub commit: Option<ObjectId>,
}

/// The reason why a sync was not completed.
#[derive(Debug, Clone)]
pub enum SyncFailure {
    /// Another sync is running, here or in another process.
    Busy,
    /// The branch kept moving, or another program holds a lock of Git. A later attempt may succeed.
    Conflict(String),
    /// A guard refused the result.
    Guard(Refusal),
    /// The request names a module, a version or a pin that does not exist.
    Unknown(String),
    /// The remote could not be reached, or did not accept the push.
    Remote(String),
    /// The sync failed for another reason.
    Failed(String),
}

/// A sync that has ended, as observers receive it.
#[derive(Debug)]
pub(crate) struct FinishedSync<'a> {
    /// The job that was run.
    pub(crate) job: &'a Job,
    /// The result of the sync.
    pub(crate) result: &'a Result<CompletedSync, SyncFailure>,
    /// The version that is served after the sync.
    pub(crate) version: SnapshotVersion,
}

impl FinishedSync<'_> {
    /// Returns the result as one word, for the log and the metrics.
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

/// A function that is called for every sync that has ended.
type Observer = Box<dyn Fn(&FinishedSync<'_>) + Send + Sync>;

/// The permit to run a sync, the lock of the branch, and the observers of syncs.
pub struct Syncs {
    /// The only permit. The running sync holds it.
    permit: Arc<Semaphore>,
    /// The lock that is held while a sync or a fetch from the remote may move the branch.
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
    /// Adds a function that is called for every sync that ends. It must not block.
    pub(crate) fn observe(&self, observer: impl Fn(&FinishedSync<'_>) + Send + Sync + 'static) {
        self.observers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(observer));
    }

    /// Returns whether a sync is running in this process.
    pub fn is_running(&self) -> bool {
        self.permit.available_permits() == 0
    }

    /// Waits until no sync is running.
    pub async fn wait_until_idle(&self) {
        // The semaphore is never closed, so this does not fail.
        let _ = self.permit.acquire().await;
    }

    /// Locks the branch. Until the guard is dropped, a sync that begins waits.
    pub async fn lock_branch(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.branch).lock_owned().await
    }

    /// Takes the only permit to run a sync, or returns `None` if a sync is running.
    pub(super) fn begin(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permit).try_acquire_owned().ok()
    }

    pub(super) fn notify(&self, finished: &FinishedSync<'_>) {
        for observer in self.observers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            observer(finished);
        }
    }
}
