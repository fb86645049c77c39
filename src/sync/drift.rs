//! The differences between `registry/` on disk and a draft, and writing them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::{Deviation, SyncError};
use crate::{domain::RepoPath, git::Repository, load, registry::REGISTRY};

/// The thing at the place of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occupant {
    Nothing,
    File,
    Odd(Deviation),
}

/// The changes that make `registry/` match the manifests.
#[derive(Debug, Default)]
pub struct Drift {
    /// Files that are missing or differ, with the content that they must have.
    pub write: BTreeMap<RepoPath, Vec<u8>>,
    /// Files that must not be there.
    pub remove: BTreeSet<RepoPath>,
    /// Those of them that are something else than files, or have another mode.
    pub odd: BTreeMap<RepoPath, Deviation>,
    /// Where those of them are whose names are not UTF-8: their paths name nothing on disk.
    pub(super) unnameable: BTreeMap<RepoPath, Vec<PathBuf>>,
}

impl Drift {
    /// Adds a file that has to be written, and what is at its place.
    pub(super) fn needs(&mut self, path: RepoPath, occupant: Occupant, bytes: Vec<u8>) {
        if let Occupant::Odd(odd) = occupant {
            self.odd.insert(path.clone(), odd);
        }
        self.write.insert(path, bytes);
    }

    /// Returns whether no change is needed.
    pub fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty()
    }

    /// Returns the files, sorted.
    pub fn paths(&self) -> BTreeSet<&RepoPath> {
        self.write.keys().chain(&self.remove).collect()
    }
}

/// Writes the differences to `registry/` in the folder `root`. If that would delete a nested repository with content of its
/// own, nothing is written.
pub(super) fn write(root: &Path, repository: Option<&Repository>, drift: &Drift) -> Result<(), SyncError> {
    let nested = drift.odd.iter().filter(|(_, odd)| **odd == Deviation::Submodule);
    let nested: Vec<_> = nested.map(|(path, _)| path).collect();
    let is_lost = |path: &&&RepoPath| match repository {
        Some(_) if drift.unnameable.contains_key(**path) => true,
        Some(repository) => repository.has_content_of_its_own(path),
        None => true,
    };
    if let Some(path) = nested.iter().find(is_lost) {
        return Err(SyncError::NestedRepository { path: (*path).clone() });
    }
    let removed = drift.remove.iter().chain(drift.odd.keys().filter(|path| nested.contains(path)));
    let removed: BTreeMap<PathBuf, &RepoPath> = removed.flat_map(|path| on_disk(root, drift, path)).collect();
    // A folder may have been replaced by a link since it was looked at.
    for place in removed.keys() {
        load::check_parents_on_disk(root, place.strip_prefix(root).unwrap_or(place))?;
    }
    // Removed files may be at the place of new folders.
    for (place, path) in removed {
        let result =
            if nested.contains(&path) { fs::remove_dir_all(&place) } else { fs::remove_file(&place) };
        match result {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            result => result.map_err(|source| SyncError::Io { path: place.clone(), source })?,
        }
        remove_empty_parents(&place, &root.join(REGISTRY));
    }
    for path in drift.paths() {
        load::check_parents(root, path)?;
    }
    for (path, bytes) in &drift.write {
        let on_disk = root.join(path.as_str());
        // Only an empty folder can be removed so.
        let _ = fs::remove_dir(&on_disk);
        load::write_whole(&on_disk, bytes)
            .map_err(|source| SyncError::Io { path: on_disk.clone(), source })?;
    }
    Ok(())
}

/// Returns the files on disk that a path to be removed refers to. Several names that are not UTF-8 can have the same path.
fn on_disk<'a>(root: &Path, drift: &Drift, path: &'a RepoPath) -> Vec<(PathBuf, &'a RepoPath)> {
    match drift.unnameable.get(path) {
        Some(places) => places.iter().map(|place| (place.clone(), path)).collect(),
        None => vec![(root.join(path.as_str()), path)],
    }
}

fn remove_empty_parents(file: &Path, top: &Path) {
    for folder in file.ancestors().skip(1).take_while(|folder| *folder != top) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn nothing_is_removed_or_written_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("elsewhere/empty.json")).unwrap();
        fs::write(root.join("elsewhere/file.json"), "kept").unwrap();
        fs::create_dir(root.join(REGISTRY)).unwrap();
        std::os::unix::fs::symlink("../elsewhere", root.join("registry/modules")).unwrap();
        let path = |name: &str| RepoPath::new(format!("registry/modules/{name}.json"));
        let removing = Drift { remove: BTreeSet::from([path("file")]), ..Drift::default() };
        let writing = Drift { write: BTreeMap::from([(path("empty"), b"{}".to_vec())]), ..Drift::default() };
        for drift in [removing, writing] {
            let error = write(root, None, &drift).unwrap_err();
            assert!(error.to_string().starts_with("`registry/modules` is not a folder"), "{error}");
            assert!(root.join("elsewhere/file.json").is_file() && root.join("elsewhere/empty.json").is_dir());
        }
    }
}
