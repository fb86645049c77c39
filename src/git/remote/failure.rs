//! The meaning of git's messages about a failed exchange with a remote.
//!
//! Git reports the reason of such a failure in no other way. This module understands the porcelain format, the exit code,
//! and the known messages of git and of the large hosts. For any other message the caller looks at the remote itself.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::git::program::words::summary;

/// The result of a push, as far as git's messages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushResult {
    /// The remote branch is at the commit now.
    Accepted,
    /// The branch is not where it was expected, or in use: fetch, and try again.
    Moved {
        /// The fault of the remote, if its branch turns out not to have moved.
        failure: RemoteFailure,
        /// The message of git.
        message: String,
    },
    /// It is unknown whether the commit arrived: look at the branch.
    Unknown {
        /// The failure.
        failure: RemoteFailure,
        /// The message of git.
        message: String,
    },
}

/// The failures of a remote, as far as their remedies differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteFailure {
    /// The remote refused the credentials, or they do not allow writing.
    Authentication,
    /// A hook of the remote rejected the push.
    RemoteHook,
    /// The `pre-push` hook of this clone rejected the push.
    LocalHook,
    /// The host protects the branch.
    Protected,
    /// The remote is a repository whose working tree is on that branch.
    CheckedOut,
    /// The remote does not exist or does not answer.
    Unreachable,
    /// The exchange did not end in time.
    TimedOut,
    /// Another program holds the lock of the branch at the remote, or died with it.
    Locked,
    /// The remote reports a race, but its branch has not moved.
    Unmoved,
    /// The remote rejected the push for another reason.
    Rejected,
}

impl fmt::Display for RemoteFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Authentication => "the remote refused the credentials",
            Self::RemoteHook => "a hook of the remote rejected the push",
            Self::LocalHook => "the `pre-push` hook rejected the push",
            Self::Protected => "the branch is protected at the remote",
            Self::CheckedOut => "the branch is checked out in the remote repository",
            Self::Unreachable => "the remote cannot be reached",
            Self::TimedOut => "the remote did not answer in time",
            Self::Locked => "another program holds the lock of the branch at the remote",
            Self::Unmoved => "the remote rejects the push, although its branch has not moved",
            Self::Rejected => "the remote rejected the push",
        })
    }
}

/// The result of an exchange, as git printed it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    /// The exit code, if git ended by itself.
    pub(super) code: Option<i32>,
    /// The standard output.
    pub(super) out: &'a str,
    /// The standard error stream.
    pub(super) err: &'a str,
}

/// Parts of rejections that a newer base resolves. The first three are git's own, found before anything is sent.
const MOVED: [&str; 8] = [
    "(stale info)",
    "(fetch first)",
    "(non-fast-forward)",
    "(failed to update ref)",
    "(failed to lock)",
    "(atomic transaction failed)",
    "(incorrect old value provided)",
    "(reference already exists)",
];

/// Parts of the messages by which hosts report a protected branch.
const PROTECTED: [&str; 5] = [
    "GH006",
    "GH013",
    "protected branch",
    "repository rule violations",
    "TF402455", // Azure DevOps
];

/// Parts of the messages by which git, SSH and hosts report missing access.
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

pub(super) fn classify(ran: Exchange<'_>) -> Result<PushResult, RemoteFailure> {
    let is_protected = || PROTECTED.iter().any(|words| ran.err.contains(words));
    let results = ran.out.lines().filter_map(|line| {
        let (flag, rest) = line.split_once('\t')?;
        (flag.chars().count() == 1).then_some((flag, rest.rsplit('\t').next().unwrap_or(rest)))
    });
    // A remote can have several addresses, and each its own result: a rejection counts.
    let result = results.min_by_key(|(flag, _)| *flag != "!");
    match result {
        Some(("!", reason)) if reason.starts_with("[remote failure]") => {
            Ok(PushResult::Unknown { failure: RemoteFailure::Unreachable, message: summary(ran.err) })
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
                Ok(moved(reason, ran.err))
            } else if reason.contains("is currently checked out") {
                Err(RemoteFailure::CheckedOut)
            } else if is_protected() {
                Err(RemoteFailure::Protected)
            } else {
                Err(RemoteFailure::Rejected)
            }
        }
        Some(_) if ran.code == Some(0) => Ok(PushResult::Accepted),
        _ if ran.code.is_none() => {
            Ok(PushResult::Unknown { failure: RemoteFailure::TimedOut, message: summary(ran.err) })
        }
        // The remote took it, and something failed afterwards.
        Some(_) => Ok(PushResult::Unknown { failure: RemoteFailure::Unreachable, message: summary(ran.err) }),
        None => match failure_of(ran.err) {
            Some(failure) => Err(failure),
            // Git ends like this, without a message about the branch, if its hook rejects the push.
            None if ran.code == Some(1) && !ran.err.contains("fatal: ") => Err(RemoteFailure::LocalHook),
            None => {
                Ok(PushResult::Unknown { failure: RemoteFailure::Unreachable, message: summary(ran.err) })
            }
        },
    }
}

/// Returns the result for a rejection that a newer base resolves, unless something is wrong with the remote.
fn moved(reason: &str, message: &str) -> PushResult {
    let is_lock = |line: &&str| line.contains("Unable to create '") && line.contains(".lock'");
    if let Some(line) = message.lines().find(is_lock) {
        // The lines below it speak of editors, and of removing files without saying where.
        return PushResult::Moved { failure: RemoteFailure::Locked, message: summary(line) };
    }
    // What git rejects itself, before anything is sent, it explains in these words alone.
    let is_own = !reason.starts_with("[remote rejected]");
    let message = Some(summary(message)).filter(|message| !is_own && !message.is_empty());
    PushResult::Moved {
        failure: RemoteFailure::Unmoved,
        message: message.unwrap_or_else(|| reason.to_owned()),
    }
}

/// Returns the failure that the messages of a failed exchange name for certain.
pub(super) fn failure_of(message: &str) -> Option<RemoteFailure> {
    let says = |all: &[&str]| all.iter().any(|words| message.contains(words));
    if says(&PROTECTED) {
        Some(RemoteFailure::Protected)
    } else if says(&DENIED) {
        Some(RemoteFailure::Authentication)
    } else {
        None
    }
}
