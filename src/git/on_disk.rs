//! What the working tree would be in git.

use std::path::Path;

use super::{
    Repository,
    error::{Context, GitError},
    from_oid,
};
use crate::domain::{ObjectId, RepoPath};

impl Repository {
    /// The tree that git would store of a directory of the working tree, were it added as a whole, or `None` where there
    /// is nothing to store.
    ///
    /// It goes through a copy of the index in memory, so ignored files, filters and file modes count as git counts them.
    /// The blobs of files that git does not know yet are written; the index itself is not.
    pub fn tree_on_disk(&self, directory: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        let context = || format!("read `{directory}` in the working tree");
        let mut index = self.git.index().map_err(|error| self.index_error(error))?;
        index.read(true).map_err(|error| self.index_error(error))?;
        let patterns = [directory.as_str()];
        index.add_all(patterns, git2::IndexAddOption::DEFAULT, None).context(context)?;
        index.update_all(patterns, None).context(context)?;
        let tree = index.write_tree_to(&self.git).context(context);
        // The copy in memory is shared by later calls: forget what was added to it.
        index.read(true).map_err(|error| self.index_error(error))?;
        let tree = self.git.find_tree(tree?).context(context)?;
        match tree.get_path(Path::new(directory.as_str())) {
            Ok(entry) => Ok(Some(from_oid(entry.id()))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).context(context),
        }
    }
}
