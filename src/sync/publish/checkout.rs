//! The checked-out `registry/`: whether a person is working in it, and bringing it up to date.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::Files;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{self, FileKind, Range, Repository, SyncLock, Uncommitted},
    registry::{REGISTRY, entries_path, root_path},
    sync::SyncError,
};

/// The number of commits that are read here before git is asked, which is faster for many commits.
const NEAR: usize = 64;

/// The checked-out `registry/`, and the committed versions that may lie in it.
pub(super) struct Checkout<'a> {
    repository: &'a Repository,
    lock: &'a SyncLock,
    commit: ObjectId,
    /// What the last change of `registry/` was committed on: its files are what a killed run did not get to replace.
    earlier: Option<ObjectId>,
    /// The files below `registry/` at HEAD.
    head: BTreeMap<RepoPath, (FileKind, ObjectId)>,
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

    /// Refuses to go on where uncommitted work below `registry/` would be lost, and `target` is not that work, or where
    /// another program is changing the index.
    ///
    /// What a killed run left to do is done first, so that another one that is killed leaves no more than one version
    /// behind.
    pub(super) fn make_ready(&self, target: &Files) -> Result<(), SyncError> {
        self.repository.require_unlocked_index()?;
        let submodules = self.head.iter().filter(|(_, (kind, _))| *kind == FileKind::Submodule);
        let mut lost = submodules.map(|(path, _)| path).filter(|path| is_generated(path));
        if let Some(path) = lost.find(|path| self.repository.has_content_of_its_own(path)) {
            return Err(SyncError::NestedRepository { path: path.clone() });
        }
        let found = self.dirty(target)?;
        if !found.own.is_empty() {
            return Err(SyncError::UncommittedRegistry { paths: found.own });
        }
        self.catch_up(&found.behind)?;
        // Removed files may be at the place of new folders.
        let gone: BTreeSet<_> = self.head.keys().filter(|path| !target.contains_key(*path)).collect();
        let has_room = |path: &RepoPath| {
            path.ancestors().any(|folder| gone.contains(&folder))
                || gone.iter().any(|old| old.ancestors().any(|folder| folder == *path))
        };
        let new = target.keys().filter(|path| !self.head.contains_key(*path) && !has_room(path));
        Ok(self.repository.require_free_places(new)?)
    }

    /// Replaces what a killed run left by what HEAD contains, unless there is uncommitted work below `registry/`.
    pub(super) fn catch_up_if_free(&self) -> Result<(), SyncError> {
        let found = self.dirty(&self.regular_files())?;
        if found.own.is_empty() { self.catch_up(&found.behind) } else { Ok(()) }
    }

    fn dirty(&self, target: &Files) -> Result<Uncommitted, SyncError> {
        let directory = RepoPath::new(REGISTRY);
        let mut found =
            self.repository.dirty(&directory, Some(self.commit), target, self.earlier.as_slice())?;
        found.own.retain(is_generated);
        found.behind.retain(is_generated);
        Ok(found)
    }

    /// Returns the files at HEAD that are as a sync writes them.
    fn regular_files(&self) -> Files {
        let files = self.head.iter().filter(|(_, (kind, _))| *kind == FileKind::Regular);
        files.map(|(path, (_, id))| (path.clone(), *id)).collect()
    }

    /// Makes these files what HEAD holds.
    fn catch_up(&self, behind: &BTreeSet<RepoPath>) -> Result<(), SyncError> {
        let mut write = self.regular_files();
        write.retain(|path, _| behind.contains(path));
        self.check_out(&write, behind.iter().filter(|path| !self.head.contains_key(*path)))
    }

    /// Makes the files and their index entries, which are those of HEAD, those of `target`, which `commit` holds; unless
    /// another commit has been checked out meanwhile.
    pub(super) fn bring_to(&self, target: &Files, commit: ObjectId) -> Result<(), SyncError> {
        if self.repository.head()?.commit() != Some(commit) {
            return Ok(());
        }
        let is_new =
            |(path, id): &(&RepoPath, &ObjectId)| self.head.get(*path) != Some(&(FileKind::Regular, **id));
        let write = target.iter().filter(is_new).map(|(path, id)| (path.clone(), *id)).collect();
        self.check_out(&write, self.head.keys().filter(|path| !target.contains_key(*path)))
    }

    fn check_out<'p>(
        &self,
        write: &Files,
        remove: impl Iterator<Item = &'p RepoPath>,
    ) -> Result<(), SyncError> {
        let remove: BTreeSet<RepoPath> = remove.filter(|path| is_generated(path)).cloned().collect();
        if write.is_empty() && remove.is_empty() {
            return Ok(());
        }
        let checkout = git::Checkout { directory: &RepoPath::new(REGISTRY), write, remove: &remove };
        Ok(self.repository.check_out(self.lock, &checkout)?)
    }
}

/// Returns whether a file below `registry/` is the tool's own; a README beside them is not.
fn is_generated(path: &RepoPath) -> bool {
    let is_at = |place: &RepoPath| path == place || path.ancestors().any(|folder| folder == *place);
    is_at(&root_path()) || is_at(&entries_path())
}

/// Returns the commit that the last change of `registry/` was made on, if it is in this clone.
fn before_the_last_change(repository: &Repository, newest: ObjectId) -> Result<Option<ObjectId>, SyncError> {
    // Every version has files here, so a killed run left none if there are none.
    let Some(now) = repository.tree_at(newest, REGISTRY)? else { return Ok(None) };
    let mut commit = newest;
    for _ in 0..NEAR {
        let Some(parent) = repository.first_parent(commit)? else { return Ok(None) };
        if repository.tree_at(parent, REGISTRY)? != Some(now) {
            return Ok(Some(parent));
        }
        commit = parent;
    }
    let range = Range { from: &[commit], except: None };
    match repository.newest_main_line_change(range, &RepoPath::new(REGISTRY))? {
        Some(changed) => Ok(repository.first_parent(changed)?),
        None => Ok(None),
    }
}

/// Returns the files below `registry/` in a commit.
fn files_at(
    repository: &Repository,
    commit: ObjectId,
) -> Result<BTreeMap<RepoPath, (FileKind, ObjectId)>, SyncError> {
    let Some(tree) = repository.tree_at(commit, REGISTRY)? else { return Ok(BTreeMap::new()) };
    let files = repository.files(tree, &RepoPath::new(REGISTRY))?;
    Ok(files.into_iter().map(|file| (file.path, (file.kind, file.id))).collect())
}
