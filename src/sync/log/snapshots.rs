//! The snapshot of a commit, or of a published version.

use std::collections::{BTreeMap, BTreeSet};

use super::published::{Log, Publication};
use crate::{
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::is_empty_tree,
    registry::{Root, Snapshot, entries_path, module_of, root_path},
    schema,
    sync::SyncError,
};

/// Reads the snapshot that a commit contains.
///
/// A registry without a root is empty. A root that cannot be read, or contradicts its entries, is [`SyncError::Root`].
pub fn snapshot_at(repository: &Repository, commit: ObjectId) -> Result<Snapshot, SyncError> {
    let mut snapshot = outline_at(repository, commit)?;
    if let Some(root) = &snapshot.root {
        snapshot.entries = entries_of(repository, snapshot.tree)?;
        if !snapshot.is_tampered() {
            root.check(&snapshot.entries).map_err(|error| SyncError::Root {
                commit: Some(commit),
                last_good: None,
                error,
            })?;
        }
    }
    Ok(snapshot)
}

/// Reads the root that a commit contains and the tree of its entries, but not the entries.
pub(in crate::sync) fn outline_at(repository: &Repository, commit: ObjectId) -> Result<Snapshot, SyncError> {
    let tree = repository.tree_at(commit, entries_path().as_str())?;
    let root = match repository.file_at(commit, root_path().as_str())? {
        Some((_, bytes)) => Some(Root::parse(&bytes).map_err(|error| SyncError::Root {
            commit: Some(commit),
            last_good: None,
            error,
        })?),
        None => None,
    };
    Ok(Snapshot { root, tree, entries: BTreeMap::new() })
}

/// Reads the snapshot that a commit contains with the entries that its root vouches for, and the files below
/// `registry/modules` that differ from those. Where the tree of the root is not in this clone, that is an error.
pub fn published_at(
    repository: &Repository,
    commit: ObjectId,
) -> Result<(Snapshot, BTreeSet<RepoPath>), SyncError> {
    let mut snapshot = snapshot_at(repository, commit)?;
    let Some(root) = snapshot.root.clone().filter(|_| snapshot.is_tampered()) else {
        return Ok((snapshot, BTreeSet::new()));
    };
    if !is_present(repository, root.tree) {
        return Err(SyncError::LostEntries { tree: root.tree });
    }
    let edited = edited_files(repository, &snapshot)?;
    snapshot.entries = entries_of(repository, Some(root.tree))?;
    root.check(&snapshot.entries).map_err(|error| SyncError::Root {
        commit: Some(commit),
        last_good: None,
        error,
    })?;
    Ok((snapshot, edited))
}

/// The files below `registry/modules` that are not what the root beside them names; none where that is not in this clone.
pub(in crate::sync) fn edited_files(
    repository: &Repository,
    snapshot: &Snapshot,
) -> Result<BTreeSet<RepoPath>, SyncError> {
    let Some(root) = snapshot.root.as_ref().filter(|root| is_present(repository, root.tree)) else {
        return Ok(BTreeSet::new());
    };
    let published = Some(root.tree).filter(|tree| !is_empty_tree(*tree));
    let folder = entries_path();
    let edited = repository.differences(published, snapshot.tree)?;
    Ok(edited.into_iter().map(|file| folder.join(file.path.as_str())).collect())
}

/// Whether a tree is in this clone; the empty one always is.
pub(in crate::sync) fn is_present(repository: &Repository, tree: ObjectId) -> bool {
    is_empty_tree(tree) || repository.contains(tree)
}

/// The entries below a tree of `registry/modules`.
pub(in crate::sync) fn entries_of(
    repository: &Repository,
    tree: Option<ObjectId>,
) -> Result<BTreeMap<ModuleName, ObjectId>, SyncError> {
    let Some(tree) = tree.filter(|tree| !is_empty_tree(*tree)) else { return Ok(BTreeMap::new()) };
    let files = repository.files(tree, &RepoPath::new(""))?;
    Ok(files.into_iter().filter_map(|file| Some((module_of(file.path.as_str())?, file.id))).collect())
}

/// A snapshot, and the commit that contains it.
#[derive(Debug)]
pub struct VersionedSnapshot {
    /// The commit; of version 0 the one that the log was read from.
    pub commit: ObjectId,
    /// The snapshot.
    pub snapshot: Snapshot,
}

impl VersionedSnapshot {
    /// The snapshot that a commit contains.
    pub fn at(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        Ok(Self { commit, snapshot: snapshot_at(repository, commit)? })
    }

    /// The snapshot of a published version, with the entries that its root vouches for.
    pub fn of(repository: &Repository, publication: &Publication) -> Result<Self, SyncError> {
        let Publication { commit, root, .. } = *publication;
        let untrusted = |error| SyncError::Root { commit: Some(commit), last_good: None, error };
        let root = Root::parse(&repository.blob(root)?).map_err(untrusted)?;
        if !is_present(repository, root.tree) {
            return Err(SyncError::LostEntries { tree: root.tree });
        }
        let entries = entries_of(repository, Some(root.tree))?;
        root.check(&entries).map_err(untrusted)?;
        Ok(Self { commit, snapshot: Snapshot { tree: Some(root.tree), entries, root: Some(root) } })
    }

    /// The snapshot of the version with this number; 0 is the registry before its first version.
    pub fn find(repository: &Repository, log: &Log, version: SnapshotVersion) -> Result<Self, SyncError> {
        if version == SnapshotVersion::EMPTY {
            return Ok(Self { commit: log.head(), snapshot: Snapshot::default() });
        }
        if let Some(publication) = log.find(version) {
            return Self::of(repository, publication);
        }
        let latest = log.newest_first().next().map(|known| known.version).unwrap_or_default();
        Err(SyncError::UnknownVersion { version, latest, is_cut_off: log.is_cut_off() })
    }

    /// The bytes of one entry.
    pub fn entry(&self, repository: &Repository, name: &ModuleName) -> Result<Vec<u8>, SyncError> {
        if let Some(id) = self.snapshot.entries.get(name) {
            return Ok(repository.blob(*id)?);
        }
        let known = self.snapshot.entries.keys().map(ModuleName::as_str);
        let closest = schema::closest(name.as_str(), known).and_then(|name| name.parse().ok());
        Err(SyncError::UnknownEntry { version: self.snapshot.version(), name: name.clone(), closest })
    }
}
