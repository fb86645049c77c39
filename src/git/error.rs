//! Why something could not be done with a repository.

use std::{io, path::PathBuf};

use super::{Holder, RemoteFailure};
use crate::domain::{ObjectId, RepoPath};

/// What was attempted, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct GitError {
    context: String,
    #[source]
    kind: GitErrorKind,
}

/// Why something could not be done with a repository, as far as remedies differ.
#[derive(Debug, thiserror::Error)]
pub enum GitErrorKind {
    /// Neither the directory nor one above it is a repository.
    #[error("this is not a git repository, nor is any directory above it")]
    NotARepository,
    /// Git's `safe.directory` rule refuses a repository that belongs to somebody else.
    #[error("the repository belongs to another user, and `safe.directory` does not name it")]
    UntrustedOwner,
    /// The repository is stored in a form that libgit2 cannot read.
    #[error("the repository is stored in a form that cannot be read: {reason}")]
    UnsupportedFormat {
        /// What is unusual about it.
        reason: String,
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
    /// Somebody moved the branch since it was read.
    #[error("`{branch}` moved to {} meanwhile", actual.map_or("nothing".to_owned(), |id| id.to_string()))]
    BranchMoved {
        /// The full name of the branch.
        branch: String,
        /// Where it points now.
        actual: Option<ObjectId>,
    },
    /// Another program is updating the same reference.
    #[error("another program holds the lock of `{name}`")]
    ReferenceLocked {
        /// The full name of the reference.
        name: String,
    },
    /// Another program is updating the index.
    #[error("another program holds `{}`", path.display())]
    IndexLocked {
        /// The lock file.
        path: PathBuf,
    },
    /// Another sync runs in this repository.
    #[error("another sync is running{}", holder.as_ref().map_or(String::new(), |holder| format!(" ({holder})")))]
    Busy {
        /// Who holds the lock, where that could be read.
        holder: Option<Holder>,
    },
    /// The object is not in the repository, as can be in partial and shallow clones.
    #[error("object {id} is not in this repository")]
    MissingObject {
        /// The object.
        id: ObjectId,
    },
    /// A partial clone lacks the object, and its remote did not give it.
    #[error("object {id} is not in this partial clone, and `{remote}` did not give it: {reason}")]
    Unfetched {
        /// The object.
        id: ObjectId,
        /// The remote that promised it.
        remote: String,
        /// What git said.
        reason: String,
    },
    /// An object is not what it must be.
    #[error("object {id} is damaged: {reason}")]
    DamagedObject {
        /// The object.
        id: ObjectId,
        /// What is wrong with it.
        reason: String,
    },
    /// Something else stands where a directory or a file has to be.
    #[error("`{path}` is in the way")]
    InTheWay {
        /// The file, link or directory.
        path: RepoPath,
    },
    /// The remote did not take the commit, or did not answer.
    #[error("{failure}{}", after_colon(said))]
    Remote {
        /// What went wrong, as far as remedies differ.
        failure: RemoteFailure,
        /// What git and the remote said of it.
        said: String,
    },
    /// Git's settings ask for a signature, and there is none.
    #[error("the signature failed{}", after_colon(said))]
    Unsigned {
        /// What git said of it.
        said: String,
    },
    /// The `git` program cannot be started.
    #[error("the `git` program was not found")]
    NoGit,
    /// A name, a date or a message that git cannot store.
    #[error("{reason}")]
    InvalidInput {
        /// What is wrong with it.
        reason: String,
    },
    /// The repository cannot be written to.
    #[error("the repository cannot be written to")]
    ReadOnly(#[source] io::Error),
    /// A file could not be read or written.
    #[error("`{}` could not be accessed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Whatever else libgit2 reports.
    #[error("{}", .0.message())]
    Other(#[source] git2::Error),
}

fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

impl GitError {
    /// `context` starts with "could not".
    pub fn new(context: impl Into<String>, kind: GitErrorKind) -> Self {
        Self { context: context.into(), kind }
    }

    pub(super) fn io(context: impl Into<String>, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => GitErrorKind::ReadOnly(source),
            _ => GitErrorKind::Io { path: path.into(), source },
        };
        Self::new(context, kind)
    }

    /// `context` starts with a verb that follows "could not".
    pub(super) fn from_git(context: &str, error: git2::Error) -> Self {
        let kind = match error.code() {
            git2::ErrorCode::Owner => GitErrorKind::UntrustedOwner,
            git2::ErrorCode::BareRepo => GitErrorKind::Bare,
            _ => GitErrorKind::Other(error),
        };
        Self::new(format!("could not {context}"), kind)
    }

    /// What was attempted: `could not read HEAD`.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Why it failed, alone.
    pub fn into_kind(self) -> GitErrorKind {
        self.kind
    }

    /// Why it failed.
    pub fn kind(&self) -> &GitErrorKind {
        &self.kind
    }
}

/// Adds to an error of libgit2 what was attempted.
pub(super) trait Context<T> {
    /// `context` starts with a verb that follows "could not".
    fn context(self, context: impl FnOnce() -> String) -> Result<T, GitError>;
}

impl<T> Context<T> for Result<T, git2::Error> {
    fn context(self, context: impl FnOnce() -> String) -> Result<T, GitError> {
        self.map_err(|error| GitError::from_git(&context(), error))
    }
}
