//! Finds the files and everything else that is on disk at the paths of generated files. Links are not followed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{Deviation, SyncError};
use crate::{
    domain::RepoPath,
    load::LoadError,
    registry::{REGISTRY, entries_path, root_path},
};

/// The things at the places of generated files.
#[derive(Debug, Default)]
pub(super) struct OnDisk {
    /// Everything but folders, with what is odd about it: the root, and what is below `registry/modules`.
    pub(super) places: BTreeMap<RepoPath, Option<Deviation>>,
    /// Where those are whose names text can show only in part, because they are not UTF-8.
    pub(super) unnameable: BTreeMap<RepoPath, Vec<PathBuf>>,
    /// The folders in which there is nothing.
    pub(super) empty: BTreeSet<RepoPath>,
}

impl OnDisk {
    /// Looks at the registry at `root`. Something else than a folder at the place of `registry/` is an error.
    pub(super) fn look(root: &Path, trusts_modes: bool) -> Result<Self, SyncError> {
        let registry = RepoPath::new(REGISTRY);
        let mut found = Self::default();
        match fs::symlink_metadata(root.join(REGISTRY)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(source) => return Err(SyncError::Io { path: root.join(REGISTRY), source }),
            Ok(metadata) if !metadata.is_dir() => return Err(LoadError::NotADirectory(registry).into()),
            Ok(_) if has_git_directory(&root.join(REGISTRY)) => {
                return Err(SyncError::NestedRepository { path: registry });
            }
            Ok(_) => {}
        }
        for path in [root_path(), entries_path()] {
            found.add(root.join(path.as_str()), path, trusts_modes)?;
        }
        Ok(found)
    }

    fn add(&mut self, place: PathBuf, path: RepoPath, trusts_modes: bool) -> Result<(), SyncError> {
        let failed = |source| SyncError::Io { path: place.clone(), source };
        let metadata = match fs::symlink_metadata(&place) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(failed(source)),
        };
        if metadata.is_dir() && !has_git_directory(&place) {
            let mut is_empty = true;
            for entry in fs::read_dir(&place).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                self.add(place.join(&name), path.join(&name.to_string_lossy()), trusts_modes)?;
                is_empty = false;
            }
            if is_empty {
                self.empty.insert(path);
            }
            return Ok(());
        }
        let odd = if metadata.is_symlink() {
            Some(Deviation::Symlink)
        } else if metadata.is_dir() {
            Some(Deviation::Submodule)
        } else if path == entries_path() {
            Some(Deviation::File)
        } else {
            (trusts_modes && is_executable(&metadata)).then_some(Deviation::Executable)
        };
        if path.as_str().contains(char::REPLACEMENT_CHARACTER) {
            self.unnameable.entry(path.clone()).or_default().push(place);
        }
        self.places.insert(path, odd);
        Ok(())
    }

    /// Returns whether there is a folder at the path.
    pub(super) fn is_folder(&self, path: &RepoPath) -> bool {
        let below = path.join("");
        let has = |other: &RepoPath| other.as_str().starts_with(below.as_str());
        self.empty.contains(path)
            || self.places.range(&below..).next().is_some_and(|(other, _)| has(other))
            || self.empty.range(&below..).next().is_some_and(has)
    }
}

fn has_git_directory(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(".git")).is_ok()
}

/// Returns whether git would store the file as one that can be run.
fn is_executable(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}
