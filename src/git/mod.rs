//! The repository: what a registry is read from and published to. The only home of `git2`.
//!
//! [`Repository`] is an edge: it does I/O and gives typed errors. It reads neither the environment nor the clock, and
//! decides nothing about modules. What libgit2 cannot do as the user set it up (the network with its credentials and
//! hooks, signatures) the `git` program does; nothing else runs it.
//!
//! Invariant: objects are written before the branch moves, and the branch moves before the working tree and the index
//! do. A run that is killed leaves the old or the new snapshot, and [`Repository::lock`], the next
//! [`Repository::move_branch`] and [`Repository::check_out`] clean up what it left.

mod at_work;
mod branch;
mod commit;
mod commit_settings;
mod compare;
mod error;
mod history;
mod identity;
mod index;
mod leftovers;
mod lock;
mod loose;
mod merge;
mod on_disk;
mod pack;
mod program;
mod promisor;
mod push;
mod read;
mod remote;
mod repository;
mod signing;
mod status;
mod switches;
mod worktree;
mod write;

#[cfg(test)]
mod tests;

pub use commit::NewCommit;
pub use compare::Difference;
pub use error::{GitError, GitErrorKind};
pub use history::{Completeness, Revision, Touch};
pub use identity::{Identity, IdentityEnv, Moment, Person};
pub use lock::{Holder, SyncLock};
pub use merge::Merged;
pub use push::{Answer, RemoteFailure};
pub use read::{FileKind, TreeFile};
pub use remote::RemoteBranch;
pub use repository::{Environment, Head, Repository};
pub use status::Uncommitted;
pub use worktree::Checkout;

use crate::domain::ObjectId;

fn to_oid(id: ObjectId) -> git2::Oid {
    git2::Oid::from_bytes(id.as_bytes()).expect("an id has the 20 bytes that libgit2 asks for")
}

fn from_oid(id: git2::Oid) -> ObjectId {
    let bytes = id.as_bytes().try_into();
    ObjectId::new(bytes.expect("only repositories with SHA-1 ids are opened"))
}
