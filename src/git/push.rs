//! Pushing one commit to one branch, and understanding the answer.
//!
//! Only what git says in its porcelain format, its exit code, and the well-known words of git and of the large hosts is
//! understood. What is not understood is decided by looking at the remote, which is the caller's part.

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use super::{
    RemoteBranch, Repository,
    error::{GitError, GitErrorKind},
    program::Ran,
    remote::without_credentials,
};
use crate::domain::ObjectId;

/// The answer to a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The branch is at the commit now.
    Taken,
    /// The branch is not where it was thought to be, or in use: fetch, and try again.
    Moved {
        /// What is wrong with the remote if its branch turns out not to have moved.
        failure: RemoteFailure,
        /// What was said of it.
        said: String,
    },
    /// Nobody knows whether the commit arrived: look at the branch.
    Unknown {
        /// What went wrong.
        failure: RemoteFailure,
        /// What was said of it.
        said: String,
    },
}

/// What went wrong with a remote, as far as remedies differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteFailure {
    /// The remote does not know us, or does not let us write.
    Authentication,
    /// A hook of the remote said no.
    RemoteHook,
    /// The `pre-push` hook of this clone said no.
    LocalHook,
    /// The host protects the branch.
    Protected,
    /// The remote is a repository whose working tree is on that branch.
    CheckedOut,
    /// There is no such remote, or it does not answer.
    Unreachable,
    /// It did not end in time.
    TimedOut,
    /// Something else holds the lock of the branch there, or died with it.
    Locked,
    /// It speaks of a race, but nobody moves the branch.
    Unmoved,
    /// The remote rejected it for a reason of its own.
    Rejected,
}

impl fmt::Display for RemoteFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Authentication => "the remote refused the credentials",
            Self::RemoteHook => "a hook of the remote declined it",
            Self::LocalHook => "the `pre-push` hook declined it",
            Self::Protected => "the remote protects the branch",
            Self::CheckedOut => "the branch is checked out in the remote repository",
            Self::Unreachable => "the remote cannot be reached",
            Self::TimedOut => "the remote did not answer in time",
            Self::Locked => "another program holds the lock of the branch at the remote",
            Self::Unmoved => "the remote does not take it, though nobody moves its branch",
            Self::Rejected => "the remote rejected it",
        })
    }
}

impl Repository {
    /// Pushes `commit` to a branch that is thought to be at `old`; `None` says that it is thought not to exist.
    ///
    /// `old` has to be in the history of `commit`: then the push, which succeeds only while the branch is at `old`, is a
    /// fast-forward. What trying again cannot mend is an error.
    pub fn push(
        &self,
        target: &RemoteBranch,
        old: Option<ObjectId>,
        commit: ObjectId,
        timeout: Duration,
    ) -> Result<Answer, GitError> {
        let context = format!("push to `{}` of `{}`", target.short(), target.shown());
        let old = old.map_or_else(String::new, |old| old.to_string());
        let lease = format!("--force-with-lease={}:{old}", target.branch);
        let refspec = format!("{commit}:{}", target.branch);
        let args =
            ["push", "--porcelain", "--atomic", "--no-follow-tags", &lease, "--", &target.remote, &refspec];
        let ran = self.run_noted(self.networked(&context, args, timeout), &self.lockable(target))?;
        match classify(&ran) {
            Ok(answer) => Ok(answer),
            Err(failure) => {
                let kind = GitErrorKind::Remote { failure, said: gist(&ran.err) };
                Err(GitError::new(format!("could not {context}"), kind))
            }
        }
    }
}

/// The words of rejections that a newer base mends. The first three are git's own, found before anything is sent.
const MOVED: [&str; 9] = [
    "(stale info)",
    "(fetch first)",
    "(non-fast-forward)",
    "(failed to update ref)",
    "(failed to lock)",
    "(atomic transaction failed)",
    "(atomic push failure)",
    "(incorrect old value provided)",
    "(reference already exists)",
];

/// The words by which hosts say that rules of theirs protect a branch.
const PROTECTED: [&str; 5] = [
    "GH006",
    "GH013",
    "protected branch",
    "repository rule violations",
    "TF402455", // Azure DevOps
];

