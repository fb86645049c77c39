//! One sync at a time in a repository, in all its worktrees.

use std::{
    fmt,
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use super::{
    Repository,
    error::{GitError, GitErrorKind},
};

const CONTEXT: &str = "could not take the sync lock";

/// The right to publish. It ends when the value is dropped or the process dies, whatever kills it: the lock is the
/// system's, the file only has a name for it.
#[derive(Debug)]
pub struct SyncLock {
    file: File,
}

/// Who holds the lock, as it said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// When it took the lock.
    pub since: jiff::Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} since {:.0}", self.pid, self.since)
    }
}

impl Repository {
    /// Whether a sync runs at this moment.
    pub fn is_locked(&self) -> Result<bool, GitError> {
        let path = self.common_dir().join("modreg.lock");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(GitError::io("could not look at the sync lock", &path, error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => {
                Err(GitError::io("could not look at the sync lock", &path, error))
            }
        }
    }

    /// Takes the sync lock, or gives up with [`GitErrorKind::Busy`] after `patience`.
    pub fn lock(&self, patience: Duration, now: jiff::Timestamp) -> Result<SyncLock, GitError> {
        let path = self.common_dir().join("modreg.lock");
        let failed = |error| GitError::io(CONTEXT, &path, error);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let taken = poll(patience, || match file.try_lock() {
            Ok(()) => Some(Ok(())),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => Some(Err(error)),
        });
        match taken {
            Some(taken) => taken.map_err(failed)?,
            None => {
                return Err(GitError::new(CONTEXT, GitErrorKind::Busy { holder: read_holder(&mut file) }));
            }
        }
        file.set_len(0).map_err(failed)?;
        writeln!(file, "{} {now}", std::process::id()).map_err(failed)?;
        self.clear_dead_ref_lock()?;
        self.clear_dead_index_lock()?;
        self.clear_dead_locks_of_git()?;
        self.clear_leftovers(now);
        Ok(SyncLock { file })
    }
}

impl Drop for SyncLock {
    fn drop(&mut self) {
        // The text is for people who look at a held lock; where it cannot be emptied it does no harm.
        let _ = self.file.set_len(0);
    }
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.take(200).read_to_string(&mut text)).ok()?;
    let (pid, since) = text.trim_end().split_once(' ')?;
    Some(Holder { pid: pid.parse().ok()?, since: since.parse().ok()? })
}

/// Asks again, ever more slowly, until there is an answer or `patience` is over.
pub(super) fn poll<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        let left = patience.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

/// Removes a file that may already be gone.
pub(super) fn remove_if_there(path: &PathBuf) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
