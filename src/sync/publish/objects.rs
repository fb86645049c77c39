//! The objects of a snapshot and its commit. Nothing moves here.

use std::collections::BTreeMap;

use super::{message, step::Step};
use crate::{
    domain::{ModuleName, ObjectId, RepoPath},
    git::{Identity, NewCommit, Repository, SyncLock},
    object::{self, Mode, Object},
    registry::{Root, entries_path, entry_path, entry_repo_path, root_path},
    sync::{Draft, SyncError, plan::previous::Previous},
};

/// The files below `registry/`, with their blobs.
pub(super) type Files = BTreeMap<RepoPath, ObjectId>;

/// A snapshot in the object database, with its commit. No branch has it yet.
pub(super) struct WrittenSnapshot {
    pub(super) commit: ObjectId,
    /// The files below `registry/`.
    pub(super) files: Files,
    pub(super) identity: Identity,
    reflog: String,
}

impl WrittenSnapshot {
    /// Puts the commit on a branch that is at `expected`.
    pub(super) fn move_branch(
        &self,
        repository: &Repository,
        lock: &SyncLock,
        branch: &str,
        expected: Option<ObjectId>,
    ) -> Result<(), SyncError> {
        Ok(repository.move_branch(lock, branch, expected, self.commit, &self.identity, &self.reflog)?)
    }
}

/// Writes the objects of a snapshot and its commit on top of `base`.
pub(super) fn write(
    repository: &Repository,
    base: ObjectId,
    objects: Objects,
    previous: &Previous,
    draft: &Draft,
    root: &Root,
    step: &Step<'_>,
) -> Result<WrittenSnapshot, SyncError> {
    repository.write(&objects.all)?;
    let message = message::message(root, previous, draft, base, step.trigger);
    let identity = repository.identity()?;
    let commit = repository.commit(&NewCommit {
        parents: &[base],
        tree: objects.root_tree,
        message: &message,
        identity: &identity,
    })?;
    let subject = message.lines().next().unwrap_or_default();
    let reflog = format!("modreg {}: {subject}", step.scope.verb());
    Ok(WrittenSnapshot { commit, files: objects.files, identity, reflog })
}

/// The objects of a snapshot.
pub(super) struct Objects {
    root_tree: ObjectId,
    all: Vec<Object>,
    /// The files below `registry/`.
    pub(super) files: Files,
}

/// Returns all new objects of a snapshot: its entries, its root, and the trees above them.
///
/// What is not new is in the history of the commit `base`, which keeps it from being collected as garbage.
pub(super) fn objects(
    repository: &Repository,
    base: ObjectId,
    previous: &Previous,
    draft: &Draft,
    root: &Root,
) -> Result<Objects, SyncError> {
    let format = repository.format();
    let root_file = Object::blob(format, root.to_bytes());
    let entries = &draft.plan.entries;
    let mut files: Files = entries.iter().map(|(name, id)| (entry_repo_path(name), *id)).collect();
    files.insert(root_path(), root_file.id());
    let mut all: Vec<Object> =
        draft.plan.written.values().map(|entry| Object::blob(format, entry.bytes.as_slice())).collect();
    let mut changes = BTreeMap::from([(root_path(), Some((Mode::Regular, root_file.id())))]);
    let snapshot = &previous.snapshot;
    let published = snapshot.root.as_ref().map(|root| root.tree);
    let is_published = published.is_some() && repository.tree_at(base, entries_path().as_str())? == published;
    if !is_published || !previous.edited.is_empty() {
        // Anything may be there: the whole directory is replaced.
        let directories = object::tree_of(format, entries.iter().map(|(name, id)| (entry_path(name), *id)));
        let tree = Some(directories.root).filter(|tree| !object::is_empty_tree(*tree));
        changes.insert(entries_path(), tree.map(|tree| (Mode::Directory, tree)));
        all.extend(directories.trees.into_values());
    } else {
        let is_new = |(name, id): &(&ModuleName, &ObjectId)| snapshot.entries.get(*name) != Some(*id);
        let new = entries.iter().filter(is_new);
        changes.extend(new.map(|(name, id)| (entry_repo_path(name), Some((Mode::Regular, *id)))));
        let gone = snapshot.entries.keys().filter(|name| !entries.contains_key(*name));
        changes.extend(gone.map(|name| (entry_repo_path(name), None)));
    }
    let spliced = repository.splice(Some(repository.root_tree(base)?), &changes)?;
    all.push(root_file);
    all.extend(spliced.objects);
    Ok(Objects { root_tree: spliced.root, all, files })
}
