//! What the last syncs in this clone did, also those that changed nothing and so left no commit.
//!
//! It is a file in the git directory and is never committed. If it is lost, only these times are.

use std::{fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::git::{Repository, SyncLock};

/// The file of the journal, in the folder of modreg's own files.
const NAME: &str = "journal.json";

/// The facts that are known of the last syncs in this clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Journal {
    /// The time at which the last one began.
    pub last_attempt: Option<Timestamp>,
    /// The time at which the last successful one began, whether it changed something or not.
    pub last_success: Option<Timestamp>,
    /// The reason why the last one failed, if it did.
    pub last_error: Option<String>,
}

impl Journal {
    /// Reads the journal of a clone; one that is not there or not readable is empty.
    pub fn read(repository: &Repository) -> Self {
        fs::read(repository.own_files().path(NAME))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Records how a sync that began at `now` ended.
    ///
    /// The lock makes sure that no other run writes it; a killed run leaves the old one.
    pub fn record(
        repository: &Repository,
        _lock: &SyncLock,
        now: Timestamp,
        failure: Option<String>,
    ) -> io::Result<()> {
        let before = Self::read(repository);
        let journal = Self {
            last_attempt: Some(now),
            last_success: if failure.is_none() { Some(now) } else { before.last_success },
            last_error: failure,
        };
        repository.own_files().write(NAME, &serde_json::to_vec_pretty(&journal)?)
    }
}
