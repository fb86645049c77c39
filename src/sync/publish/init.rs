//! The first commit of a registry: files that were just written to the working tree, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::local_head::LOCK_TIMEOUT;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{Checkout, Head, NewCommit, Repository},
    object::{Mode, Object},
    sync::SyncError,
};

/// Commits files with these contents on the current branch, which may be unborn. Whatever else is staged stays staged.
pub fn commit_files(
    repository: &Repository,
    files: &BTreeMap<RepoPath, Vec<u8>>,
    message: &str,
    now: Timestamp,
) -> Result<ObjectId, SyncError> {
    let lock = repository.lock(LOCK_TIMEOUT, now)?;
    let (branch, head) = match repository.head()? {
        Head::Unborn { branch } => (branch, None),
        head => (head.branch()?.to_owned(), Some(head.require_commit()?)),
    };
    let root = match head {
        Some(commit) => Some(repository.root_tree(commit)?),
        None => None,
    };
    let blobs: BTreeMap<&RepoPath, Object> = files
        .iter()
        .map(|(path, bytes)| (path, Object::blob(repository.format(), bytes.as_slice())))
        .collect();
    let changes =
        blobs.iter().map(|(path, blob)| ((*path).clone(), Some((Mode::Regular, blob.id())))).collect();
    repository.require_unlocked_index()?;
    let spliced = repository.splice(root, &changes)?;
    let write = blobs.iter().map(|(path, blob)| ((*path).clone(), blob.id())).collect();
    let objects: Vec<Object> = blobs.into_values().chain(spliced.objects).collect();
    repository.write(&objects)?;
    let identity = repository.identity()?;
    let parents: Vec<ObjectId> = head.into_iter().collect();
    let commit = repository.commit(&NewCommit {
        parents: &parents,
        tree: spliced.root,
        message,
        identity: &identity,
    })?;
    repository.move_branch(&lock, &branch, head, commit, &identity, "modreg init")?;
    let checkout = Checkout { directory: &RepoPath::new(""), write: &write, remove: &BTreeSet::new() };
    repository.check_out(&lock, &checkout)?;
    Ok(commit)
}
