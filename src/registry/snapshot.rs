//! One version of the registry in memory: the root, and the id of every entry.

use std::collections::BTreeMap;

use super::{Held, Pin, Root};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    object,
};

/// One version of the registry. The contents of the entries are read only when they are needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The root, or `None` if there is no registry yet.
    pub root: Option<Root>,
    /// The Git tree that is actually at `registry/modules`, or `None` if the directory does not exist.
    pub tree: Option<ObjectId>,
    /// The blob id of every entry. If they were changed by hand, a sync uses the ones that were published.
    pub entries: BTreeMap<ModuleName, ObjectId>,
}

impl Snapshot {
    /// Returns the version, 0 for a registry that does not exist yet.
    pub fn version(&self) -> SnapshotVersion {
        self.root.as_ref().map_or(SnapshotVersion::EMPTY, |root| root.version)
    }

    /// Returns whether the entries differ from those that the root names, because they were changed by hand.
    pub fn is_tampered(&self) -> bool {
        self.root.as_ref().is_some_and(|root| {
            self.tree.map_or_else(|| !object::is_empty_tree(root.tree), |tree| tree != root.tree)
        })
    }

    /// Returns the modules that are held.
    pub fn held(&self) -> BTreeMap<ModuleName, Held> {
        self.root.as_ref().map(|root| root.held.clone()).unwrap_or_default()
    }

    /// Returns the modules that are pinned.
    pub fn pinned(&self) -> BTreeMap<ModuleName, Pin> {
        self.root.as_ref().map(|root| root.pinned.clone()).unwrap_or_default()
    }
}
