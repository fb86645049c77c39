//! Single entries of published versions, to find out whether a held or pinned one was ever published.

use std::{cell::RefCell, collections::BTreeMap};

use super::{
    published::{Log, Publication},
    snapshots::is_present,
};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::Repository,
    registry::{Root, entry_path},
    sync::SyncError,
};

/// Looks single entries up in published versions.
pub(in crate::sync) struct Past<'a> {
    repository: &'a Repository,
    log: &'a Log,
    /// The tree of each root that was asked for, because many modules may be pinned to one version.
    trees: RefCell<BTreeMap<ObjectId, ObjectId>>,
}

/// The entry of a module in a published version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum PastEntry {
    /// The version had this one.
    Present(ObjectId),
    /// The version had none.
    Absent,
    /// The tree of the version is not in this clone.
    Missing,
}

/// The relation of a held entry to what was published before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum LastGood {
    /// A version had it.
    Same,
    /// None had it; this is what the newest one had, if any had one.
    Other(Option<ObjectId>),
    /// Not all versions are here, and none of those that are had an entry of the module.
    Unknown,
}

impl<'a> Past<'a> {
    pub(in crate::sync) const fn new(repository: &'a Repository, log: &'a Log) -> Self {
        Self { repository, log, trees: RefCell::new(BTreeMap::new()) }
    }

    fn root(&self, publication: &Publication) -> Result<Root, SyncError> {
        let untrusted = |error| SyncError::Root { commit: Some(publication.commit), last_good: None, error };
        Root::parse(&self.repository.blob(publication.root)?).map_err(untrusted)
    }

    /// Returns the entry that a version had of a module.
    pub(in crate::sync) fn entry(
        &self,
        publication: &Publication,
        name: &ModuleName,
    ) -> Result<PastEntry, SyncError> {
        let known = self.trees.borrow().get(&publication.root).copied();
        let tree = match known {
            Some(tree) => tree,
            None => self.root(publication)?.tree,
        };
        self.trees.borrow_mut().insert(publication.root, tree);
        if !is_present(self.repository, tree) {
            return Ok(PastEntry::Missing);
        }
        let entry = self.repository.blob_below(tree, &entry_path(name))?;
        Ok(entry.map_or(PastEntry::Absent, PastEntry::Present))
    }

    /// Looks for the entry `now` of a module in the versions before `version`, whose own word proves nothing.
    pub(in crate::sync) fn last_good(
        &self,
        name: &ModuleName,
        version: SnapshotVersion,
        now: Option<ObjectId>,
    ) -> Result<LastGood, SyncError> {
        let mut newest = None;
        let mut is_all_here = !self.log.is_cut_off();
        for publication in self.log.all_before(version) {
            match self.entry(publication, name)? {
                PastEntry::Present(entry) if Some(entry) == now => return Ok(LastGood::Same),
                PastEntry::Present(entry) => newest = newest.or(Some(entry)),
                PastEntry::Absent => {}
                PastEntry::Missing => is_all_here = false,
            }
        }
        let is_first = self.log.all_before(version).next().is_none();
        Ok(if newest.is_some() || is_all_here && !is_first {
            LastGood::Other(newest)
        } else {
            LastGood::Unknown
        })
    }

    /// Returns whether the oldest version of the log has the same pin of a module already.
    pub(in crate::sync) fn has_first_version_pin(
        &self,
        name: &ModuleName,
        root: &Root,
    ) -> Result<bool, SyncError> {
        if self.log.is_cut_off() {
            return Ok(true);
        }
        let Some(first) = self.log.newest_first().last() else { return Ok(true) };
        Ok(self.root(first)?.pinned.get(name) == root.pinned.get(name))
    }
}
