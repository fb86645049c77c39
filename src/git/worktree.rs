//! Bringing the checked-out registry and the index up to date after the branch moved, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Repository, SyncLock,
    error::{GitError, GitErrorKind},
    index::{IndexEdit, entry_for, is_fresh},
    lock::remove_if_there,
    to_oid,
};
use crate::{
    domain::{ObjectId, RepoPath},
    object::blob_id,
};

const SKIP_WORKTREE: u16 = git2::IndexEntryExtendedFlag::SKIP_WORKTREE.bits();

/// What the working tree and the index have to become.
pub struct Checkout<'a> {
    /// The directory that all of it lies in: `registry`.
    pub directory: &'a RepoPath,
    /// The files that must be there, with their blobs. Those that already are cost one look at the file system.
    pub write: &'a BTreeMap<RepoPath, ObjectId>,
    /// The files that must not be there.
    pub remove: &'a BTreeSet<RepoPath>,
    /// Gives contents that are at hand; others are read from the repository.
    pub content: &'a dyn Fn(ObjectId) -> Option<Vec<u8>>,
}

impl Repository {
    /// Makes the files and their index entries what `checkout` says, bytes as they are in the blobs.
    ///
    /// Each file appears whole (written aside, then renamed), the index changes once, under its lock. Every other path,
    /// staged or not, stays as it was. Entries that a sparse checkout leaves out stay left out. In a bare repository there
    /// is nothing to do.
    pub fn check_out(&self, lock: &SyncLock, checkout: &Checkout<'_>) -> Result<(), GitError> {
        let Some(workdir) = self.workdir() else {
            return Ok(());
        };
        let mut edit = IndexEdit::begin(self, lock)?;
        let mut changed = mark_racy(&mut edit, workdir)?;
        let leaves_out_new = self.leaves_out(&edit.index, checkout.directory);
        // First, for what goes may stand where a directory has to be.
        for path in checkout.remove {
            changed |= remove_file(&mut edit, workdir, path)?;
        }
        for (path, &id) in checkout.write {
            changed |= self.write_file(&mut edit, workdir, path, id, checkout.content, leaves_out_new)?;
        }
        if changed { edit.commit() } else { Ok(()) }
    }

    /// Whether a sparse checkout leaves the directory out, so that new files in it stay out too.
    fn leaves_out(&self, index: &git2::Index, directory: &RepoPath) -> bool {
        let sparse = self.git.config().and_then(|config| config.get_bool("core.sparseCheckout"));
        let prefix = format!("{directory}/");
        let mut inside = index.iter().filter(|entry| entry.path.starts_with(prefix.as_bytes())).peekable();
        sparse.unwrap_or(false) && inside.peek().is_some() && inside.all(|entry| is_left_out(&entry))
    }

    fn write_file(
        &self,
        edit: &mut IndexEdit,
        workdir: &Path,
        path: &RepoPath,
        id: ObjectId,
        content: &dyn Fn(ObjectId) -> Option<Vec<u8>>,
        leaves_out_new: bool,
    ) -> Result<bool, GitError> {
        let file = workdir.join(path.as_str());
        let old = edit.index.get_path(Path::new(path.as_str()), 0);
        let same_entry = old.as_ref().is_some_and(|old| old.id == to_oid(id) && old.mode == 0o100_644);
        if old.as_ref().map_or(leaves_out_new, is_left_out) {
            if same_entry {
                return Ok(false);
            }
            let mut entry = entry_for(path.as_str(), to_oid(id), None);
            entry.flags_extended = old.map_or(SKIP_WORKTREE, |old| old.flags_extended);
            return add(edit, path, &entry);
        }
        let found = fs::symlink_metadata(&file).ok();
        if let Some((old, found)) = old.as_ref().zip(found.as_ref())
            && same_entry
            && is_fresh(old, found, edit.written)
        {
            return Ok(false);
        }
        make_parents(workdir, path)?;
        let is_there = found.is_some_and(|found| found.is_file())
            && fs::read(&file).is_ok_and(|bytes| blob_id(&bytes) == id);
        if !is_there {
            let bytes = content(id).map_or_else(|| self.blob(id), Ok)?;
            self.place(&file, path, &bytes)?;
        }
        let metadata = fs::symlink_metadata(&file).map_err(|error| write_failed(path, &file, error))?;
        add(edit, path, &entry_for(path.as_str(), to_oid(id), Some(&metadata)))
    }

    /// Puts a whole file in its place. It is written inside the git directory, where a killed run's remains are nobody's
    /// untracked file and the next run writes over them; only where that is another file system, next to its place.
    fn place(&self, file: &Path, path: &RepoPath, bytes: &[u8]) -> Result<(), GitError> {
        let failed = |error| write_failed(path, file, error);
        let aside = self.git.path().join("modreg.file");
        fs::write(&aside, bytes).map_err(failed)?;
        match fs::rename(&aside, file) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let beside = file.with_file_name(format!(".{}.modreg", path.file_name()));
                fs::write(&beside, bytes).map_err(failed)?;
                fs::rename(&beside, file).map_err(failed)?;
                remove_if_there(&aside).map_err(failed)
            }
            moved => moved.map_err(failed),
        }
    }
}

