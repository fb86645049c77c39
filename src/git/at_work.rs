//! Locks that a `git` program of ours left behind when it was killed, by itself or with this one.
//!
//! A fetch, a push or a merge locks references and the index under names that any program uses. So a note says which of
//! them such a program may lock, and only one of these that is younger than the note, and stays as it is, counts as dead.

use std::{fs, path::PathBuf, time::Duration};

use super::{
    Repository,
    error::GitError,
    lock::{poll, remove_if_there},
    program::{Program, Ran},
};

/// How long a living program may hold a lock.
const PATIENCE: Duration = Duration::from_secs(1);
/// The file of the note, in the repository's common directory.
const NOTE: &str = "modreg.at-work";

impl Repository {
    /// Runs a program that may lock these files, with the sync lock held. Locks that it leaves behind when it is killed
    /// are cleared, by this run or by the next.
    pub(super) fn run_noted(&self, program: Program, files: &[PathBuf]) -> Result<Ran, GitError> {
        let note = self.common_dir().join(NOTE);
        let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
        fs::write(&note, lines.concat())
            .map_err(|error| GitError::io("could not start git", &note, error))?;
        let ran = program.run();
        if ran.as_ref().is_ok_and(|ran| ran.code().is_none()) {
            self.clear_dead_locks_of_git()?;
        }
        // One that stays only makes the next run look for dead locks.
        let _ = remove_if_there(&note);
        ran
    }

    /// Removes the locks of a program that is dead, as the note about it says.
    pub(super) fn clear_dead_locks_of_git(&self) -> Result<(), GitError> {
        let note = self.common_dir().join(NOTE);
        let modified = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
        let (Some(began), Ok(text)) = (modified(&note), fs::read_to_string(&note)) else { return Ok(()) };
        let failed = |error| GitError::io("could not clean up after a killed git", &note, error);
        let locks = text.lines().map(|file| PathBuf::from(format!("{file}.lock")));
        let mut dead: Vec<_> = locks
            .filter_map(|lock| Some((modified(&lock).filter(|modified| *modified >= began)?, lock)))
            .collect();
        poll(PATIENCE, || {
            dead.retain(|(written, lock)| modified(lock) == Some(*written));
            dead.is_empty().then_some(())
        });
        dead.iter().try_for_each(|(_, lock)| remove_if_there(lock)).map_err(failed)?;
        remove_if_there(&note).map_err(failed)
    }
}
