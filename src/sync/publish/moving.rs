//! Moving the local branch, with the whole checkout, to a commit that others can see already.
//!
//! The checkout comes first, as with `git merge --ff-only`, so a run that is killed leaves the files of a commit that the
//! branch does not have yet. The move is recorded before it begins, and the next run completes it.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::{
    domain::ObjectId,
    git::{GitError, Repository, SyncLock},
    sync::SyncError,
};

/// The file, in the folder of modreg's own files. Another format has another name.
const NAME: &str = "moving-1.json";

/// A branch on its way from one commit to another.
#[derive(Debug, Serialize, Deserialize)]
struct Move {
    branch: String,
    from: ObjectId,
    to: ObjectId,
}

/// Brings the checkout and the branch from one commit to another; where uncommitted work is in the way, not at all.
pub(super) fn move_to(
    repository: &Repository,
    lock: &SyncLock,
    branch: &str,
    from: ObjectId,
    to: ObjectId,
    reflog: &str,
) -> Result<(), SyncError> {
    if from == to {
        return Ok(());
    }
    let this = Move { branch: branch.to_owned(), from, to };
    let folder = repository.own_worktree_files();
    if !repository.is_bare()
        && let Ok(bytes) = serde_json::to_vec(&this)
    {
        // If it cannot be recorded, only a kill at this very moment needs a person.
        let _ = folder.write(NAME, &bytes);
    }
    let moved = complete(repository, lock, &this, reflog);
    // If only the branch could not be moved, the next run tries again.
    if !matches!(moved, Err(MoveError::Branch(_))) {
        let _ = fs::remove_file(folder.path(NAME));
    }
    moved.map_err(|(MoveError::Checkout(error) | MoveError::Branch(error))| error.into())
}

/// The part of a move that failed, with its error.
enum MoveError {
    /// The checkout was not moved, and neither was the branch.
    Checkout(GitError),
    /// The checkout was moved, the branch was not.
    Branch(GitError),
}

/// Moves the checkout and then the branch.
fn complete(repository: &Repository, lock: &SyncLock, this: &Move, reflog: &str) -> Result<(), MoveError> {
    let Move { branch, from, to } = this;
    repository.fast_forward(lock, *from, *to).map_err(MoveError::Checkout)?;
    repository
        .identity()
        .and_then(|who| repository.move_branch(lock, branch, Some(*from), *to, &who, reflog))
        .map_err(MoveError::Branch)
}

/// Completes the move of a run that was killed, where the branch is still where that run found it.
pub(super) fn finish(repository: &Repository, lock: &SyncLock) -> Result<(), SyncError> {
    let path = repository.own_worktree_files().path(NAME);
    let Ok(bytes) = fs::read(&path) else { return Ok(()) };
    if let Ok(this) = serde_json::from_slice::<Move>(&bytes) {
        let head = repository.head()?;
        if head.branch().is_ok_and(|branch| branch == this.branch) && head.commit() == Some(this.from) {
            repository.require_unlocked_index()?;
            // A change that is in its way is in the way of this run as well, which reports it.
            let _ = complete(repository, lock, &this, "modreg: complete an interrupted run");
        }
    }
    let _ = fs::remove_file(&path);
    Ok(())
}
