//! The root files of a range of commits.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use super::published::{HistoryLine, Publication};
use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::Repository,
    registry::{Root, RootError, root_path},
    sync::SyncError,
};

/// The roots in a range of commits.
pub(super) struct Roots {
    /// The blob of the root in a commit, or `None` if it has none.
    pub(super) of: BTreeMap<ObjectId, Option<ObjectId>>,
    /// The oldest commit that brought a root in.
    pub(super) introduced: BTreeMap<ObjectId, ObjectId>,
    /// The version of each root, or why it cannot be read.
    pub(super) parsed: BTreeMap<ObjectId, Result<SnapshotVersion, RootError>>,
}

impl Roots {
    /// Reads the roots of the commits that brought them in, newest first, and of some others.
    pub(super) fn read(
        repository: &Repository,
        introducing: &[ObjectId],
        others: impl Iterator<Item = ObjectId>,
    ) -> Result<Self, SyncError> {
        let path = root_path();
        let (mut of, mut introduced) = (BTreeMap::new(), BTreeMap::new());
        for commit in introducing {
            let blob = repository.blob_at(*commit, path.as_str())?;
            of.insert(*commit, blob);
            introduced.extend(blob.map(|blob| (blob, *commit)));
        }
        for commit in others {
            if let Entry::Vacant(vacant) = of.entry(commit) {
                vacant.insert(repository.blob_at(commit, path.as_str())?);
            }
        }
        let blobs: BTreeSet<ObjectId> = of.values().copied().flatten().collect();
        repository.fetch_missing(blobs.iter().copied())?;
        let parse = |blob| -> Result<_, SyncError> {
            let parsed = Root::parse(&repository.blob(blob)?);
            Ok((blob, parsed.map(|root| root.version)))
        };
        let parsed = blobs.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { of, introduced, parsed })
    }

    /// Returns the root of a commit and its version, where it has one that can be read.
    pub(super) fn at(&self, commit: ObjectId) -> Option<(ObjectId, SnapshotVersion)> {
        let blob = self.of.get(&commit).copied().flatten()?;
        match self.parsed.get(&blob) {
            Some(Ok(version)) => Some((blob, *version)),
            Some(Err(_)) | None => None,
        }
    }

    /// Returns the roots that can be read, as those of a line that was merged.
    pub(super) fn publications(&self) -> impl Iterator<Item = Publication> {
        self.introduced.iter().filter_map(|(root, commit)| {
            let version = *self.parsed.get(root)?.as_ref().ok()?;
            Some(Publication { version, commit: *commit, root: *root, line: HistoryLine::Aside })
        })
    }
}
