//! The audit log: the commits that changed the root, and what each of them changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{
    SyncError,
    base::{self, published_version},
    message::{SOURCE_COMMIT, TRIGGER, Trigger},
};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::{Completeness, Repository, Revision},
    object::Moment,
    registry::{Held, Pin, Root, RootError, Snapshot, entries_path, module_of, root_path},
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
    /// How many entries came in, changed and went against the version that this one followed.
    pub counts: Counts,
    /// The modules that it rolled back and pinned.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// The modules whose pins it lifted.
    pub unpinned: BTreeSet<ModuleName>,
    /// The modules that it began to hold, or held for another reason.
    pub held: BTreeMap<ModuleName, Held>,
    /// The modules that it no longer held.
    pub released: BTreeSet<ModuleName>,
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
        let completeness = repository.history(commit, &root_path(), |revision| {
            revisions.push(revision);
            let enough = module.is_none() && revisions.len() >= limit;
            if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let mut records = Vec::new();
        for revision in &revisions {
            if records.len() == limit {
                break;
            }
            records.extend(record(repository, revision, module)?);
        }
        Ok(Self { records, is_cut_off: completeness == Completeness::Shallow })
    }
}

/// The record of a version, unless it is asked for one module and that did not change.
fn record(
    repository: &Repository,
    revision: &Revision,
    module: Option<&ModuleName>,
) -> Result<Option<Record>, SyncError> {
    let before = match revision.parent {
        Some(parent) => Published::at(repository, parent)?,
        None => Published::default(),
    };
    let now = Published::at(repository, revision.commit)?;
    let is_asked = |name: &ModuleName| module.is_none_or(|module| module == name);
    let mut counts = Counts::default();
    for file in repository.differences(before.tree, now.tree)? {
        if module_of(file.path.as_str()).is_some_and(|name| is_asked(&name)) {
            counts.count(file.old, file.new);
        }
    }
    let (pinned, unpinned) = turned(&before.pinned(), now.pinned(), is_asked);
    let (held, released) = turned(&before.held(), now.held(), is_asked);
    let record = Record { counts, pinned, unpinned, held, released, ..now.record(revision) };
    let is_record = module.is_none() || record.says_something();
    Ok(is_record.then_some(record))
}

/// What is new or other than before, and what is gone, of the modules that are asked for.
fn turned<T: PartialEq>(
    old: &BTreeMap<ModuleName, T>,
    new: BTreeMap<ModuleName, T>,
    is_asked: impl Fn(&ModuleName) -> bool,
) -> (BTreeMap<ModuleName, T>, BTreeSet<ModuleName>) {
    let is_gone = |name: &&ModuleName| !new.contains_key(*name) && is_asked(name);
    let gone = old.keys().filter(is_gone).cloned().collect();
    let is_new = |(name, said): &(ModuleName, T)| old.get(name) != Some(said) && is_asked(name);
    (new.into_iter().filter(is_new).collect(), gone)
}

impl Counts {
    fn count(&mut self, old: Option<ObjectId>, new: Option<ObjectId>) {
        match (old, new) {
            (None, Some(_)) => self.added += 1,
            (Some(_), Some(_)) => self.updated += 1,
            (Some(_), None) => self.removed += 1,
            (None, None) => {}
        }
    }
}

impl Record {
    fn says_something(&self) -> bool {
        let Self { counts, pinned, unpinned, held, released, .. } = self;
        *counts != Counts::default()
            || !(pinned.is_empty() && unpinned.is_empty() && held.is_empty() && released.is_empty())
    }
}

/// What the root in a commit vouches for, which is not what lies beside it where somebody changed that by hand.
#[derive(Debug, Default)]
struct Published {
    root: Option<Root>,
    tree: Option<ObjectId>,
}

impl Published {
    fn at(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        let file = repository.file_at(commit, root_path().as_str())?;
        let root = file.and_then(|(_, bytes)| Root::parse(&bytes).ok());
        let tree = match &root {
            Some(root) if base::is_at_hand(repository, root.tree) => Some(root.tree),
            Some(_) | None => repository.tree_at(commit, entries_path().as_str())?,
        };
        Ok(Self { root, tree })
    }

    fn pinned(&self) -> BTreeMap<ModuleName, Pin> {
        self.root.as_ref().map(|root| root.pinned.clone()).unwrap_or_default()
    }

    fn held(&self) -> BTreeMap<ModuleName, Held> {
        self.root.as_ref().map(|root| root.held.clone()).unwrap_or_default()
    }

    /// What the commit says of itself.
    ///
    /// The trailers count only where they speak of this very root: a squash or a cherry-pick may carry older ones.
    fn record(&self, revision: &Revision) -> Record {
        let told = published_version(revision);
        let version = self.root.as_ref().map(|root| root.version);
        let trailers = Some(&revision.trailers).filter(|_| version.is_none() || told == version);
        let trailer = |key| trailers.and_then(|trailers| trailers.get(key));
        let trigger = trailer(TRIGGER).and_then(|trigger| trigger.parse::<Trigger>().ok());
        Record {
            version: version.or(told).unwrap_or_default(),
            commit: revision.commit,
            time: revision.time,
            author: revision.author.clone(),
            trigger: trigger.map(|trigger| trigger.to_string()),
            source_commit: trailer(SOURCE_COMMIT).and_then(|id| id.parse().ok()),
            counts: Counts::default(),
            pinned: BTreeMap::new(),
            unpinned: BTreeSet::new(),
            held: BTreeMap::new(),
            released: BTreeSet::new(),
        }
    }
}

/// A snapshot, and the commit that holds it.
#[derive(Debug)]
pub struct VersionedSnapshot {
    /// The commit; of version 0 the one that it was looked for from.
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
        let (mut likely, mut unlikely) = (Vec::new(), Vec::new());
        let completeness = repository.history(head, &root_path(), |revision| {
            // A squash may carry the trailers of a version that it went over.
            let is_likely = published_version(&revision).is_none_or(|published| published == version);
            if is_likely {
                likely.push(revision);
            } else {
                unlikely.push(revision);
            }
            ControlFlow::Continue(())
        })?;
        for revision in likely.into_iter().chain(unlikely) {
            match Root::parse(&repository.blob(revision.root_blob)?) {
                Ok(root) if root.version == version => return Self::at(repository, revision.commit),
                Err(error @ RootError::NewerFormat { .. })
                    if published_version(&revision) == Some(version) =>
                {
                    return Err(SyncError::Root { commit: Some(revision.commit), error });
                }
                Ok(_) | Err(_) => {}
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
