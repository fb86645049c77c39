//! Writing objects, and new root trees around the registry.

use std::collections::{BTreeMap, BTreeSet};

use super::pack::pack;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
    object::{Mode, Object, SpliceError, Spliced, splice},
};

/// Up to this many objects are cheaper as one file each than as a pack with its index.
const LOOSE_LIMIT: usize = 100;

impl Repository {
    /// Writes the objects, flushed to the disk according to git's settings.
    ///
    /// Git is given all of them, also those that are there: so that a collection of garbage, which may run at this
    /// moment, takes none of them for old.
    pub fn write(&self, objects: &[Object]) -> Result<(), GitError> {
        let mut seen = BTreeSet::new();
        let objects: Vec<_> = objects.iter().filter(|object| seen.insert(object.id())).collect();
        let context = "write to the object database";
        let failed = |error| GitError::io(format!("could not {context}"), self.objects(), error);
        let bytes = pack(self.format(), &objects).map_err(failed)?;
        let args: &[&str] =
            if objects.len() <= LOOSE_LIMIT { &["unpack-objects", "-q"] } else { &["index-pack", "--stdin"] };
        self.git(context, args).input(bytes).succeed()?;
        // Otherwise a pack that is new would be found only after a search for an object that is in none.
        self.database.refresh().map_err(|error| {
            GitError::new("could not read the object database", GitErrorKind::Objects(error))
        })
    }

    /// Returns the root tree that `changes` make of `root`: each path becomes a file or a whole directory, or goes away.
    ///
    /// Every other entry is kept as it is. Nothing is written: [`Spliced::objects`] has to be.
    pub fn splice(
        &self,
        root: Option<ObjectId>,
        changes: &BTreeMap<RepoPath, Option<(Mode, ObjectId)>>,
    ) -> Result<Spliced, GitError> {
        let read = |id| self.read(id, git2::ObjectType::Tree);
        splice(self.format(), root, changes, read).map_err(|error| {
            let kind = match error {
                SpliceError::Read(error) => return error,
                SpliceError::NotADirectory(path) => GitErrorKind::InTheWay { path },
                SpliceError::Damaged(id, damage) => {
                    GitErrorKind::DamagedObject { id, reason: damage.to_string() }
                }
            };
            GitError::new("could not build the new tree", kind)
        })
    }
}
