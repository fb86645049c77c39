//! All files below a folder, whatever they are called.

use std::{io, path::Path};

use walkdir::WalkDir;

use super::{LoadError, walk::checked_folder};
use crate::domain::RepoPath;

/// Checks that no folder on the way from `root` to `path` is a symbolic link, as far as the folders exist. The error contains
/// the one that is.
pub fn check_parents(root: &Path, path: &RepoPath) -> Result<(), LoadError> {
    check_parents_on_disk(root, Path::new(path.as_str()))
}

/// Checks the folders on the way to a path like [`check_parents`]. The path may contain names that are not UTF-8.
pub fn check_parents_on_disk(root: &Path, path: &Path) -> Result<(), LoadError> {
    match path.parent().map(|folder| checked_folder(root, folder)) {
        Some(Err(error @ (LoadError::NotADirectory(_) | LoadError::Unreadable { .. }))) => Err(error),
        Some(Err(LoadError::Missing(_)) | Ok(_)) | None => Ok(()),
    }
}

/// Lists the regular files below a folder of the repository at `root`, sorted; a folder that is not there has none.
///
/// Symbolic links are not followed, and names that are not UTF-8 are shown as well as text can.
pub fn files(root: &Path, folder: &str) -> Result<Vec<RepoPath>, LoadError> {
    let mut files = Vec::new();
    let folder = match checked_folder(root, Path::new(folder)) {
        Ok(folder) => folder,
        Err(LoadError::Missing(_)) => return Ok(files),
        Err(error) => return Err(error),
    };
    for step in WalkDir::new(folder).min_depth(1).follow_links(false) {
        let entry = match step {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {
                continue;
            }
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                let source =
                    error.into_io_error().unwrap_or_else(|| io::Error::other("a folder contains itself"));
                return Err(LoadError::Unreadable { path, source });
            }
        };
        if entry.file_type().is_file() {
            let inside = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            files.push(RepoPath::new(parts.join("/")));
        }
    }
    files.sort_unstable();
    Ok(files)
}
