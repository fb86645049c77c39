//! Reading commits, trees and blobs.

use std::collections::BTreeSet;

use crate::{
    domain::{ObjectId, RepoPath},
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
    object::{Commit, Mode, TreeEntry, decode_commit, decode_tree, is_empty_tree},
};

/// The most bytes of a file that is read; no manifest may have more.
const MAX_BLOB: usize = 1 << 28;
/// The most files below one directory, and the most directories on the way to one. Few small trees that name each other can
/// describe more files than fit into memory.
const MAX_FILES: usize = 5_000_000;
const MAX_DEPTH: usize = 256;

/// The kind of a file, as its tree records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A file.
    Regular,
    /// A file that can be run.
    Executable,
    /// A symbolic link; its blob is the target.
    Symlink,
    /// Another repository's commit, which has no blob here.
    Submodule,
}

/// A file in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path.
    pub path: RepoPath,
    /// Its blob.
    pub id: ObjectId,
    /// Its kind.
    pub kind: FileKind,
    /// Whether the path is not UTF-8, and `path` shows U+FFFD where it is not.
    pub lossy: bool,
}

impl Repository {
    /// Returns the root tree of a commit.
    pub fn root_tree(&self, commit: ObjectId) -> Result<ObjectId, GitError> {
        Ok(self.commit_at(commit)?.tree)
    }

    /// Returns the commit that a commit was made on, or `None` if it is the first one or a shallow clone ends with it.
    pub fn first_parent(&self, commit: ObjectId) -> Result<Option<ObjectId>, GitError> {
        Ok(self.parent_of(&self.commit_at(commit)?))
    }

    /// Returns the first parent of a commit that was read already.
    pub(in crate::git) fn parent_of(&self, commit: &Commit) -> Option<ObjectId> {
        commit.parents.first().copied().filter(|parent| !self.is_shallow() || self.contains(*parent))
    }

    /// Returns the tree of the directory `path` in a commit, or `None` if the directory does not exist; `""` is the root.
    pub fn tree_at(&self, commit: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        let root = self.root_tree(commit)?;
        if path.is_empty() {
            return Ok(Some(root));
        }
        Ok(self.entry(root, path)?.filter(|entry| entry.mode == Mode::Directory).map(|entry| entry.id))
    }

    /// Returns the blob and the content of the file `path` in a commit, or `None` if the file does not exist.
    pub fn file_at(&self, commit: ObjectId, path: &str) -> Result<Option<(ObjectId, Vec<u8>)>, GitError> {
        match self.blob_at(commit, path)? {
            Some(id) => Ok(Some((id, self.blob(id)?))),
            None => Ok(None),
        }
    }

    /// Returns the blob of the file `path` in a commit, or `None` if the file does not exist.
    pub fn blob_at(&self, commit: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        self.blob_below(self.root_tree(commit)?, path)
    }

    /// Returns the blob of the file `path` below a tree, or `None` if the file does not exist.
    pub fn blob_below(&self, tree: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        if is_empty_tree(tree) {
            return Ok(None);
        }
        let is_file = |mode| matches!(mode, Mode::Regular | Mode::Executable | Mode::Other(_));
        Ok(self.entry(tree, path)?.filter(|entry| is_file(entry.mode)).map(|entry| entry.id))
    }

    /// Returns whether there is anything at `path` in a commit: a file, a link, a directory, a submodule.
    pub fn is_taken(&self, commit: ObjectId, path: &str) -> Result<bool, GitError> {
        Ok(self.place_at(commit, path)?.is_some())
    }

    /// Returns what is at `path` in a commit, whatever it is: its mode and its object.
    pub fn place_at(&self, commit: ObjectId, path: &str) -> Result<Option<(Mode, ObjectId)>, GitError> {
        self.place_below(self.root_tree(commit)?, path)
    }

    /// Returns what is at `path` below a tree, whatever it is: its mode and its object.
    pub fn place_below(&self, tree: ObjectId, path: &str) -> Result<Option<(Mode, ObjectId)>, GitError> {
        if is_empty_tree(tree) {
            return Ok(None);
        }
        Ok(self.entry(tree, path)?.map(|entry| (entry.mode, entry.id)))
    }

