//! The audit log: the commits that changed the root, and what each of them changed.

use std::collections::{BTreeMap, BTreeSet};

use super::published::{Log, Publication};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::Repository,
    object::{Moment, is_empty_tree},
    registry::{Held, Pin, Root, module_of},
    sync::{
        SyncError, Trigger,
        publish::message::{REGISTRY_VERSION, SOURCE_COMMIT, TRIGGER},
    },
};

/// The versions of a registry, newest first.
#[derive(Debug)]
pub struct History {
    /// The versions.
    pub records: Vec<HistoryRecord>,
    /// Whether older versions are missing because the clone is shallow.
    pub is_cut_off: bool,
}

/// One version of the registry in the log.
#[derive(Debug)]
pub struct HistoryRecord {
    /// The version.
    pub version: SnapshotVersion,
    /// The commit that brought it in.
    pub commit: ObjectId,
    /// The time at which that was made.
    pub time: Moment,
    /// By whom: `name <address>`.
    pub author: String,
    /// The trigger of the sync, if this program made the commit.
    pub trigger: Option<String>,
    /// The commit whose manifests were compiled, where this program made the commit.
    pub source_commit: Option<ObjectId>,
    /// How many entries were added, updated and removed since the version before; `None` if this clone lacks that one.
    pub counts: Option<Counts>,
    /// The modules that it rolled back and pinned.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// The modules whose pins it lifted.
    pub unpinned: BTreeSet<ModuleName>,
    /// The modules that it began to hold, or held for another reason.
    pub held: BTreeMap<ModuleName, Held>,
    /// The modules that it no longer held.
    pub released: BTreeSet<ModuleName>,
}

/// The numbers of entries that differ between two versions.
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
    /// Describes the versions of a log, of all modules or those that changed one, and at most `limit` of them.
    pub fn of(
        repository: &Repository,
        log: &Log,
        module: Option<&ModuleName>,
        limit: Option<usize>,
    ) -> Result<Self, SyncError> {
        Self::below(repository, log, None, module, limit)
    }

    /// Returns the history of the versions below a number.
    pub fn below(
        repository: &Repository,
        log: &Log,
        end: Option<SnapshotVersion>,
        module: Option<&ModuleName>,
        limit: Option<usize>,
    ) -> Result<Self, SyncError> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut records = Vec::new();
        for publication in log.newest_first() {
            if records.len() == limit {
                break;
            }
            if end.is_none_or(|end| publication.version < end) {
                records.extend(record(repository, log, publication, module)?);
            }
        }
        Ok(Self { records, is_cut_off: log.is_cut_off() })
    }
}

/// Returns the record of a version, or `None` if only one module is requested and it did not change.
fn record(
    repository: &Repository,
    log: &Log,
    publication: &Publication,
    module: Option<&ModuleName>,
) -> Result<Option<HistoryRecord>, SyncError> {
    let root = root_of(repository, publication)?;
    let before = log.before(publication.version).map(|before| root_of(repository, before)).transpose()?;
    // Nothing came before the first number, if this commit brought it in and is not just where the clone was cut off.
    let is_first = publication.version == SnapshotVersion::EMPTY.next();
    let is_first = is_first && !repository.parents(publication.commit)?.is_empty();
    let is_known = before.is_some() || is_first || !log.is_cut_off();
    let before = before.unwrap_or_default();
    let is_selected = |name: &ModuleName| module.is_none_or(|module| module == name);
    let counts = match (before.entries, root.entries) {
        (EntriesTree::Present(old), EntriesTree::Present(new)) if is_known => {
            let mut counts = Counts::default();
            for file in repository.differences(old, new)? {
                if module_of(file.path.as_str()).is_some_and(|name| is_selected(&name)) {
                    counts.count(file.old, file.new);
                }
            }
            Some(counts)
        }
        (_, _) => None,
    };
    let (pinned, unpinned) = changed(&before.pinned, root.pinned, is_selected);
    let (held, released) = changed(&before.held, root.held, is_selected);
    let info = repository.commit_info(publication.commit)?;
    // The trailers count only where they speak of this very version: a squash or a cherry-pick may carry older ones.
    let is_of_this = info.trailers.get(REGISTRY_VERSION).and_then(|version| version.parse().ok())
        == Some(publication.version);
    let trailer = |key| info.trailers.get(key).filter(|_| is_of_this);
    let trigger = trailer(TRIGGER).and_then(|trigger| trigger.parse::<Trigger>().ok());
    let record = HistoryRecord {
        version: publication.version,
        commit: publication.commit,
        time: info.time,
        author: info.author.clone(),
        trigger: trigger.map(|trigger| trigger.to_string()),
        source_commit: trailer(SOURCE_COMMIT).and_then(|id| id.parse().ok()),
        counts,
        pinned,
        unpinned,
        held,
        released,
    };
    let is_record = module.is_none() || record.is_not_empty();
    Ok(is_record.then_some(record))
}

/// The tree of the entries of a version.
enum EntriesTree {
    /// The tree is in this clone; `None` is the empty tree.
    Present(Option<ObjectId>),
    /// The tree is not in this clone.
    Missing,
}

/// The parts of a root that the history shows.
struct Shown {
    entries: EntriesTree,
    held: BTreeMap<ModuleName, Held>,
    pinned: BTreeMap<ModuleName, Pin>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { entries: EntriesTree::Present(None), held: BTreeMap::new(), pinned: BTreeMap::new() }
    }
}

fn root_of(repository: &Repository, publication: &Publication) -> Result<Shown, SyncError> {
    let untrusted = |error| SyncError::Root { commit: Some(publication.commit), last_good: None, error };
    let Root { tree, held, pinned, .. } =
        Root::parse(&repository.blob(publication.root)?).map_err(untrusted)?;
    let entries = if is_empty_tree(tree) {
        EntriesTree::Present(None)
    } else if repository.contains(tree) {
        EntriesTree::Present(Some(tree))
    } else {
        EntriesTree::Missing
    };
    Ok(Shown { entries, held, pinned })
}

/// Returns what is new or changed, and what is gone, of the modules that are asked for.
fn changed<T: PartialEq>(
    old: &BTreeMap<ModuleName, T>,
    new: BTreeMap<ModuleName, T>,
    is_selected: impl Fn(&ModuleName) -> bool,
) -> (BTreeMap<ModuleName, T>, BTreeSet<ModuleName>) {
    let is_gone = |name: &&ModuleName| !new.contains_key(*name) && is_selected(name);
    let gone = old.keys().filter(is_gone).cloned().collect();
    let is_new = |(name, value): &(ModuleName, T)| old.get(name) != Some(value) && is_selected(name);
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

impl HistoryRecord {
    fn is_not_empty(&self) -> bool {
        let Self { counts, pinned, unpinned, held, released, .. } = self;
        counts.is_some_and(|counts| counts != Counts::default())
            || !(pinned.is_empty() && unpinned.is_empty() && held.is_empty() && released.is_empty())
    }
}
