//! Following a remote: the local branch takes what people and other writers committed there, by fast-forward only.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    last_seen,
    local_head::{LOCK_TIMEOUT, LocalHead},
    moving,
};
use crate::{
    domain::ObjectId,
    git::{RemoteBranch, Repository},
    settings::Push,
    sync::{SyncError, log::compiler::settings_at},
};

/// The branch to follow, and the way to do it.
#[derive(Debug)]
pub struct Follow<'a> {
    /// The remote, where the caller names one.
    pub remote: Option<&'a str>,
    /// The time of the call.
    pub now: Timestamp,
}

/// The relation of the local branch to the remote's now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// The remote has nothing that it lacks.
    UpToDate,
    /// It is where the remote's branch is.
    Moved {
        /// The commit at which that is.
        to: ObjectId,
    },
    /// Each has commits that the other lacks; only a sync with a push, or people, can bring them together.
    Diverged,
}

/// Returns the remote branch to which a branch is pushed, and which it follows.
///
/// The remote is `remote`, or else that of the settings, or else the one that `git push` would use.
pub fn target(
    repository: &Repository,
    branch: Option<&str>,
    remote: Option<&str>,
    settings: &Push,
) -> Result<RemoteBranch, SyncError> {
    let remote = remote.or(settings.remote.as_deref());
    repository.push_target(branch, remote, settings.branch.as_deref()).ok_or(SyncError::NoTarget)
}

/// Asks the remote for its branch, and moves the local one to it where that loses nothing.
pub fn follow(repository: &Repository, follow: &Follow<'_>) -> Result<Followed, SyncError> {
    let lock = repository.lock(LOCK_TIMEOUT, follow.now)?;
    moving::finish(repository, &lock)?;
    let LocalHead { branch: Some(branch), commit } = LocalHead::of(repository)? else {
        return Err(SyncError::NoTarget);
    };
    let settings = settings_at(repository, commit)?.push;
    let target = target(repository, Some(&branch), follow.remote, &settings)?;
    let fetched = repository.fetch(&target, settings.timeout);
    repository.forget_fetched();
    let Some(newest) = fetched? else { return Ok(Followed::UpToDate) };
    if repository.is_ancestor(newest, commit)? {
        return Ok(Followed::UpToDate);
    }
    if !repository.is_ancestor(commit, newest)? {
        return Ok(Followed::Diverged);
    }
    last_seen::record(repository, &lock, &target, newest);
    moving::move_to(repository, &lock, &branch, commit, newest, "modreg serve: follow")?;
    Ok(Followed::Moved { to: newest })
}

/// Fetches the history that a shallow clone lacks, for numbers are taken from all of it.
pub(super) fn deepen(repository: &Repository, local: &LocalHead) -> Result<(), SyncError> {
    if !repository.is_shallow() {
        return Ok(());
    }
    let settings = settings_at(repository, local.commit)?.push;
    let target = target(repository, local.branch.as_deref(), None, &settings)?;
    deepen_target(repository, &target, settings.timeout)
}

/// Fetches the missing history of a known branch.
pub(super) fn deepen_target(
    repository: &Repository,
    target: &RemoteBranch,
    timeout: Duration,
) -> Result<(), SyncError> {
    if !repository.is_shallow() {
        return Ok(());
    }
    let deepened = repository.deepen(target, timeout);
    repository.forget_fetched();
    let command = || format!("git fetch --unshallow {} {}", target.shown(), target.short());
    deepened.map_err(|error| SyncError::Shallow { command: command(), error: Some(Box::new(error)) })?;
    if repository.is_shallow() {
        return Err(SyncError::Shallow { command: command(), error: None });
    }
    Ok(())
}
