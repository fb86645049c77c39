//! The audit log: the commits that changed the root, and what each of them changed.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    SyncError,
    base::{self, published_version},
    message::{SOURCE_COMMIT, TRIGGER},
};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::{Completeness, Moment, Repository, Revision},
    registry::{ENTRIES, REGISTRY, Root, Snapshot, entry_path},
};

/// The versions of a registry, newest first.
#[derive(Debug)]
pub struct History {
    /// The versions.
    pub records: Vec<Record>,
    /// Whether older versions are missing because the clone is shallow.
    pub is_cut_off: bool,
}

/// One version of the registry in the log.
#[derive(Debug)]
pub struct Record {
    /// The version.
    pub version: SnapshotVersion,
    /// The commit that brought it in.
    pub commit: ObjectId,
    /// When that was made.
    pub time: Moment,
    /// By whom: `name <address>`.
    pub author: String,
    /// What started the sync, where this program made the commit.
    pub trigger: Option<String>,
    /// The commit whose manifests were compiled, where this program made the commit.
    pub source_commit: Option<ObjectId>,
    /// How many entries came in, changed and went against the version before in this log.
    pub counts: Counts,
}

/// How many entries differ between two versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries that came in.
    pub added: usize,
    /// Entries that changed.
    pub updated: usize,
    /// Entries that went.
    pub removed: usize,
}

impl History {
    /// Reads the log of `commit`, of all versions or of those that changed one module, and at most `limit` of them.
    pub fn read(
        repository: &Repository,
        commit: ObjectId,
        module: Option<&ModuleName>,
        limit: Option<usize>,
    ) -> Result<Self, SyncError> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut revisions = Vec::new();
        let completeness = repository.history(commit, &base::root_path(), |revision| {
            revisions.push(revision);
            // One more than asked for, to compare the last with.
            let enough = module.is_none() && revisions.len() > limit;
            if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let mut records = Vec::new();
        for (index, revision) in revisions.iter().enumerate() {
            if records.len() == limit {
                break;
            }
            let older = revisions.get(index + 1).map(|older| older.commit);
            let counts = match module {
                None => count(&entries(repository, older)?, &entries(repository, Some(revision.commit))?),
                Some(name) => count_module(repository, name, older, revision.commit)?,
            };
            if module.is_none() || counts != Counts::default() {
                records.push(record(repository, revision, counts)?);
            }
        }
        Ok(Self { records, is_cut_off: completeness == Completeness::Shallow })
    }
}

fn record(repository: &Repository, revision: &Revision, counts: Counts) -> Result<Record, SyncError> {
    let version = match published_version(revision) {
        Some(version) => version,
        // An author compiled and committed it: the root itself tells, and one that is broken tells nothing.
        None => Root::parse(&repository.blob(revision.root_blob)?)
            .map_or_else(|_| SnapshotVersion::EMPTY, |root| root.version),
    };
    Ok(Record {
        version,
        commit: revision.commit,
        time: revision.time,
        author: revision.author.clone(),
        trigger: revision.trailers.get(TRIGGER).cloned(),
        source_commit: revision.trailers.get(SOURCE_COMMIT).and_then(|id| id.parse().ok()),
        counts,
    })
}

fn entries(
    repository: &Repository,
    commit: Option<ObjectId>,
) -> Result<BTreeMap<ModuleName, ObjectId>, SyncError> {
    commit.map_or_else(|| Ok(BTreeMap::new()), |commit| base::entries_at(repository, commit))
}

fn count(old: &BTreeMap<ModuleName, ObjectId>, new: &BTreeMap<ModuleName, ObjectId>) -> Counts {
    let added = new.keys().filter(|name| !old.contains_key(*name)).count();
    let updated = new.iter().filter(|(name, id)| old.get(*name).is_some_and(|old| old != *id)).count();
    let removed = old.keys().filter(|name| !new.contains_key(*name)).count();
    Counts { added, updated, removed }
}

fn count_module(
    repository: &Repository,
    name: &ModuleName,
    older: Option<ObjectId>,
    commit: ObjectId,
) -> Result<Counts, SyncError> {
    let path = format!("{REGISTRY}/{ENTRIES}/{}", entry_path(name));
    let old = match older {
        Some(older) => repository.blob_at(older, &path)?,
        None => None,
    };
    Ok(match (old, repository.blob_at(commit, &path)?) {
        (None, Some(_)) => Counts { added: 1, ..Counts::default() },
        (Some(_), None) => Counts { removed: 1, ..Counts::default() },
        (Some(old), Some(new)) if old != new => Counts { updated: 1, ..Counts::default() },
        (Some(_), Some(_)) | (None, None) => Counts::default(),
    })
}

/// A snapshot, and the commit that holds it.
#[derive(Debug)]
pub struct VersionedSnapshot {
    /// The commit.
    pub commit: ObjectId,
    /// The snapshot.
    pub snapshot: Snapshot,
}

impl VersionedSnapshot {
    /// The snapshot that a commit holds.
    pub fn at(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        Ok(Self { commit, snapshot: base::snapshot_at(repository, commit)? })
    }

    /// The snapshot of a version, looked for from `head` back; 0 is the registry before its first version.
    pub fn find(
        repository: &Repository,
        head: ObjectId,
        version: SnapshotVersion,
    ) -> Result<Self, SyncError> {
        if version == SnapshotVersion::EMPTY {
            return Ok(Self { commit: head, snapshot: Snapshot::default() });
        }
        let mut found = Vec::new();
        let completeness = repository.history(head, &base::root_path(), |revision| {
            if published_version(&revision).is_none_or(|published| published == version) {
                found.push(revision);
            }
            ControlFlow::Continue(())
        })?;
        for revision in found {
            let is_it =
                Root::parse(&repository.blob(revision.root_blob)?).is_ok_and(|root| root.version == version);
            if is_it {
                return Self::at(repository, revision.commit);
            }
        }
        let latest = base::snapshot_at(repository, head)?.version();
        Err(SyncError::UnknownVersion { version, latest, is_cut_off: completeness == Completeness::Shallow })
    }

    /// The bytes of one entry.
    pub fn entry(&self, repository: &Repository, name: &ModuleName) -> Result<Vec<u8>, SyncError> {
        if let Some(id) = self.snapshot.entries.get(name) {
            return Ok(repository.blob(*id)?);
        }
        let known = self.snapshot.entries.keys().map(ModuleName::as_str);
        let closest = crate::schema::closest(name.as_str(), known).and_then(|name| name.parse().ok());
        Err(SyncError::UnknownEntry { version: self.snapshot.version(), name: name.clone(), closest })
    }
}
