//! Every published version, and every commit of the main line that changed the registry.
//!
//! A version that a sync of its parent would have made is right if the one before is: so of most only what changed is
//! compiled, though all their entries are listed. The others, the first, rollbacks and syncs of a few modules, are checked
//! whole. A discrepancy of the past that HEAD does not have was repaired: it is reported, but the verification succeeds.

use super::{
    snapshot::check_entries,
    verification::{Discrepancy, Verification},
};
use crate::{
    domain::{ObjectId, RepoPath, SnapshotVersion},
    git::{Range, Repository},
    object::empty_tree,
    registry::{REGISTRY, Root, entries_path, root_path},
    rules::registry as rules,
    sync::{
        Publication, Scope, Started, SyncError, VersionedSnapshot,
        log::{compiler::compiler_at, published::Log, snapshots::is_present},
        plan::{prepare::prepare, record::Record},
    },
};

/// Checks each version and each commit, oldest first.
pub(in crate::sync) fn walk(
    repository: &Repository,
    head: ObjectId,
    log: Log,
    started: Started<'_>,
    found: &mut Verification,
) -> Result<(), SyncError> {
    if log.is_cut_off() {
        found.add_unverifiable("the clone is shallow: older versions are not here");
    }
    log.remarks().into_iter().for_each(|remark| found.add_unverifiable(remark));
    let edited = edits(repository, head, &log)?;
    let mut past = versions(repository, log, started, found)?;
    past.extend(edited);
    let is_current = |old: &Discrepancy| {
        found.discrepancies.iter().any(|new| new.path == old.path && new.commit == old.commit)
    };
    past.retain(|discrepancy| !is_current(discrepancy));
    past.dedup();
    found.repaired = past;
    Ok(())
}

/// Checks each published version.
fn versions(
    repository: &Repository,
    mut log: Log,
    started: Started<'_>,
    found: &mut Verification,
) -> Result<Vec<Discrepancy>, SyncError> {
    let mut publications: Vec<Publication> = log.newest_first().cloned().collect();
    publications.reverse();
    let mut discrepancies = Vec::new();
    let mut record = None;
    let mut before = SnapshotVersion::EMPTY;
    found.versions = 0;
    for publication in publications {
        let Publication { version, commit, .. } = publication;
        gap(before, version, log.is_cut_off(), found);
        before = version;
        log.end_before(version);
        let snapshot = match VersionedSnapshot::of(repository, &publication) {
            Ok(published) => published.snapshot,
            Err(SyncError::LostEntries { tree }) => {
                found.add_unverifiable(format!(
                    "version {version}: its tree {tree} is not in this repository: the history was rewritten"
                ));
                record = None;
                continue;
            }
            Err(SyncError::Root { error, .. }) => {
                let mut step = Verification::of(repository, commit)?;
                step.add_root_error(&error);
                discrepancies.extend(at(commit, step.discrepancies));
                record = None;
                continue;
            }
            Err(error) => return Err(error),
        };
        found.versions += 1;
        let Some(root) = &snapshot.root else { continue };
        if is_a_sync(repository, &log, &publication, root, record.as_slice(), started) {
            record = Some(compiled(root));
            continue;
        }
        let mut step = Verification::of(repository, commit)?;
        check_entries(&mut step, repository, commit, &snapshot, root, &log, started)?;
        step.unverifiable.into_iter().for_each(|reason| found.add_unverifiable(reason));
        discrepancies.extend(at(commit, step.discrepancies));
        record = None;
    }
    Ok(discrepancies)
}

fn at(commit: ObjectId, discrepancies: Vec<Discrepancy>) -> impl Iterator<Item = Discrepancy> {
    discrepancies.into_iter().map(move |discrepancy| Discrepancy { commit: Some(commit), ..discrepancy })
}

/// Returns the record of a correct version, from which the next version is checked.
fn compiled(root: &Root) -> Record {
    Record {
        source: root.source_tree,
        inputs: root.inputs.clone(),
        entries: root.tree,
        others: root.held.keys().chain(root.pinned.keys()).cloned().collect(),
    }
}

