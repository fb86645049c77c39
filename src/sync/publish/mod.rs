//! How a snapshot gets onto a branch, here or at a remote first: one loop for all commands that publish.
//!
//! Invariant: until the branch moves, nothing that others can see has changed; and it moves only from the commit that was
//! read.

mod attempt;
mod checkout;
mod failed_attempts;
pub(super) mod follow;
pub(super) mod guard;
pub(super) mod init;
pub(super) mod journal;
mod last_seen;
mod local;
mod local_head;
pub(super) mod message;
mod moving;
mod objects;
mod own_commits;
mod remote;
mod step;

use super::{Conclusion, Outcome, Request, Started, SyncError};
use crate::git::{Repository, SyncLock};
use attempt::Run;
use journal::Journal;
use local_head::{LOCK_TIMEOUT, LocalHead};
use remote::Remote;

/// Compiles, and publishes the next snapshot here or, with [`Request::push`], at the remote first.
pub fn sync(
    repository: &Repository,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let lock = repository.lock(LOCK_TIMEOUT, request.now)?;
    let ended = run(repository, &lock, request, started);
    let is_request_error = ended.as_ref().is_err_and(SyncError::is_request_error);
    if !request.dry_run && !is_request_error {
        let failure = match &ended {
            Ok(Outcome { conclusion: Conclusion::Refused(refusal), draft, .. }) => {
                Some(format!("refused by a guard: {}", refusal.reason(&draft.plan)))
            }
            Ok(_) => None,
            Err(error) => Some(error.with_causes()),
        };
        // If the journal cannot be written, only the record of this run is lost.
        let _ = Journal::record(repository, &lock, request.now, failure);
    }
    ended
}

fn run(
    repository: &Repository,
    lock: &SyncLock,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let run = Run { repository, lock, request, started };
    if request.dry_run {
        let commit = repository.head()?.require_commit()?;
        return run.dry(commit);
    }
    moving::finish(repository, lock)?;
    let local = LocalHead::of(repository)?;
    if let Some(push) = &request.push {
        return Remote::new(&run, &local, push)?.publish(&run);
    }
    follow::deepen(repository, &local)?;
    local::publish(&run)
}