pub(super) fn is_left_out(entry: &git2::IndexEntry) -> bool {
    entry.flags_extended & SKIP_WORKTREE != 0
}

/// Takes the proof from entries that are not older than the current index and whose file differs.
///
/// Once a newer index is written they would pass for unchanged; git does the same when it writes an index.
fn mark_racy(edit: &mut IndexEdit, workdir: &Path) -> Result<bool, GitError> {
    let Some(written) = edit.written else {
        return Ok(false);
    };
    let is_racy = |entry: &git2::IndexEntry| {
        i64::from(entry.mtime.seconds()) >= written.0
            && entry.file_size != 0
            && entry.mode & 0o170_000 == 0o100_000
            && !is_left_out(entry)
    };
    let racy: Vec<_> = edit.index.iter().filter(is_racy).collect();
    let mut changed = false;
    for mut entry in racy {
        let file = String::from_utf8(entry.path.clone()).map(|path| workdir.join(path));
        let same =
            file.is_ok_and(|file| fs::read(file).is_ok_and(|bytes| to_oid(blob_id(&bytes)) == entry.id));
        if !same {
            entry.file_size = 0;
            edit.index.add(&entry).map_err(|error| GitError::from_git("change the index", error))?;
            changed = true;
        }
    }
    Ok(changed)
}

fn add(edit: &mut IndexEdit, path: &RepoPath, entry: &git2::IndexEntry) -> Result<bool, GitError> {
    let context = || format!("update `{path}` in the index");
    drop_conflict(&mut edit.index, path);
    edit.index.add(entry).map_err(|error| GitError::from_git(&context(), error))?;
    Ok(true)
}

/// A merge's three versions of a generated file give way to the new one.
fn drop_conflict(index: &mut git2::Index, path: &RepoPath) {
    for stage in 1..=3 {
        // Nearly always there is none.
        let _ = index.remove(Path::new(path.as_str()), stage);
    }
}

fn remove_file(edit: &mut IndexEdit, workdir: &Path, path: &RepoPath) -> Result<bool, GitError> {
    let file = workdir.join(path.as_str());
    let at = Path::new(path.as_str());
    let old = edit.index.get_path(at, 0);
    if !old.as_ref().is_some_and(is_left_out) && parents_are_directories(workdir, path) {
        let failed = |error| GitError::io(format!("could not remove `{path}`"), &file, error);
        remove_if_there(&file).map_err(failed)?;
        remove_empty_parents(workdir, path);
    }
    drop_conflict(&mut edit.index, path);
    if old.is_none() {
        return Ok(false);
    }
    let removed = edit.index.remove(at, 0);
    removed.map_err(|error| GitError::from_git(&format!("remove `{path}` from the index"), error))?;
    Ok(true)
}

/// The directories from the top of the working tree down to the file.
fn parents(workdir: &Path, path: &RepoPath) -> Vec<(PathBuf, RepoPath)> {
    let ends = path.as_str().match_indices('/').map(|(end, _)| &path.as_str()[..end]);
    ends.map(|directory| (workdir.join(directory), RepoPath::new(directory))).collect()
}

fn make_parents(workdir: &Path, path: &RepoPath) -> Result<(), GitError> {
    for (directory, name) in parents(workdir, path) {
        match fs::symlink_metadata(&directory) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                let kind = GitErrorKind::InTheWay { path: name };
                return Err(GitError::new(format!("could not write `{path}`"), kind));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir(&directory).map_err(|error| write_failed(path, &directory, error))?;
            }
            Err(error) => return Err(write_failed(path, &directory, error)),
        }
    }
    Ok(())
}

/// Whether the path stays inside the working tree: no directory on the way is a link.
pub(super) fn parents_are_directories(workdir: &Path, path: &RepoPath) -> bool {
    let is_directory = |directory: PathBuf| fs::symlink_metadata(directory).is_ok_and(|found| found.is_dir());
    parents(workdir, path).into_iter().all(|(directory, _)| is_directory(directory))
}

fn remove_empty_parents(workdir: &Path, path: &RepoPath) {
    for (directory, _) in parents(workdir, path).into_iter().rev() {
        // Fails, as it should, where something is left in it.
        if fs::remove_dir(directory).is_err() {
            break;
        }
    }
}

fn write_failed(path: &RepoPath, file: &Path, error: io::Error) -> GitError {
    match error.kind() {
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory | io::ErrorKind::DirectoryNotEmpty => {
            let kind = GitErrorKind::InTheWay { path: path.clone() };
            GitError::new(format!("could not write `{path}`"), kind)
        }
        _ => GitError::io(format!("could not write `{path}`"), file, error),
    }
}
