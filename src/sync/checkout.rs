//! The checked-out `registry/`: whether somebody is working in it, and bringing it up to date.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{SyncError, base};
use crate::{
    domain::{ObjectId, RepoPath},
    git::{self, Repository, SyncLock},
    object::Object,
    registry::REGISTRY,
};

/// The files of one version of `registry/`, with their blobs.
type Files = BTreeMap<RepoPath, ObjectId>;

/// The checked-out `registry/`, and the committed versions that may lie in it.
pub(super) struct Checkout<'a> {
    repository: &'a Repository,
    lock: &'a SyncLock,
    commit: ObjectId,
    /// The commit of the snapshot before, whose files a killed run may have left behind.
    earlier: Vec<ObjectId>,
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
        let mut revisions = Vec::new();
        repository.history(commit, &base::root_path(), |revision| {
            revisions.push(revision.commit);
            if revisions.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let head = files_at(repository, commit)?;
        Ok(Self { repository, lock, commit, earlier: revisions.split_off(revisions.len().min(1)), head })
    }

    /// Refuses to go on where uncommitted work below `registry/` would be lost, and `target` is not that work.
    pub(super) fn refuse_edits(&self, target: &Files) -> Result<(), SyncError> {
        let paths = self.edits(target)?;
        if paths.is_empty() { Ok(()) } else { Err(SyncError::UncommittedRegistry { paths }) }
    }

    /// Replaces what a killed run left by what HEAD holds, unless somebody is working below `registry/`.
    pub(super) fn mend(&self) -> Result<(), SyncError> {
        if self.edits(&self.head)?.is_empty() { self.bring_to(&self.head, &BTreeMap::new()) } else { Ok(()) }
    }

    fn edits(&self, target: &Files) -> Result<Vec<RepoPath>, SyncError> {
        let directory = RepoPath::new(REGISTRY);
        Ok(self.repository.dirty(&directory, Some(self.commit), target, &self.earlier)?)
    }

    /// Makes the files and their index entries those of `target`; `contents` are the blobs that are in memory anyway.
    pub(super) fn bring_to(
        &self,
        target: &Files,
        contents: &BTreeMap<ObjectId, &Object>,
    ) -> Result<(), SyncError> {
        let mut remove: BTreeSet<RepoPath> = self.head.keys().cloned().collect();
        for &commit in &self.earlier {
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
    *path == base::root_path() || path.as_str().starts_with("registry/modules/")
}

/// The files below `registry/` in a commit.
fn files_at(repository: &Repository, commit: ObjectId) -> Result<Files, SyncError> {
    let Some(tree) = repository.tree_at(commit, REGISTRY)? else { return Ok(Files::new()) };
    let files = repository.files(tree, &RepoPath::new(REGISTRY))?;
    Ok(files.into_iter().map(|file| (file.path, file.id)).collect())
}
