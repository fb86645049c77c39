//! What the working tree would be in git.

use std::path::Path;

use super::{
    Repository,
    error::{Context, GitError},
    from_oid,
};
use crate::domain::{ObjectId, RepoPath};

/// Above the priority of every object directory: what is written, is written there.
const FIRST: i32 = 1000;

impl Repository {
    /// The tree that git would store of a directory of the working tree, were it added as a whole, or `None` where there
    /// is nothing to store.
    ///
    /// Ignored files, filters and file modes count as git counts them. Nothing is written: what git does not know yet is
    /// kept in memory, in a repository that is opened for this alone.
    pub fn tree_on_disk(&self, directory: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        let context = || format!("read `{directory}` in the working tree");
        let scratch = git2::Repository::open(self.git.path()).context(context)?;
        let objects = scratch.odb().context(context)?;
        objects.add_new_mempack_backend(FIRST).context(context)?;
        let mut index = scratch.index().map_err(|error| self.index_error(error))?;
        let patterns = [directory.as_str()];
        index.add_all(patterns, git2::IndexAddOption::DEFAULT, None).context(context)?;
        index.update_all(patterns, None).context(context)?;
        let tree = index.write_tree_to(&scratch).and_then(|tree| scratch.find_tree(tree)).context(context)?;
        match tree.get_path(Path::new(directory.as_str())) {
            Ok(entry) => Ok(Some(from_oid(entry.id()))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).context(context),
        }
    }
}