/// Returns whether a sync of the commit before makes this very root; `false` where this cannot be decided.
fn is_a_sync(
    repository: &Repository,
    log: &Log,
    publication: &Publication,
    root: &Root,
    records: &[Record],
    started: Started<'_>,
) -> bool {
    let parent = repository.first_parent(publication.commit).ok().flatten();
    let Some(parent) = parent else { return false };
    let Ok(compiler) = compiler_at(repository, parent) else { return false };
    let prepared = prepare(repository, parent, log, &compiler, &Scope::All, records, started);
    prepared.is_ok_and(|prepared| prepared.draft.root.as_ref() == Some(root))
}

/// Reports numbers that are missing in the log.
fn gap(before: SnapshotVersion, version: SnapshotVersion, is_cut_off: bool, found: &mut Verification) {
    let missing = version.get().saturating_sub(before.get()).saturating_sub(1);
    if missing > 0 && !(is_cut_off && before == SnapshotVersion::EMPTY) {
        found.add_unverifiable(format!(
            "{missing} versions between {before} and {version} were not published on this branch: they are on another \
             line, or the history was squashed or cut"
        ));
    }
}

/// Returns what the commits of the main line did to the registry by hand, oldest first.
fn edits(repository: &Repository, head: ObjectId, log: &Log) -> Result<Vec<Discrepancy>, SyncError> {
    let range = Range { from: &[head], except: None };
    let changed = repository.main_line_changes(range, &RepoPath::new(REGISTRY))?;
    let mut discrepancies = Vec::new();
    for commit in repository.main_line(range)?.iter().rev() {
        if changed.contains(&commit.commit) {
            let mut step = Verification::of(repository, commit.commit)?;
            edit(repository, commit.commit, &commit.parents, log, &mut step)?;
            discrepancies.extend(at(commit.commit, step.discrepancies));
        }
    }
    Ok(discrepancies)
}

/// Returns what one commit did to the registry by hand.
fn edit(
    repository: &Repository,
    commit: ObjectId,
    parents: &[ObjectId],
    log: &Log,
    found: &mut Verification,
) -> Result<(), SyncError> {
    let (root_file, folder) = (root_path(), entries_path());
    let blob = repository.blob_at(commit, root_file.as_str())?;
    let mut is_new_root = true;
    for parent in parents {
        is_new_root &= repository.blob_at(*parent, root_file.as_str())? != blob;
    }
    let Some(blob) = blob else {
        if is_new_root && !parents.is_empty() {
            found.add(root_file, &rules::ROOT_REMOVED, "the registry was removed by hand");
        }
        return Ok(());
    };
    let root = match Root::parse(&repository.blob(blob)?) {
        Ok(root) => root,
        Err(error) => {
            if is_new_root {
                found.add_root_error(&error);
            }
            return Ok(());
        }
    };
    if is_new_root && log.get(root.version).is_some_and(|published| published.root != blob) {
        let message = format!("version {} was published before with another content", root.version);
        found.add(root_file, &rules::ROOT_INCONSISTENT, message);
    }
    let empty = || empty_tree(repository.format());
    let entries = repository.tree_at(commit, folder.as_str())?.unwrap_or_else(empty);
    if entries == root.tree {
        return Ok(());
    }
    if !is_present(repository, root.tree) {
        found.add_unverifiable(format!(
            "version {}: its tree {} is not in this repository",
            root.version, root.tree
        ));
        return Ok(());
    }
    // A file that one of the parents has as well was not changed here.
    let mut here = Vec::new();
    for parent in parents {
        let before = repository.tree_at(*parent, folder.as_str())?;
        here.push(repository.differences(before, Some(entries))?);
    }
    for file in repository.differences(Some(root.tree), Some(entries))? {
        if here.iter().all(|changes| changes.iter().any(|change| change.path == file.path)) {
            let message = format!("it differs from what version {} published", root.version);
            found.add(folder.join(file.path.as_str()), &rules::ENTRY_EDITED, message);
        }
    }
    Ok(())
}
