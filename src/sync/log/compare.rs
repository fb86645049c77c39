//! What changed between two versions of the registry.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sync::{SyncError, plan::draft::parse_entry};
use crate::{
    diff::{self, Changes},
    domain::ModuleName,
    git::Repository,
    registry::Snapshot,
};

/// Compares two snapshots, reading only the entries that differ.
pub fn compare(repository: &Repository, old: &Snapshot, new: &Snapshot) -> Result<Changes, SyncError> {
    Ok(diff::changes(&differing(repository, old, new)?, &differing(repository, new, old)?))
}

/// Returns the entries of one side that are missing or different on the other side.
fn differing(
    repository: &Repository,
    side: &Snapshot,
    other: &Snapshot,
) -> Result<BTreeMap<ModuleName, Value>, SyncError> {
    let entries = side.entries.iter().filter(|(name, id)| other.entries.get(*name) != Some(id));
    entries.map(|(name, id)| Ok((name.clone(), parse_entry(&repository.blob(*id)?)))).collect()
}
