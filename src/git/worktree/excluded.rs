//! What Git leaves out of commits, although it is in the working tree.

use std::collections::BTreeSet;

use crate::{
    domain::RepoPath,
    git::{error::GitError, repository::Repository},
};

impl Repository {
    /// Returns the files and folders below `directory` that are not tracked and that an ignore rule matches. A folder counts
    /// for everything in it.
    pub fn ignored(&self, directory: &RepoPath) -> Result<BTreeSet<RepoPath>, GitError> {
        let context = format!("list the ignored files in `{directory}`");
        let args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
        Ok(parse(&self.git(context, args).below(directory).succeed()?.stdout))
    }

    /// Returns whether files that are tracked are left out of the working tree.
    pub fn is_sparse(&self) -> bool {
        self.config.is_true("core.sparsecheckout")
    }

    /// Returns the files below `directory` whose content Git LFS stores: a commit of them contains only a pointer to it.
    /// None where Git LFS is not set up, because Git then commits the content.
    pub fn stored_with_lfs(&self, directory: &RepoPath) -> Result<BTreeSet<RepoPath>, GitError> {
        if ["clean", "process"].iter().all(|part| self.config.get(&format!("filter.lfs.{part}")).is_none()) {
            return Ok(BTreeSet::new());
        }
        let context = format!("list the files of Git LFS in `{directory}`");
        let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
        let pathspec = format!(":(top,literal,attr:filter=lfs){directory}");
        Ok(parse(&self.git(context, args).arg(pathspec).succeed()?.stdout))
    }
}

/// Reads a list of paths that end with a zero byte; names that are not UTF-8 are shown as well as text can.
fn parse(out: &[u8]) -> BTreeSet<RepoPath> {
    let listed = String::from_utf8_lossy(out);
    listed.split_terminator('\0').map(|path| RepoPath::new(path.trim_end_matches('/'))).collect()
}
