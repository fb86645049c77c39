//! Moving a branch by compare-and-swap.

use std::{fs, path::PathBuf, time::Duration};

use super::{
    Person, Repository, SyncLock,
    error::{GitError, GitErrorKind},
    from_oid,
    lock::{poll, remove_if_there},
    to_oid,
};
use crate::domain::ObjectId;

/// How long another program may hold a reference before we give up, or before a dead program's lock counts as dead.
const PATIENCE: Duration = Duration::from_secs(1);

impl Repository {
    /// Points `branch` at `new`, which is on the disk by then, if it still points at `expected`; `None` says that it must not exist.
    ///
    /// `branch` is a full name; the reflogs of the branch and of a HEAD on it get `message`. Another value gives
    /// [`GitErrorKind::BranchMoved`].
    pub fn move_branch(
        &self,
        _lock: &SyncLock,
        branch: &str,
        expected: Option<ObjectId>,
        new: ObjectId,
        who: &Person,
        message: &str,
    ) -> Result<(), GitError> {
        let signature = who.signature()?;
        let failed = |error| self.write_error(&format!("move `{branch}`"), error);
        self.flush_object_directories()?;
        let marker = Marker::set(self, branch, new)?;
        let mut transaction = self.git.transaction().map_err(failed)?;
        poll(PATIENCE, || match transaction.lock_ref(branch) {
            Err(error) if error.code() == git2::ErrorCode::Locked => None,
            locked => Some(locked),
        })
        .ok_or_else(|| {
            let kind = GitErrorKind::ReferenceLocked { name: branch.to_owned() };
            GitError::new(format!("could not move `{branch}`"), kind)
        })?
        .map_err(failed)?;
        let actual = match self.git.refname_to_id(branch) {
            Ok(id) => Some(from_oid(id)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        if actual != expected {
            let kind = GitErrorKind::BranchMoved { branch: branch.to_owned(), actual };
            return Err(GitError::new(format!("could not move `{branch}`"), kind));
        }
        transaction.set_target(branch, to_oid(new), Some(&signature), message).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        drop(marker);
        Ok(())
    }

    /// Removes the lock of a reference that a killed run of ours left behind.
    ///
    /// [`Marker`] says which reference that run was about to lock. A lock that holds its new value is its own for
    /// certain; an empty one is, where nothing happens to it for as long as no living program holds one.
    pub(super) fn clear_dead_ref_lock(&self) -> Result<(), GitError> {
        let marker = Marker::path(self);
        let failed = |error| GitError::io("could not clean up after a killed sync", &marker, error);
        let Ok(text) = fs::read_to_string(&marker) else {
            return Ok(());
        };
        if let Some((new, branch)) = text.trim_end().split_once(' ')
            && git2::Reference::is_valid_name(branch)
        {
            let lock = self.common_dir().join(format!("{branch}.lock"));
            let is_ours = || fs::read_to_string(&lock).is_ok_and(|held| held.trim_end() == new);
            let is_empty = || fs::metadata(&lock).is_ok_and(|held| held.len() == 0);
            let stays_empty = || poll(PATIENCE, || (!is_empty()).then_some(())).is_none();
            if is_ours() || stays_empty() {
                remove_if_there(&lock).map_err(failed)?;
            }
        }
        remove_if_there(&marker).map_err(failed)
    }
}

/// A note that this process is about to lock a reference, kept while it does.
struct Marker(PathBuf);

impl Marker {
    fn path(repository: &Repository) -> PathBuf {
        repository.common_dir().join("modreg.ref")
    }

    fn set(repository: &Repository, branch: &str, new: ObjectId) -> Result<Self, GitError> {
        let path = Self::path(repository);
        fs::write(&path, format!("{new} {branch}\n"))
            .map_err(|error| GitError::io(format!("could not move `{branch}`"), &path, error))?;
        Ok(Self(path))
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        // One that stays only makes the next run look for a dead lock.
        let _ = remove_if_there(&self.0);
    }
}
