//! Following a remote: the local branch takes what people and other writers committed there, by fast-forward only.

use jiff::Timestamp;

use super::{SyncError, base, publish::PATIENCE};
use crate::{
    domain::ObjectId,
    git::{Head, RemoteBranch, Repository},
    settings::Push,
};

/// What to follow, and how.
#[derive(Debug)]
pub struct Follow<'a> {
    /// The remote, where the caller names one.
    pub remote: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// What became of the local branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// The remote has nothing that it lacks.
    UpToDate,
    /// It is where the remote's branch is.
    Moved {
        /// Where that is.
        to: ObjectId,
    },
    /// Each has commits that the other lacks; only a sync with a push, or people, can bring them together.
    Diverged,
}

/// Where a branch is pushed to and followed: at the remote that is named here, else in the settings, else by git.
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
    let lock = repository.lock(PATIENCE, follow.now)?;
    let head = repository.head()?;
    let commit = head.require_commit()?;
    let branch = match head {
        Head::Branch { branch, .. } => branch,
        Head::Unborn { .. } | Head::Detached { .. } => return Err(SyncError::NoTarget),
    };
    let settings = base::compiler_at(repository, commit)?.settings.push;
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
    repository.fast_forward(&lock, commit, newest)?;
    let who = repository.identity()?;
    repository.move_branch(&lock, &branch, Some(commit), newest, &who, "modreg serve: follow")?;
    Ok(Followed::Moved { to: newest })
}
