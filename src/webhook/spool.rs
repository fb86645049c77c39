//! The messages on disk until they are delivered or given up: one file each, in the folder `modreg/` of the git directory.
//!
//! A file is written completely or not at all, so that neither a killed run nor a full disk leaves a part of a message. A file
//! that cannot be read is renamed, and does not affect the others.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{domain::WebAddress, git::OwnFolder, report::json::Delivery};

/// The number of messages that are stored for one receiver. When there are more, the oldest are removed.
const MAX_QUEUED: usize = 1000;
/// The number of attempts in the log.
const MAX_LOGGED_DELIVERIES: usize = 50;
/// The extension of a message's file.
const EXTENSION: &str = "json";
/// The file with the log of the last attempts.
const LOG: &str = "log.json";

/// A message for one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    /// The id, which is the same in every attempt.
    pub(super) id: String,
    /// The type of the event.
    pub(super) event: String,
    /// The address of the receiver.
    pub(super) url: String,
    /// The body of the request.
    pub(super) body: String,
    /// The time when the message was stored.
    pub(super) created: Timestamp,
    /// The number of attempts so far.
    pub(super) attempts: usize,
    /// The time of the next attempt.
    pub(super) due: Timestamp,
}

/// The folder with the stored messages and the log.
#[derive(Debug, Clone)]
pub(super) struct Spool {
    folder: OwnFolder,
}

/// A stored message with its file.
#[derive(Debug)]
pub(super) struct QueuedMessage {
    pub(super) path: PathBuf,
    pub(super) message: Message,
}

impl Spool {
    /// Makes the spool in the folder of modreg's own files. The folder does not need to exist.
    pub(super) fn new(folder: &OwnFolder) -> Self {
        Self { folder: folder.folder("webhooks") }
    }

    /// Stores a message. The names of files are in the order of time, and then in the order of arrival.
    pub(super) fn add(&self, message: &Message) -> io::Result<()> {
        let receiver = receiver(&message.url);
        let time = message.created.as_microsecond();
        let name = format!("{time:020}-{}-{receiver}.{EXTENSION}", message.id);
        self.pending().write(&name, &serde_json::to_vec(message)?)?;
        let of_receiver = format!("-{receiver}.{EXTENSION}");
        let names = self.names()?;
        let waiting: Vec<_> = names.iter().filter(|name| name.ends_with(&of_receiver)).collect();
        for oldest in waiting.iter().take(waiting.len().saturating_sub(MAX_QUEUED)) {
            match fs::remove_file(self.pending().path(oldest)) {
                // Another process has delivered it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }

    /// Returns all messages, oldest first. Files that cannot be read are renamed.
    pub(super) fn messages(&self) -> io::Result<Vec<QueuedMessage>> {
        let mut waiting = Vec::new();
        for name in self.names()? {
            let path = self.pending().path(&name);
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            match serde_json::from_slice::<Message>(&bytes) {
                Ok(message) if message.url.parse::<WebAddress>().is_ok() => {
                    waiting.push(QueuedMessage { path, message });
                }
                Ok(_) | Err(_) => fs::rename(&path, path.with_extension("damaged"))?,
            }
        }
        Ok(waiting)
    }

    /// Stores a message again after an attempt.
    pub(super) fn update(&self, waiting: &QueuedMessage) -> io::Result<()> {
        let name = waiting.path.file_name().unwrap_or_default().to_string_lossy();
        self.pending().write(&name, &serde_json::to_vec(&waiting.message)?)
    }

    /// Removes a message.
    pub(super) fn remove(waiting: &QueuedMessage) -> io::Result<()> {
        match fs::remove_file(&waiting.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Locks the spool until the file is dropped, or returns `None` if another process has locked it.
    pub(super) fn lock(&self) -> io::Result<Option<File>> {
        let file = self.folder.lock_file("lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Returns the last attempts, newest first, or nothing if the log cannot be read.
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        let bytes = fs::read(self.folder.path(LOG)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Adds attempts to the log. The caller must hold the lock.
    pub(super) fn log_deliveries(&self, deliveries: Vec<Delivery>) -> io::Result<()> {
        let log: Vec<Delivery> =
            deliveries.into_iter().rev().chain(self.deliveries()).take(MAX_LOGGED_DELIVERIES).collect();
        self.folder.write(LOG, &serde_json::to_vec(&log)?)
    }

    /// Returns the names of the files, oldest first.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.pending().path("")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string().ok());
        }
        names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == EXTENSION));
        names.sort_unstable();
        Ok(names)
    }

    fn pending(&self) -> OwnFolder {
        self.folder.folder("pending")
    }
}

/// Returns a short name of a receiver that is safe in the name of a file.
fn receiver(url: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(url).iter().take(8).fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
}
