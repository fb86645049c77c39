//! The checked-out `registry/`: whether somebody is working in it, and bringing it up to date.

use std::collections::{BTreeMap, BTreeSet};

use super::SyncError;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{self, Repository, SyncLock, Uncommitted},
    object::Object,
    registry::{REGISTRY, root_path},
};

/// The files of one version of `registry/`, with their blobs.
type Files = BTreeMap<RepoPath, ObjectId>;

/// The checked-out `registry/`, and the committed versions that may lie in it.
pub(super) struct Checkout<'a> {
    repository: &'a Repository,
    lock: &'a SyncLock,
    commit: ObjectId,
    /// What the last change of `registry/` was committed on: its files are what a killed run did not get to replace.
    earlier: Option<ObjectId>,
    /// The files that HEAD holds.
    pub(super) head: Files,
}

impl<'a> Checkout<'a> {
    /// Looks at what the last commits say.
    pub(super) fn of(
        repository: &'a Repository,
        lock: &'a SyncLock,
        commit: ObjectId,
    ) -> Result<Self, SyncError> {
        let earlier = before_the_last_change(repository, commit)?;
        let head = files_at(repository, commit)?;
        Ok(Self { repository, lock, commit, earlier, head })
    }

    /// Refuses to go on where uncommitted work below `registry/` would be lost, and `target` is not that work.
    ///
    /// What a killed run left to do is done first, so that another one that is killed leaves no more than one version
    /// behind.
    pub(super) fn make_ready(&self, target: &Files) -> Result<(), SyncError> {
        let found = self.dirty(target)?;
        if !found.own.is_empty() {
            return Err(SyncError::UncommittedRegistry { paths: found.own });
        }
        if found.is_behind { self.bring_to(&self.head, &BTreeMap::new()) } else { Ok(()) }
    }

    /// Replaces what a killed run left by what HEAD holds, unless somebody is working below `registry/`.
    pub(super) fn mend(&self) -> Result<(), SyncError> {
        if self.dirty(&self.head)?.own.is_empty() {
            self.bring_to(&self.head, &BTreeMap::new())
        } else {
            Ok(())
        }
    }

    fn dirty(&self, target: &Files) -> Result<Uncommitted, SyncError> {
        let directory = RepoPath::new(REGISTRY);
        Ok(self.repository.dirty(&directory, Some(self.commit), target, self.earlier.as_slice())?)
    }

    /// Makes the files and their index entries those of `target`; `contents` are the blobs that are in memory anyway.
    pub(super) fn bring_to(
        &self,
        target: &Files,
        contents: &BTreeMap<ObjectId, &Object>,
    ) -> Result<(), SyncError> {
        let mut remove: BTreeSet<RepoPath> = self.head.keys().cloned().collect();
        if let Some(commit) = self.earlier {
            remove.extend(files_at(self.repository, commit)?.into_keys());
        }
        remove.retain(|path| is_generated(path) && !target.contains_key(path));
        let checkout = git::Checkout {
            directory: &RepoPath::new(REGISTRY),
            write: target,
            remove: &remove,
            content: &|id| contents.get(&id).map(|object| object.bytes().to_vec()),
        };
        Ok(self.repository.check_out(self.lock, &checkout)?)
    }
}

/// Whether a file below `registry/` is the tool's own; a README beside them is somebody else's.
fn is_generated(path: &RepoPath) -> bool {
    let inside = path.as_str().strip_prefix("registry/modules");
    *path == root_path() || inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The commit that the last change of `registry/` was made on, if it is in this clone.
fn before_the_last_change(repository: &Repository, newest: ObjectId) -> Result<Option<ObjectId>, SyncError> {
    let mut commit = newest;
    let now = repository.tree_at(commit, REGISTRY)?;
    while let Some(parent) = repository.first_parent(commit)? {
        if repository.tree_at(parent, REGISTRY)? != now {
            return Ok(Some(parent));
        }
        commit = parent;
    }
    Ok(None)
}

/// The files below `registry/` in a commit.
fn files_at(repository: &Repository, commit: ObjectId) -> Result<Files, SyncError> {
    let Some(tree) = repository.tree_at(commit, REGISTRY)? else { return Ok(Files::new()) };
    let files = repository.files(tree, &RepoPath::new(REGISTRY))?;
    Ok(files.into_iter().map(|file| (file.path, file.id)).collect())
}
