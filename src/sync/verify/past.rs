//! The versions that a history holds, to look pinned and held entries up in.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, rc::Rc};

use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::Repository,
    registry::{Root, root_path},
    sync::{SyncError, base},
};

type Entries = Rc<BTreeMap<ModuleName, ObjectId>>;

/// The roots of a history, by version; of a version that is there twice the older one.
pub(super) struct Past {
    roots: BTreeMap<SnapshotVersion, Root>,
    /// The entries of the versions that were asked for.
    entries: RefCell<BTreeMap<SnapshotVersion, Option<Entries>>>,
}

impl Past {
    pub(super) fn read(repository: &Repository, head: ObjectId) -> Result<Self, SyncError> {
        let mut blobs = Vec::new();
        repository.history(head, &root_path(), |revision| {
            blobs.push(revision.root_blob);
            ControlFlow::Continue(())
        })?;
        let mut roots = BTreeMap::new();
        for blob in blobs {
            if let Ok(root) = Root::parse(&repository.blob(blob)?) {
                roots.insert(root.version, root);
            }
        }
        Ok(Self { roots, entries: RefCell::default() })
    }

    pub(super) fn root(&self, version: SnapshotVersion) -> Option<&Root> {
        self.roots.get(&version)
    }

    /// How many versions there are between two others.
    pub(super) fn count_between(&self, after: SnapshotVersion, before: SnapshotVersion) -> u64 {
        let is_between = |version: &&SnapshotVersion| **version > after && **version < before;
        self.roots.keys().filter(is_between).count() as u64
    }

    /// The entries that a version published, unless it is not in this history.
    pub(super) fn entries(
        &self,
        repository: &Repository,
        version: SnapshotVersion,
    ) -> Result<Option<Entries>, SyncError> {
        if let Some(known) = self.entries.borrow().get(&version) {
            return Ok(known.clone());
        }
        let entries = match self.roots.get(&version) {
            Some(root) if base::is_at_hand(repository, root.tree) => {
                Some(Rc::new(base::entries_of(repository, Some(root.tree))?))
            }
            Some(_) | None => None,
        };
        self.entries.borrow_mut().insert(version, entries.clone());
        Ok(entries)
    }
}
