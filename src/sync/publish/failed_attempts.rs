//! The failed attempts of a push: they show whether other programs are faster, or whether the remote accepts no push at all.

use crate::{
    git::{GitError, GitErrorKind, RemoteFailure},
    sync::SyncError,
};

/// The number of failed attempts in a row without a move of the branch after which another attempt does not help.
const MAX_FAILURES: usize = 3;

/// The reason why one attempt failed.
#[derive(Debug)]
pub(super) struct FailedAttempt {
    /// The failure of the remote, unless another program moved the branch.
    pub(super) failure: RemoteFailure,
    /// The message of git.
    pub(super) message: String,
}

impl FailedAttempt {
    /// Returns the failure of a push to a branch.
    pub(super) fn error(self, branch: &str) -> SyncError {
        let Self { failure, message } = self;
        let kind = GitErrorKind::Remote { failure, message };
        SyncError::Git(GitError::new(format!("could not push to {branch}"), kind))
    }
}

/// The attempts that failed since another program last moved the branch.
#[derive(Debug, Default)]
pub(super) struct FailedAttempts {
    failures: usize,
    last: Option<FailedAttempt>,
}

impl FailedAttempts {
    /// Adds a failed attempt.
    pub(super) fn add(&mut self, lost: FailedAttempt, has_moved: bool) -> &Self {
        self.failures = if has_moved { 0 } else { self.failures + 1 };
        self.last = Some(lost);
        self
    }

    /// Returns whether another attempt cannot help. A lock may be released at any time, so that it is worth waiting for.
    pub(super) fn should_give_up(&self) -> bool {
        let is_locked = self.last.as_ref().is_some_and(|lost| lost.failure == RemoteFailure::Locked);
        self.failures >= MAX_FAILURES && !is_locked
    }

    /// Returns the error after all of `attempts` failed.
    pub(super) fn error(self, branch: String, attempts: usize) -> SyncError {
        match self.last {
            Some(lost) if self.failures >= MAX_FAILURES.min(attempts) => lost.error(&branch),
            Some(_) | None => SyncError::LostRace { branch, attempts },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_of_the_branch_are_distinguished_from_a_remote_that_refuses_every_push() {
        use RemoteFailure::{Locked, Unmoved};
        for (attempts, failure, moves, should_give_up, is_race) in [
            (10, Unmoved, &[true, true, true, true][..], false, true),
            (10, Unmoved, &[false, false, true, false, false], false, true),
            (10, Unmoved, &[true, false, false, false], true, false),
            (10, Locked, &[false, false, false, false], false, false),
            (10, Locked, &[false, false, false, true], false, true),
            (2, Unmoved, &[false, false], false, false),
            (2, Locked, &[true, false], false, true),
            (1, Locked, &[false], false, false),
        ] {
            let mut failed = FailedAttempts::default();
            for has_moved in moves {
                failed.add(FailedAttempt { failure, message: String::new() }, *has_moved);
            }
            assert_eq!(failed.should_give_up(), should_give_up, "{attempts} {failure:?} {moves:?}");
            let error = failed.error("main".to_owned(), attempts);
            assert_eq!(
                matches!(error, SyncError::LostRace { .. }),
                is_race,
                "{attempts} {failure:?} {moves:?}: {error}"
            );
        }
    }
}
