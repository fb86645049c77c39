//! The lock files of git. One that a git of ours left because it was killed is removed by this very run; any other one
//! may belong to a program that lives, stays, and is named with its age.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::sync_lock::poll;
use crate::git::{
    error::{GitError, GitErrorKind},
    program::{
        command::Program,
        messages,
        output::{Output, age},
    },
    repository::Repository,
};

/// The time after which a lock that does not change counts as abandoned.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs a git that may lock these files. Where it is killed, the locks that appeared while it ran are its own, unless
/// another program still changes them.
pub(in crate::git) fn run(program: Program, locked: &[PathBuf]) -> Result<Output, GitError> {
    let before: Vec<_> = locked.iter().map(|file| modified(&lock_of(file))).collect();
    let ran = program.run()?;
    if ran.was_killed() {
        let locks = locked.iter().map(|file| lock_of(file));
        let new = locks.zip(before).filter(|(lock, before)| before.is_none() && modified(lock).is_some());
        for (lock, _) in new {
            let written = modified(&lock);
            let changes = || (modified(&lock) != written).then_some(());
            if poll(LOCK_TIMEOUT, changes).is_none() {
                remove_if_there(&lock)
                    .map_err(|error| GitError::io("could not clean up after a killed git", &lock, error))?;
            }
        }
    }
    Ok(ran)
}

impl Repository {
    /// Returns why a run of git failed that may have met a lock. Git does not name the lock of reftables.
    pub(in crate::git) fn failure(&self, ran: &Output) -> GitErrorKind {
        let path = lock_of(&self.path_of("reftable/tables.list"));
        match ran.failure() {
            GitErrorKind::Failed { message } if messages::is_locked_reftable(&message) && path.exists() => {
                GitErrorKind::Locked { age: age(&path), path }
            }
            kind => kind,
        }
    }

    /// Fails if another program is changing the index, after a short wait.
    pub fn require_unlocked_index(&self) -> Result<(), GitError> {
        if self.is_bare() { Ok(()) } else { self.require_unlocked("index") }
    }

    /// Fails if another program has locked a file of the git directory, after a short wait.
    pub(in crate::git) fn require_unlocked(&self, name: &str) -> Result<(), GitError> {
        let path = lock_of(&self.path_of(name));
        if poll(LOCK_TIMEOUT, || modified(&path).is_none().then_some(())).is_some() {
            return Ok(());
        }
        let kind = GitErrorKind::Locked { age: age(&path), path };
        Err(GitError::new(format!("could not lock `{name}`"), kind))
    }
}

fn lock_of(file: &Path) -> PathBuf {
    let mut lock = file.as_os_str().to_owned();
    lock.push(".lock");
    PathBuf::from(lock)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).and_then(|file| file.modified()).ok()
}

/// Removes a file that may already be gone.
fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