    /// Returns the entry that `path` leads to from a tree.
    pub(in crate::git) fn entry(&self, tree: ObjectId, path: &str) -> Result<Option<TreeEntry>, GitError> {
        let mut found = TreeEntry { mode: Mode::Directory, name: Vec::new(), id: tree };
        for part in path.split('/') {
            if found.mode != Mode::Directory {
                return Ok(None);
            }
            let entries = self.entries(found.id)?;
            match entries.into_iter().find(|entry| entry.name == part.as_bytes()) {
                Some(entry) => found = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Returns all files below a tree, sorted by path; `prefix` is put before each path unless it is empty.
    pub fn files(&self, tree: ObjectId, prefix: &RepoPath) -> Result<Vec<TreeFile>, GitError> {
        let mut files = Vec::new();
        let mut path = prefix.as_str().as_bytes().to_vec();
        self.collect_files(tree, &mut path, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn collect_files(
        &self,
        tree: ObjectId,
        path: &mut Vec<u8>,
        files: &mut Vec<TreeFile>,
    ) -> Result<(), GitError> {
        let directory = path.len();
        if files.len() > MAX_FILES || path.split(|&byte| byte == b'/').count() > MAX_DEPTH {
            let reason = format!("tree {tree} has more than {MAX_FILES} files or {MAX_DEPTH} levels");
            return Err(GitError::new("could not list a directory", GitErrorKind::InvalidInput { reason }));
        }
        for entry in self.entries(tree)? {
            if directory > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            let kind = match entry.mode {
                Mode::Directory => None,
                Mode::Regular | Mode::Other(_) => Some(FileKind::Regular),
                Mode::Executable => Some(FileKind::Executable),
                Mode::Symlink => Some(FileKind::Symlink),
                Mode::Submodule => Some(FileKind::Submodule),
            };
            match kind {
                None => self.collect_files(entry.id, path, files)?,
                Some(kind) => {
                    let text = String::from_utf8_lossy(path);
                    let lossy = matches!(text, std::borrow::Cow::Owned(_));
                    files.push(TreeFile {
                        path: RepoPath::new(text.into_owned()),
                        id: entry.id,
                        kind,
                        lossy,
                    });
                }
            }
            path.truncate(directory);
        }
        Ok(())
    }

    /// Returns the content of a blob, which may have at most 256 MiB.
    pub fn blob(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        if self.contains(id) && self.blob_size(id)? > MAX_BLOB {
            let reason = format!("blob {id} is larger than {MAX_BLOB} bytes");
            return Err(GitError::new("could not read a file", GitErrorKind::InvalidInput { reason }));
        }
        self.read(id, git2::ObjectType::Blob)
    }

    /// Returns how many bytes a blob has, read from its header alone.
    pub fn blob_size(&self, id: ObjectId) -> Result<usize, GitError> {
        let failed =
            |error| GitError::new(format!("could not read the size of object {id}"), missing(error, id));
        self.database.read_header(to_oid(id)).map(|(size, _)| size).map_err(failed)
    }

    /// Returns whether the object is in the repository.
    pub fn contains(&self, id: ObjectId) -> bool {
        self.database.exists(to_oid(id))
    }

    /// Fetches those of the objects that a partial clone lacks, all at once. In other repositories there is nothing to
    /// do: what they lack is lost.
    pub fn fetch_missing(&self, ids: impl IntoIterator<Item = ObjectId>) -> Result<(), GitError> {
        let missing: BTreeSet<_> = ids.into_iter().filter(|id| !self.contains(*id)).collect();
        self.fetch_objects(&missing.into_iter().collect::<Vec<_>>())
    }

    /// Returns the entries of a tree, in git's order.
    pub(in crate::git) fn entries(&self, tree: ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        let bytes = self.read(tree, git2::ObjectType::Tree)?;
        decode_tree(self.format(), &bytes).map_err(|error| {
            let kind = GitErrorKind::DamagedObject { id: tree, reason: error.to_string() };
            GitError::new(format!("could not read tree {tree}"), kind)
        })
    }

    pub(in crate::git) fn read(&self, id: ObjectId, kind: git2::ObjectType) -> Result<Vec<u8>, GitError> {
        let error = |kind| GitError::new(format!("could not read object {id}"), kind);
        let of_kind = |found: git2::ObjectType| {
            let reason = || format!("it is a {}, not a {}", found.str(), kind.str());
            if found == kind {
                Ok(())
            } else {
                Err(error(GitErrorKind::DamagedObject { id, reason: reason() }))
            }
        };
        if let Some((found, bytes)) = self.loose(id)? {
            return of_kind(found).map(|()| bytes);
        }
        let mut found = self.database.read(to_oid(id));
        if found.as_ref().is_err_and(|cause| cause.code() == git2::ErrorCode::NotFound) {
            self.fetch_objects(&[id])?;
            found = self.database.read(to_oid(id));
        }
        let object = found.map_err(|cause| error(missing(cause, id)))?;
        of_kind(object.kind())?;
        Ok(object.data().to_vec())
    }

    /// Reads and decodes a commit.
    pub(in crate::git) fn commit_at(&self, id: ObjectId) -> Result<Commit, GitError> {
        let bytes = self.read(id, git2::ObjectType::Commit)?;
        decode_commit(self.format(), &bytes).map_err(|error| {
            let kind = GitErrorKind::DamagedObject { id, reason: error.to_string() };
            GitError::new(format!("could not read commit {id}"), kind)
        })
    }
}

fn to_oid(id: ObjectId) -> git2::Oid {
    git2::Oid::from_bytes(id.as_bytes()).expect("an id has 20 or 32 bytes")
}

/// Tells an object that is not there from one that cannot be read.
fn missing(error: git2::Error, id: ObjectId) -> GitErrorKind {
    match error.code() {
        git2::ErrorCode::NotFound => GitErrorKind::MissingObject { id },
        _ => match error.class() {
            git2::ErrorClass::Odb | git2::ErrorClass::Zlib | git2::ErrorClass::Object => {
                GitErrorKind::DamagedObject { id, reason: error.message().to_owned() }
            }
            _ => GitErrorKind::Objects(error),
        },
    }
}
