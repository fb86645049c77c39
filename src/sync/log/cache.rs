//! The log that was read last, kept in git's own directory by the commit that it was read from.
//!
//! It only saves work: where it is missing, damaged or of another line of commits, the log is read anew.

use std::fs;

use super::published::Log;
use crate::{domain::ObjectId, git::Repository, sync::SyncError};

/// The file, in the folder of modreg's own files. Another format has another name.
const NAME: &str = "log-1.json";
/// A log that is so many commits old is recorded again, and one of a shorter main line is never recorded.
const NEAR: usize = 64;
/// The number of commits among which the recorded one is searched.
const MAX_DISTANCE: usize = 1_024;

/// The recorded log, and what to do with the one that is read now.
pub(super) struct Found {
    /// The recorded log, where its commit is on the main line.
    pub(super) log: Option<Log>,
    /// Whether a log that is read now should be recorded.
    pub(super) is_worth_recording: bool,
}

/// Looks for the log of a commit of `head`'s main line.
pub(super) fn find(repository: &Repository, head: ObjectId) -> Result<Found, SyncError> {
    // The history of a shallow clone may grow later.
    if repository.is_shallow() {
        return Ok(Found { log: None, is_worth_recording: false });
    }
    let recorded = read(repository);
    let mut commit = Some(head);
    let mut distance = 0;
    while let Some(id) = commit.filter(|_| distance < MAX_DISTANCE) {
        if let Some(log) = &recorded
            && log.head() == id
        {
            return Ok(Found { log: recorded, is_worth_recording: distance > NEAR });
        }
        if recorded.is_none() && distance > NEAR {
            break;
        }
        commit = repository.first_parent(id)?;
        distance += 1;
    }
    Ok(Found { log: None, is_worth_recording: distance > NEAR })
}

fn read(repository: &Repository) -> Option<Log> {
    let bytes = fs::read(repository.own_files().path(NAME)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Records a log. If it cannot be recorded, the next run reads more.
pub(super) fn record(repository: &Repository, log: &Log) {
    if let Ok(bytes) = serde_json::to_vec(log) {
        let _ = repository.own_files().write(NAME, &bytes);
    }
}
