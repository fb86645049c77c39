//! Where a remote's branch was when it was last looked at, to notice that its history was rewritten.

use std::{collections::BTreeMap, fs};

use crate::{
    domain::ObjectId,
    git::{RemoteBranch, Repository, SyncLock},
};

/// The file, in the folder of modreg's own files. Another format has another name.
const NAME: &str = "seen-1.json";

/// Returns the commit that was seen last at a remote's branch; `None` if it was never looked at, or the record is damaged.
pub(super) fn read(repository: &Repository, target: &RemoteBranch) -> Option<ObjectId> {
    read_all(repository).remove(&key(target))
}

/// Records the commit of a remote's branch. If it cannot be recorded, git's own tracking branch is used instead.
pub(super) fn record(repository: &Repository, _lock: &SyncLock, target: &RemoteBranch, commit: ObjectId) {
    let mut seen = read_all(repository);
    if seen.insert(key(target), commit) == Some(commit) {
        return;
    }
    if let Ok(bytes) = serde_json::to_vec(&seen) {
        let _ = repository.own_files().write(NAME, &bytes);
    }
}

fn read_all(repository: &Repository) -> BTreeMap<String, ObjectId> {
    let bytes = fs::read(repository.own_files().path(NAME)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn key(target: &RemoteBranch) -> String {
    format!("{} {}", target.branch, target.shown())
}
