//! Bringing two lines of work together, where they do not touch the same things. Only objects are written.

use std::collections::BTreeMap;

use super::{
    Repository,
    error::{Context, GitError},
    from_oid, to_oid,
};
use crate::{
    domain::{ObjectId, RepoPath},
    object::Mode,
};

/// What two commits have become together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// The root tree with the work of both.
    Tree(ObjectId),
    /// Both changed the same; a person has to decide. Empty where they have no common history here.
    Conflict(Vec<RepoPath>),
}

impl Repository {
    /// The newest commit that two others have in their past, if there is one here.
    pub fn merge_base(&self, first: ObjectId, second: ObjectId) -> Result<Option<ObjectId>, GitError> {
        match self.git.merge_base(to_oid(first), to_oid(second)) {
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            found => Ok(Some(from_oid(found.context(|| format!("compare {second} with {first}"))?))),
        }
    }

    /// Merges the trees of two commits; of the directory `generated` it takes what `first` has, unseen.
    pub fn merge(&self, first: ObjectId, second: ObjectId, generated: &RepoPath) -> Result<Merged, GitError> {
        let context = || format!("merge {second} with {first}");
        let Some(common) = self.merge_base(first, second)? else {
            return Ok(Merged::Conflict(Vec::new()));
        };
        let directory = self.tree_at(first, generated.as_str())?.map(|id| (Mode::Directory, id));
        let with_generated = |commit| -> Result<git2::Tree<'_>, GitError> {
            let changes = BTreeMap::from([(generated.clone(), directory)]);
            let spliced = self.splice(Some(self.root_tree(commit)?), &changes)?;
            self.write(&spliced.objects)?;
            self.git.find_tree(to_oid(spliced.root)).context(context)
        };
        let (common, first, second) =
            (with_generated(common)?, with_generated(first)?, with_generated(second)?);
        let mut options = git2::MergeOptions::new();
        // Looking for renames reads contents, which a partial clone may lack.
        options.find_renames(false);
        let merged = self.git.merge_trees(&common, &first, &second, Some(&options));
        let mut index = merged.context(context)?;
        if index.has_conflicts() {
            let conflicts = index.conflicts().context(context)?;
            let paths = conflicts.filter_map(|conflict| {
                let conflict = conflict.ok()?;
                let entry = conflict.our.or(conflict.their).or(conflict.ancestor)?;
                Some(RepoPath::new(String::from_utf8_lossy(&entry.path).into_owned()))
            });
            return Ok(Merged::Conflict(paths.collect()));
        }
        index.write_tree_to(&self.git).map(|id| Merged::Tree(from_oid(id))).context(context)
    }
}
