//! Changing the index under its lock, and telling whether an entry's file was touched.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Repository, SyncLock,
    error::{GitError, GitErrorKind},
    lock::{poll, remove_if_there},
};

/// How long another program may hold the index before we give up.
const PATIENCE: Duration = Duration::from_secs(1);

/// What our lock file says, so that one that a killed run left is known as ours.
const LOCK_TEXT: &str = "modreg\n";

/// The index, locked as git locks it, and a draft of its next version.
///
/// libgit2 takes the lock only to write, so what another program staged since it read would be lost. Here the lock comes
/// first. It appears with its text in one step (a hard link), and whoever holds the [`SyncLock`] may clear such a lock.
pub(super) struct IndexEdit {
    pub(super) index: git2::Index,
    /// When the current index was written; entries that are not older may hide a change.
    pub(super) written: Option<(i64, u32)>,
    path: PathBuf,
    draft: Draft,
    _held: Held,
}

struct Held(PathBuf);

impl Drop for Held {
    fn drop(&mut self) {
        // The next run clears what stays.
        let _ = remove_if_there(&self.0);
    }
}

/// The file of a draft, which goes where nothing becomes of it.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // The next run clears what stays.
        let _ = remove_if_there(&self.0);
    }
}

impl IndexEdit {
    pub(super) fn begin(repository: &Repository, _lock: &SyncLock) -> Result<Self, GitError> {
        let directory = repository.git.path();
        let path = directory.join("index");
        let failed = |error| GitError::io("could not lock the index", directory, error);
        let held = hold(directory)?;
        let draft = Draft(directory.join("modreg.index"));
        // A killed run's draft, and the lock that libgit2 holds on it while it writes.
        for left in [draft.0.clone(), directory.join("modreg.index.lock")] {
            remove_if_there(&left).map_err(failed)?;
        }
        let written = match fs::metadata(&path) {
            Ok(metadata) => {
                fs::copy(&path, &draft.0).map_err(failed)?;
                Some(modified(&metadata))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let index = git2::Index::open(&draft.0).map_err(|error| repository.index_error(error))?;
        Ok(Self { index, written, path, draft, _held: held })
    }

    /// Puts the draft in the index's place.
    pub(super) fn commit(mut self) -> Result<(), GitError> {
        let failed = |error| GitError::io("could not write the index", &self.path, error);
        self.index.write().map_err(|error| GitError::from_git("write the index", error))?;
        // libgit2 flushes only indexes that it knows to be a repository's, and a power cut must leave the old or the new.
        File::open(&self.draft.0).and_then(|draft| draft.sync_all()).map_err(failed)?;
        fs::rename(&self.draft.0, &self.path).map_err(failed)
    }
}

/// Takes `index.lock`.
fn hold(directory: &Path) -> Result<Held, GitError> {
    let (lock, text) = (directory.join("index.lock"), directory.join("modreg.index-lock"));
    let failed = |error| GitError::io("could not lock the index", &lock, error);
    fs::write(&text, LOCK_TEXT).map_err(failed)?;
    let link = || match fs::hard_link(&text, &lock) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without hard links.
        Err(_) => File::create_new(&lock).and_then(|mut file| file.write_all(LOCK_TEXT.as_bytes())),
        Ok(()) => Ok(()),
    };
    let taken = poll(PATIENCE, || match link() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
        taken => Some(taken),
    });
    remove_if_there(&text).map_err(failed)?;
    match taken {
        Some(Ok(())) => Ok(Held(lock)),
        Some(Err(error)) => Err(failed(error)),
        None => Err(GitError::new("could not lock the index", GitErrorKind::IndexLocked { path: lock })),
    }
}

impl Repository {
    /// Removes the lock of the index that a killed run of ours left behind; whoever holds the sync lock may.
    pub(super) fn clear_dead_index_lock(&self) -> Result<(), GitError> {
        let lock = self.git.path().join("index.lock");
        if fs::read_to_string(&lock).is_ok_and(|text| text == LOCK_TEXT) {
            let failed = |error| GitError::io("could not clean up after a killed sync", &lock, error);
            remove_if_there(&lock).map_err(failed)?;
        }
        Ok(())
    }

    /// Says why the index cannot be read, where a setting explains it.
    pub(super) fn index_error(&self, error: git2::Error) -> GitError {
        let set = |name: &str| self.git.config().and_then(|config| config.get_bool(name)).unwrap_or(false);
        let reason = match () {
            () if set("index.sparse") => {
                "the index is sparse (`git sparse-checkout reapply --no-sparse-index`)"
            }
            () if set("core.splitIndex") => "the index is split (`git update-index --no-split-index`)",
            () => return GitError::from_git("read the index", error),
        };
        GitError::new(
            "could not read the index",
            GitErrorKind::UnsupportedFormat { reason: reason.to_owned() },
        )
    }
}

/// Whether the file is, by size and time, the one that the entry was made for. An entry that is not older than the index
/// proves nothing: its file may have changed in the same instant ("racy git").
pub(super) fn is_fresh(
    entry: &git2::IndexEntry,
    metadata: &fs::Metadata,
    written: Option<(i64, u32)>,
) -> bool {
    let time = (i64::from(entry.mtime.seconds()), entry.mtime.nanoseconds());
    let (seconds, nanoseconds) = modified(metadata);
    let same_time = time.0 == seconds && (time.1 == nanoseconds || time.1 == 0);
    #[expect(clippy::cast_possible_truncation, reason = "the index keeps the lower 32 bits of the size")]
    let same_size = entry.file_size == metadata.len() as u32;
    let is_older = written.is_some_and(|written| match time.1 {
        0 => time.0 < written.0,
        _ => time < written,
    });
    metadata.is_file() && same_time && same_size && is_older
}

/// When a file was changed: seconds and nanoseconds since 1970.
pub(super) fn modified(metadata: &fs::Metadata) -> (i64, u32) {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or((0, 0), |since| (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()))
}

/// The entry for a file that was just written.
#[expect(clippy::cast_possible_truncation, reason = "the index keeps the lower 32 bits of each")]
pub(super) fn entry_for(path: &str, id: git2::Oid, metadata: Option<&fs::Metadata>) -> git2::IndexEntry {
    let (seconds, nanoseconds) = metadata.map_or((0, 0), modified);
    let time = git2::IndexTime::new(seconds as i32, nanoseconds);
    let mut entry = git2::IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: metadata.map_or(0, |metadata| metadata.len() as u32),
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    };
    #[cfg(unix)]
    if let Some(metadata) = metadata {
        use std::os::unix::fs::MetadataExt;
        entry.ctime =
            git2::IndexTime::new(metadata.ctime() as i32, u32::try_from(metadata.ctime_nsec()).unwrap_or(0));
        (entry.dev, entry.ino) = (metadata.dev() as u32, metadata.ino() as u32);
        (entry.uid, entry.gid) = (metadata.uid(), metadata.gid());
    }
    entry
}
