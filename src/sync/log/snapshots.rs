//! The snapshot of a commit, or of a published version.

use std::collections::BTreeMap;

use super::published::{Log, Publication};
use crate::{
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion, closest},
    git::{FileKind, Repository},
    object::{Mode, is_empty_tree},
    registry::{Root, Snapshot, entries_path, module_of, root_path},
    sync::{Deviation, SyncError},
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
) -> Result<(Snapshot, BTreeMap<RepoPath, Deviation>), SyncError> {
    let mut snapshot = snapshot_at(repository, commit)?;
    let Some(root) = snapshot.root.clone().filter(|_| snapshot.is_tampered()) else {
        return Ok((snapshot, BTreeMap::new()));
    };
    if !is_present(repository, root.tree) {
        return Err(SyncError::LostEntries { tree: root.tree });
    }
    let edited = deviations(repository, commit, &snapshot)?;
    snapshot.entries = entries_of(repository, Some(root.tree))?;
    root.check(&snapshot.entries).map_err(|error| SyncError::Root {
        commit: Some(commit),
        last_good: None,
        error,
    })?;
    Ok((snapshot, edited))
}

/// Returns the generated paths of a commit that are not what the root of `snapshot` names; none if its entries are not in
/// this clone. What is below an odd path is not listed again.
pub(in crate::sync) fn deviations(
    repository: &Repository,
    commit: ObjectId,
    snapshot: &Snapshot,
) -> Result<BTreeMap<RepoPath, Deviation>, SyncError> {
    let mut found = BTreeMap::new();
    if let Some(odd) = root_deviation(repository, commit)? {
        found.insert(root_path(), odd);
    }
    let Some(root) = snapshot.root.as_ref().filter(|root| is_present(repository, root.tree)) else {
        return Ok(found);
    };
    let folder = entries_path();
    let place = repository.place_at(commit, folder.as_str())?;
    if let Some(odd) = place.and_then(|(mode, _)| Deviation::of_folder_mode(mode)) {
        found.insert(folder, odd);
        return Ok(found);
    }
    let published = Some(root.tree).filter(|tree| !is_empty_tree(*tree));
    let has_folder = |path: &RepoPath| -> Result<bool, SyncError> {
        let place = published.map(|tree| repository.place_below(tree, path.as_str())).transpose()?;
        Ok(place.flatten().is_some_and(|(mode, _)| mode == Mode::Directory))
    };
    for file in repository.differences(published, snapshot.tree)? {
        let path = folder.join(file.path.as_str());
        if path.ancestors().any(|above| found.get(&above).is_some_and(|odd| odd.is_odd())) {
            continue;
        }
        let now = match snapshot.tree {
            Some(tree) => repository.place_below(tree, file.path.as_str())?,
            None => None,
        };
        let deviation = match now {
            None => Deviation::Missing,
            Some((mode, _)) => match Deviation::of_mode(mode) {
                Some(odd) => odd,
                None if file.old.is_some() => Deviation::Edited,
                None if has_folder(&file.path)? => Deviation::File,
                None => Deviation::Unexpected,
            },
        };
        found.insert(path, deviation);
    }
    Ok(found)
}

/// Returns what is odd about the place of the root in a commit, where there is something.
pub(in crate::sync) fn root_deviation(
    repository: &Repository,
    commit: ObjectId,
) -> Result<Option<Deviation>, SyncError> {
    let place = repository.place_at(commit, root_path().as_str())?;
    Ok(place.and_then(|(mode, _)| Deviation::of_mode(mode)))
}

/// Returns whether a tree is in this clone; the empty one always is.
pub(in crate::sync) fn is_present(repository: &Repository, tree: ObjectId) -> bool {
    is_empty_tree(tree) || repository.contains(tree)
}

/// Returns whether it has a content to read; a link and a submodule are no entries.
const fn is_file(kind: FileKind) -> bool {
    matches!(kind, FileKind::Regular | FileKind::Executable)
}

/// Returns the entries below a tree of `registry/modules`.
pub(in crate::sync) fn entries_of(
    repository: &Repository,
    tree: Option<ObjectId>,
) -> Result<BTreeMap<ModuleName, ObjectId>, SyncError> {
    let Some(tree) = tree.filter(|tree| !is_empty_tree(*tree)) else { return Ok(BTreeMap::new()) };
    let files = repository.files(tree, &RepoPath::new(""))?;
    let files = files.into_iter().filter(|file| is_file(file.kind));
    Ok(files.filter_map(|file| Some((module_of(file.path.as_str())?, file.id))).collect())
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
    /// Returns the snapshot that a commit contains.
    pub fn at(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        Ok(Self { commit, snapshot: snapshot_at(repository, commit)? })
    }

    /// Returns the snapshot of a published version, with the entries that its root vouches for.
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

    /// Returns the snapshot of the version with this number; 0 is the registry before its first version.
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

    /// Returns the bytes of one entry.
    pub fn entry(&self, repository: &Repository, name: &ModuleName) -> Result<Vec<u8>, SyncError> {
        if let Some(id) = self.snapshot.entries.get(name) {
            return Ok(repository.blob(*id)?);
        }
        let known = self.snapshot.entries.keys().map(ModuleName::as_str);
        let closest = closest(name.as_str(), known).and_then(|name| name.parse().ok());
        Err(SyncError::UnknownEntry { version: self.snapshot.version(), name: name.clone(), closest })
    }
}
