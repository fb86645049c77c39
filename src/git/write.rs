//! Writing objects, and new root trees around the registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::Path,
};

use super::{
    Repository,
    error::{Context, GitError, GitErrorKind},
    pack::pack,
    to_oid,
};
use crate::{
    domain::{ObjectId, RepoPath},
    object::{Mode, Object, ObjectKind, SpliceError, Spliced, splice},
};

/// Up to this many objects are cheaper as one file each than as a pack with its index.
const LOOSE_LIMIT: usize = 100;

impl Repository {
    /// Writes the objects that are not in the repository yet, and tells how many they were.
    pub fn write(&self, objects: &[Object]) -> Result<usize, GitError> {
        let context = || "write to the object database".to_owned();
        let odb = self.git.odb().context(context)?;
        odb.refresh().context(context)?;
        let mut seen = BTreeSet::new();
        let new: Vec<_> = objects
            .iter()
            .filter(|object| seen.insert(object.id()))
            .filter(|object| !odb.exists_ext(to_oid(object.id()), git2::OdbLookupFlags::NO_REFRESH))
            .collect();
        if new.len() <= LOOSE_LIMIT {
            for object in &new {
                let kind = match object.kind() {
                    ObjectKind::Blob => git2::ObjectType::Blob,
                    ObjectKind::Tree => git2::ObjectType::Tree,
                };
                odb.write(kind, object.bytes()).map_err(|error| self.write_error(&context(), error))?;
            }
        } else {
            let objects_dir = self.common_dir().join("objects");
            let failed = |error| GitError::io(format!("could not {}", context()), &objects_dir, error);
            let bytes = pack(&new).map_err(failed)?;
            let mut writer = odb.packwriter().map_err(|error| self.write_error(&context(), error))?;
            writer
                .write_all(&bytes)
                .map_err(|error| self.diagnosed(&context()).unwrap_or_else(|| failed(error)))?;
            writer.commit().map_err(|error| self.write_error(&context(), error))?;
        }
        Ok(new.len())
    }

    /// Flushes the names of the directories that new objects lie in; libgit2 flushes the objects and these directories.
    pub(super) fn flush_object_directories(&self) -> Result<(), GitError> {
        let directory = self.common_dir().join("objects");
        flush_directory(&directory)
            .map_err(|error| GitError::io("could not flush the object database", &directory, error))
    }

    /// The root tree that `changes` make of `root`: each path becomes a file or a whole directory, or goes away.
    ///
    /// Every other entry is kept as it is. Nothing is written: [`Spliced::objects`] has to be.
    pub fn splice(
        &self,
        root: Option<ObjectId>,
        changes: &BTreeMap<RepoPath, Option<(Mode, ObjectId)>>,
    ) -> Result<Spliced, GitError> {
        let read = |id| self.read(id, git2::ObjectType::Tree);
        splice(root, changes, read).map_err(|error| {
            let kind = match error {
                SpliceError::Read(error) => return error,
                SpliceError::NotADirectory(path) => GitErrorKind::InTheWay { path },
                SpliceError::Damaged(id, damage) => {
                    GitErrorKind::DamagedObject { id, reason: damage.to_string() }
                }
            };
            GitError::new("could not build the new tree", kind)
        })
    }

    /// An error of libgit2 while writing, with the system's own reason where a probe finds one.
    pub(super) fn write_error(&self, context: &str, error: git2::Error) -> GitError {
        if error.class() == git2::ErrorClass::Os
            && let Some(error) = self.diagnosed(context)
        {
            return error;
        }
        GitError::from_git(context, error)
    }

    /// libgit2 gives texts, not error numbers: a file of our own in the same place shows what the system refuses.
    fn diagnosed(&self, context: &str) -> Option<GitError> {
        let directory = self.common_dir().join("objects");
        let refused =
            tempfile::tempfile_in(&directory).and_then(|mut file| file.write_all(&[0; 4096])).err()?;
        let kind = match refused.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                GitErrorKind::ReadOnly(refused)
            }
            _ => GitErrorKind::Io { path: directory, source: refused },
        };
        Some(GitError::new(format!("could not {context}"), kind))
    }
}

/// Makes sure that what was made in a directory is still in it after a power cut.
#[cfg(unix)]
fn flush_directory(directory: &Path) -> io::Result<()> {
    std::fs::File::open(directory)?.sync_all()
}

/// Elsewhere directories cannot be opened, and the system looks after them itself.
#[cfg(not(unix))]
fn flush_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}
