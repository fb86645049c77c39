//! Moving a branch by compare-and-swap, and how two commits are related.

use super::identity::Identity;
use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        locks::{lock_file, sync_lock::SyncLock},
        repository::Repository,
    },
};

impl Repository {
    /// Points `branch` at `new`, which must be written already, if it still points at `expected`. `None` means that the
    /// branch must not exist.
    ///
    /// `branch` is a full name; the reflogs of the branch and of a HEAD on it get `message`. Another value is
    /// [`GitErrorKind::BranchMoved`].
    pub fn move_branch(
        &self,
        _lock: &SyncLock,
        branch: &str,
        expected: Option<ObjectId>,
        new: ObjectId,
        who: &Identity,
        message: &str,
    ) -> Result<(), GitError> {
        let context = format!("move `{branch}`");
        let nothing = "0".repeat(new.format().id_length() * 2);
        let old = expected.map_or(nothing, |id| id.to_string());
        let update = format!("update {branch}\0{new}\0{old}\0");
        let program = self
            .git(context.as_str(), ["update-ref", "-m", message, "--stdin", "-z"])
            // Another program may hold the reference for an instant.
            .setting("core.filesRefLockTimeout=1000")
            .setting("core.packedRefsTimeout=1000")
            .setting("reftable.lockTimeout=1000")
            .input(update);
        let locks = [branch, "HEAD", "packed-refs", "reftable/tables.list"].map(|name| self.path_of(name));
        let ran = lock_file::run(who.of(program), &locks)?;
        if ran.is_success() {
            return Ok(());
        }
        let actual = self.reference(branch)?;
        let kind = match self.failure(&ran) {
            GitErrorKind::Failed { .. } if actual != expected => {
                GitErrorKind::BranchMoved { branch: branch.to_owned(), actual }
            }
            kind => kind,
        };
        Err(GitError::new(format!("could not {context}"), kind))
    }

    /// Returns whether `ancestor` is `descendant` or in its history.
    pub fn is_ancestor(&self, ancestor: ObjectId, descendant: ObjectId) -> Result<bool, GitError> {
        if ancestor == descendant {
            return Ok(true);
        }
        // A commit that is missing is in no history of this repository.
        if !self.contains(ancestor) || !self.contains(descendant) {
            return Ok(false);
        }
        let context = format!("compare {ancestor} with {descendant}");
        let args = ["merge-base", "--is-ancestor", &ancestor.to_string(), &descendant.to_string()];
        let ran = self.git(context.as_str(), args).run()?;
        match ran.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(GitError::new(format!("could not {context}"), ran.failure())),
        }
    }

    /// Returns the newest commit that two others have in their past, if there is one here.
    pub fn merge_base(&self, first: ObjectId, second: ObjectId) -> Result<Option<ObjectId>, GitError> {
        let context = format!("compare {second} with {first}");
        let ran =
            self.git(context.as_str(), ["merge-base", &first.to_string(), &second.to_string()]).run()?;
        match ran.code() {
            Some(0) => Ok(ran.text().lines().next().and_then(|id| id.parse().ok())),
            Some(1) => Ok(None),
            _ => Err(GitError::new(format!("could not {context}"), ran.failure())),
        }
    }
}
