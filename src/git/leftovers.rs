//! Clearing away what killed runs wrote and nobody will ever read: libgit2's half-written objects and packs.
//!
//! `git gc` knows the loose ones by their names, but not the packs.

use std::{
    ffi::OsStr,
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{Repository, lock::remove_if_there, remote::FETCHED};

/// How old a file is before nobody can be writing it any more: another program on libgit2 may use the same names.
const AGE: Duration = Duration::from_hours(1);

/// Where the files lie below `objects`, and how their names begin.
const TEMPORARY: [(&str, &str); 2] = [("", "tmp_object_git2_"), ("pack", "pack_git2_")];

impl Repository {
    /// Clears away half-written files of runs that were killed long ago. What cannot be removed does no harm.
    pub(super) fn clear_leftovers(&self, now: jiff::Timestamp) {
        let objects = self.common_dir().join("objects");
        for (directory, prefix) in TEMPORARY {
            let _ = clear(&objects.join(directory), prefix, now.into());
        }
        // Only a sync uses this reference, and whoever is here holds the sync lock: its lock is a dead run's.
        let _ = remove_if_there(&self.common_dir().join(format!("{FETCHED}.lock")));
    }
}

fn clear(directory: &Path, prefix: &str, now: SystemTime) -> io::Result<()> {
    let is_temporary = |name: &OsStr| name.as_encoded_bytes().starts_with(prefix.as_bytes());
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !is_temporary(&entry.file_name()) {
            continue;
        }
        let written = entry.metadata()?.modified()?;
        if now.duration_since(written).is_ok_and(|age| age > AGE) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
