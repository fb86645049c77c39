//! One sync at a time in a repository, in all its worktrees.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    thread,
    time::{Duration, Instant},
};

use crate::git::{
    error::{GitError, GitErrorKind, Holder},
    repository::Repository,
};

/// The file of the lock, in the folder of modreg's own files.
const NAME: &str = "lock";
const CONTEXT: &str = "could not take the sync lock";

/// The right to publish. It ends when the value is dropped or the process dies, whatever kills it: the lock is the
/// system's, the file only has a name for it.
#[derive(Debug)]
pub struct SyncLock {
    file: File,
}

impl Repository {
    /// Returns whether a sync runs at this moment.
    pub fn is_locked(&self) -> Result<bool, GitError> {
        let path = self.own_files().path(NAME);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(GitError::io("could not check the sync lock", &path, error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => {
                Err(GitError::io("could not check the sync lock", &path, error))
            }
        }
    }

    /// Takes the sync lock, or fails with [`GitErrorKind::Busy`] after `timeout`.
    pub fn lock(&self, timeout: Duration, now: jiff::Timestamp) -> Result<SyncLock, GitError> {
        let folder = self.own_files();
        let failed = |error| GitError::io(CONTEXT, folder.path(NAME), error);
        let mut file = folder.lock_file(NAME).map_err(failed)?;
        let taken = poll(timeout, || match file.try_lock() {
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

/// Calls `ask` with growing pauses until it returns a value or `timeout` is over.
pub(in crate::git) fn poll<T>(timeout: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        let left = timeout.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