/// The words by which git, SSH and hosts say that they do not let us in.
const DENIED: [&str; 14] = [
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "terminal prompts disabled",
    "Permission denied (",
    "Host key verification failed",
    "returned error: 401",
    "returned error: 403",
    "HTTP Basic: Access denied",
    "Write access to repository not granted",
    "marked as read only",
    "ERROR: Permission to",
    "remote: Permission to",
    "You are not allowed to push code to this project",
];

fn classify(ran: &Ran) -> Result<Answer, RemoteFailure> {
    let is_protected = || PROTECTED.iter().any(|words| ran.err.contains(words));
    let verdict = ran.out.lines().find_map(|line| {
        let (flag, rest) = line.split_once('\t')?;
        (flag.chars().count() == 1).then_some((flag, rest.rsplit('\t').next().unwrap_or(rest)))
    });
    match verdict {
        Some(("!", reason)) if reason.starts_with("[remote failure]") => {
            Ok(Answer::Unknown { failure: RemoteFailure::Unreachable, said: gist(&ran.err) })
        }
        Some(("!", reason)) => {
            // A server that lost a race between its hooks and its update names both commits.
            let names_both = ran.err.contains(" is at ") && ran.err.contains(" but expected ");
            if reason.contains("hook declined") || reason.contains("rule violations") {
                Err(if is_protected() || reason.contains("protected") || reason.contains("rule violations") {
                    RemoteFailure::Protected
                } else {
                    RemoteFailure::RemoteHook
                })
            } else if names_both || MOVED.iter().any(|words| reason.contains(words)) {
                Ok(moved(reason, &ran.err))
            } else if reason.contains("is currently checked out") {
                Err(RemoteFailure::CheckedOut)
            } else if is_protected() {
                Err(RemoteFailure::Protected)
            } else {
                Err(RemoteFailure::Rejected)
            }
        }
        Some(_) if ran.is_success() => Ok(Answer::Taken),
        _ if ran.status.is_none() => {
            Ok(Answer::Unknown { failure: RemoteFailure::TimedOut, said: gist(&ran.err) })
        }
        // The remote took it, and something failed afterwards.
        Some(_) => Ok(Answer::Unknown { failure: RemoteFailure::Unreachable, said: gist(&ran.err) }),
        None => match failure_of(&ran.err) {
            Some(failure) => Err(failure),
            // Git ends so, without a word of its own about the branch, where its hook says no.
            None if ran.code() == Some(1) && !ran.err.contains("fatal: ") => Err(RemoteFailure::LocalHook),
            None => Ok(Answer::Unknown { failure: RemoteFailure::Unreachable, said: gist(&ran.err) }),
        },
    }
}

/// A rejection that a newer base mends, unless something is wrong with the remote.
fn moved(reason: &str, said: &str) -> Answer {
    let is_lock = |line: &&str| line.contains("Unable to create '") && line.contains(".lock'");
    if let Some(line) = said.lines().find(is_lock) {
        // The lines below it speak of editors, and of removing files without saying where.
        return Answer::Moved { failure: RemoteFailure::Locked, said: gist(line) };
    }
    // What git rejects itself, before anything is sent, it explains in these words alone.
    let is_own = !reason.starts_with("[remote rejected]");
    let said = Some(gist(said)).filter(|said| !is_own && !said.is_empty());
    Answer::Moved { failure: RemoteFailure::Unmoved, said: said.unwrap_or_else(|| reason.to_owned()) }
}

/// What the words of a failed exchange say for certain.
pub(super) fn failure_of(said: &str) -> Option<RemoteFailure> {
    let says = |all: &[&str]| all.iter().any(|words| said.contains(words));
    if says(&PROTECTED) {
        Some(RemoteFailure::Protected)
    } else if says(&DENIED) {
        Some(RemoteFailure::Authentication)
    } else {
        None
    }
}

/// What people need of the words of a failed run: the remote's and the errors, in one line that is not too long.
pub(super) fn gist(said: &str) -> String {
    const SHOWN: usize = 400;
    let is_telling = |line: &&str| {
        !line.is_empty()
            && !line.starts_with("hint:")
            && !line.starts_with("To ")
            && !line.starts_with("failed to push some refs")
    };
    let lines: Vec<&str> = said
        .lines()
        .map(|line| line.trim_start_matches("remote: ").trim())
        .map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: "))
        .filter(is_telling)
        .collect();
    let mut text = without_credentials(&lines.join("; "));
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}
