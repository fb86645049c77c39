//! The repository that a registry is read from and published to. Only this module uses `git2` and runs `git`.
//!
//! [`Repository`] is an edge: it does I/O and returns typed errors. It decides nothing about modules, and nothing that git
//! decides: which repository a folder belongs to, its settings, who commits, signatures, references, the index, the
//! checkout, permissions and locks are asked of the `git` program ([`program`]). libgit2 opens the object database alone,
//! and only reads; new objects go in through git.
//!
//! | room | what |
//! |---|---|
//! | [`repository`] | opening a repository; HEAD |
//! | [`objects`] | what is stored |
//! | [`commits`] | who commits and when, which branch moves, the log |
//! | [`worktree`] | what is checked out |
//! | [`remote`] | what others have, and why they refuse |
//! | [`locks`] | one at a time |
//!
//! Invariant: objects are written before the branch moves, and the branch moves before the registry's files do. A run that
//! is killed leaves the old or the new snapshot. A lock file is removed by the run that saw its own git die with it, and by
//! no other.

mod commits;
mod config;
mod error;
mod locks;
mod objects;
mod own_files;
mod program;
mod remote;
mod repository;
mod worktree;

#[cfg(test)]
mod tests;

pub use commits::{
    commit::NewCommit,
    identity::Identity,
    log::{CommitInfo, LineCommit, Range},
};
pub use error::{GitError, GitErrorKind, Holder};
pub use locks::sync_lock::SyncLock;
pub use objects::{
    read::{FileKind, TreeFile},
    tree_diff::Difference,
};
pub use own_files::OwnFolder;
pub use program::running::stop_all;
pub use remote::{
    failure::{PushResult, RemoteFailure},
    fetch::RemoteBranch,
};
pub use repository::{Head, Repository};
pub use worktree::{checkout::Checkout, status::Uncommitted};
