//! The errors of the repository.

use std::{fmt, io, path::PathBuf, time::Duration};

use super::remote::failure::RemoteFailure;
use crate::domain::{ObjectId, RepoPath};

/// A failed operation of the repository, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct GitError {
    context: String,
    #[source]
    kind: GitErrorKind,
}

/// The reason of a failure, as far as remedies differ.
#[derive(Debug, thiserror::Error)]
pub enum GitErrorKind {
    /// Neither the directory nor one above it is a repository.
    #[error("this is not a git repository, nor is any directory above it")]
    NotARepository,
    /// The directory is below the top of a repository.
    #[error("this folder is inside the repository `{}`, and a registry is a whole repository", top.display())]
    InSubfolder {
        /// The top of the repository.
        top: PathBuf,
    },
    /// The directory is a git directory that belongs to a working tree elsewhere.
    #[error("this folder is not in the repository's working tree")]
    InGitDirectory,
    /// Git's `safe.directory` rule refuses a repository that belongs to another user.
    #[error("the repository belongs to another user, and `safe.directory` does not name it")]
    UntrustedOwner,
    /// This git cannot read the repository.
    #[error("git cannot read the repository: {message}")]
    Unreadable {
        /// The message of git.
        message: String,
    },
    /// A clone that leaves out trees, which every look at the registry needs.
    #[error("the clone leaves out trees (`--filter={filter}`)")]
    Treeless {
        /// The filter of the clone.
        filter: String,
    },
    /// The branch has no commits yet.
    #[error("`{branch}` has no commits yet")]
    Unborn {
        /// The full name of the branch.
        branch: String,
    },
    /// HEAD names a commit, not a branch.
    #[error("HEAD is detached at {commit}")]
    Detached {
        /// The commit that HEAD names.
        commit: ObjectId,
    },
    /// A working tree is needed.
    #[error("the repository is bare")]
    Bare,
    /// Another program moved the branch since it was read.
    #[error("`{branch}` was {} by another program", actual.map_or("removed".to_owned(), |id| format!("moved to {id}")))]
    BranchMoved {
        /// The full name of the branch.
        branch: String,
        /// The commit that it points to now.
        actual: Option<ObjectId>,
    },
    /// A lock file of git exists: another program is running, or died without removing it.
    #[error("`{}` is locked{}", path.display(), age.map_or(String::new(), |age| format!("; the lock is {} old", shown(age))))]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The age of the lock, if it is known.
        age: Option<Duration>,
    },
    /// Another sync runs in this repository.
    #[error("another sync is running{}", holder.as_ref().map_or(String::new(), |holder| format!(" ({holder})")))]
    Busy {
        /// The process that holds the lock, if it could be read.
        holder: Option<Holder>,
    },
    /// The object is not in the repository, as can be in partial and shallow clones.
    #[error("object {id} is not in this repository")]
    MissingObject {
        /// The object.
        id: ObjectId,
    },
    /// The object is not in this partial clone and could not be fetched.
    #[error(
        "object {id} is not in this partial clone, and it could not be fetched from `{remote}`: {reason}"
    )]
    Unfetched {
        /// The object.
        id: ObjectId,
        /// The remote that promised it.
        remote: String,
        /// The message of git.
        reason: String,
    },
    /// An object is not what it must be.
    #[error("object {id} is damaged: {reason}")]
    DamagedObject {
        /// The object.
        id: ObjectId,
        /// The fault in it.
        reason: String,
    },
    /// Something else is at the place of a directory or a file.
    #[error("`{path}` is in the way")]
    InTheWay {
        /// The file, link or directory.
        path: RepoPath,
    },
    /// The remote did not take the commit, or did not answer.
    #[error("{failure}{}", after_colon(message))]
    Remote {
        /// The kinds of failure, as far as their remedies differ.
        failure: RemoteFailure,
        /// The messages of git and of the remote.
        message: String,
    },
    /// The settings of git require a signature, and signing failed.
    #[error("the signature failed{}", after_colon(message))]
    Unsigned {
        /// The message of git.
        message: String,
    },
    /// Git has no identity for the commit, and its settings forbid a guess.
    #[error("git has no name or email address for the commit{}", after_colon(message))]
    NoIdentity {
        /// The message of git.
        message: String,
    },
    /// The `git` program cannot be started.
    #[error("the `git` program was not found")]
    NoGit,
    /// The `git` program is too old.
    #[error("this is git {found}, and modreg needs git {oldest} or newer")]
    OldGit {
        /// The version that was found.
        found: String,
        /// The oldest one that works.
        oldest: &'static str,
    },
    /// A name or a number that cannot be used.
    #[error("{reason}")]
    InvalidInput {
        /// The fault in it.
        reason: String,
    },
    /// The repository cannot be written to.
    #[error("the repository is not writable{}", after_colon(message))]
    ReadOnly {
        /// The message of git or of the system.
        message: String,
    },
    /// A file could not be read or written.
    #[error("`{}` could not be accessed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// Any other failure of git.
    #[error("git reports: {message}")]
    Failed {
        /// The message of git.
        message: String,
    },
    /// Any other error of libgit2.
    #[error("{}", .0.message())]
    Objects(#[source] git2::Error),
}

/// The process that holds the sync lock, as recorded in the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The time at which it took the lock.
    pub since: jiff::Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} since {:.0}", self.pid, self.since)
    }
}

fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// Returns an age in its largest whole unit.
fn shown(age: Duration) -> String {
    let seconds = age.as_secs();
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

impl GitError {
    /// Returns the error; `context` starts with "could not".
    pub fn new(context: impl Into<String>, kind: GitErrorKind) -> Self {
        Self { context: context.into(), kind }
    }

    /// Returns the error; `context` starts with "could not".
    pub(super) fn io(context: impl Into<String>, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => GitErrorKind::ReadOnly { message: source.to_string() },
            _ => GitErrorKind::Io { path: path.into(), source },
        };
        Self::new(context, kind)
    }

    /// Returns what was attempted: `could not read HEAD`.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Returns why it failed, alone.
    pub fn into_kind(self) -> GitErrorKind {
        self.kind
    }

    /// Returns why it failed.
    pub fn kind(&self) -> &GitErrorKind {
        &self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_shown_in_one_unit() {
        for (seconds, expected) in
            [(0, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7200, "2 hours"), (200_000, "2 days")]
        {
            assert_eq!(shown(Duration::from_secs(seconds)), expected);
        }
    }
}
