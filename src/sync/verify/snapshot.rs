//! Checking one snapshot: its root, its entries, and whether both belong together.

use super::{
    records, sources,
    state::State,
    verification::{Verification, is_at_or_below},
};
use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::Repository,
    object::empty_tree,
    registry::{Root, Snapshot, entries_path, root_path},
    rules::registry as rules,
    sync::{
        Deviation, Started, SyncError,
        log::{
            compiler::compiler_at,
            past::Past,
            published::Log,
            snapshots::{is_present, root_deviation, snapshot_at},
        },
    },
};

/// Checks what HEAD contains.
pub(in crate::sync) fn check_head(
    found: &mut Verification,
    repository: &Repository,
    head: ObjectId,
    log: &Log,
    started: Started<'_>,
) -> Result<(), SyncError> {
    found.versions = 1;
    let odd_root = root_deviation(repository, head)?;
    let snapshot = match snapshot_at(repository, head) {
        Ok(snapshot) => snapshot,
        Err(SyncError::Root { error, .. }) => {
            found.add_root_error(&error);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let latest = log.newest_first().next().map(|known| known.version).unwrap_or_default();
    let Some(root) = &snapshot.root else {
        if latest > SnapshotVersion::EMPTY {
            let is = odd_root.map_or_else(|| "is missing".to_owned(), Deviation::present);
            let message = format!("it {is}, although version {latest} was published");
            found.add(root_path(), &rules::ROOT_MISSING, message);
        }
        return Ok(());
    };
    if let Some(odd) = odd_root {
        let message = format!("it {}, not a regular file", odd.present());
        found.add(root_path(), &rules::ROOT_EDITED, message);
    }
    found.version = root.version;
    found.entries = snapshot.entries.len();
    let blob = repository.blob_at(head, root_path().as_str())?;
    if let Some(published) = log.get(root.version).filter(|published| Some(published.root) != blob) {
        let message =
            format!("version {} was published by {} with another content", root.version, published.commit);
        found.add(root_path(), &rules::ROOT_INCONSISTENT, message);
    }
    check_entries(found, repository, head, &snapshot, root, log, started)?;
    check_tree(found, repository, &snapshot, root)
}

/// Checks the entries of a snapshot, and what its root records of them.
pub(in crate::sync) fn check_entries(
    found: &mut Verification,
    repository: &Repository,
    commit: ObjectId,
    snapshot: &Snapshot,
    root: &Root,
    log: &Log,
    started: Started<'_>,
) -> Result<(), SyncError> {
    let compiler = compiler_at(repository, commit)?;
    let past = Past::new(repository, log);
    let state = State { repository, commit, snapshot, root, log, past: &past, compiler: &compiler };
    let folder = entries_path();
    let place = repository.place_at(commit, folder.as_str())?;
    if let Some(odd) = place.and_then(|(mode, _)| Deviation::of_folder_mode(mode)) {
        let message = format!("it {}, not the folder of the entries", odd.present());
        found.add(folder, &rules::ENTRY_STRAY, message);
        return Ok(());
    }
    records::form(&state, found)?;
    records::holds(&state, found)?;
    records::pins(&state, found)?;
    sources::check(&state, started, found)
}

/// Checks the entries against the tree that the root names.
fn check_tree(
    found: &mut Verification,
    repository: &Repository,
    snapshot: &Snapshot,
    root: &Root,
) -> Result<(), SyncError> {
    let actual = snapshot.tree.unwrap_or_else(|| empty_tree(repository.format()));
    if actual == root.tree {
        return Ok(());
    }
    let message = format!("it names the git tree {}, but the entries have the git tree {actual}", root.tree);
    found.add(root_path(), &rules::ROOT_TREE, message);
    if is_present(repository, root.tree) {
        let named = found.discrepancy_paths();
        for file in repository.differences(Some(root.tree), Some(actual))? {
            let path = entries_path().join(file.path.as_str());
            if !is_at_or_below(&named, &path) {
                let message = format!("it differs from what version {} published", root.version);
                found.add(path, &rules::ENTRY_EDITED, message);
            }
        }
    }
    Ok(())
}
