//! What git's attributes say of paths, wherever they are set.

use std::collections::BTreeMap;

use crate::{
    domain::RepoPath,
    git::{error::GitError, repository::Repository},
};

impl Repository {
    /// Returns the values of these attributes of a path, which need not exist, in git's words: `set`, `unset`, `unspecified`
    /// or a text.
    pub fn attributes(&self, path: &RepoPath, names: &[&str]) -> Result<BTreeMap<String, String>, GitError> {
        let check = self.git(format!("read the attributes of `{path}`"), ["check-attr", "-z"]);
        let printed = check.args(names).args(["--", path.as_str()]).succeed()?.stdout;
        let text = String::from_utf8_lossy(&printed);
        let fields: Vec<_> = text.split_terminator('\0').collect();
        // The path, the attribute, the value.
        Ok(fields.chunks_exact(3).map(|line| (line[1].to_owned(), line[2].to_owned())).collect())
    }
}
