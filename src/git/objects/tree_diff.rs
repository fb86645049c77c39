//! Comparing two trees, without reading what they have in common.

use std::collections::BTreeMap;

use crate::{
    domain::{ObjectId, RepoPath},
    git::{error::GitError, repository::Repository},
    object::{Mode, TreeEntry, is_empty_tree},
};

/// A file that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its path.
    pub path: RepoPath,
    /// Its object in the old tree.
    pub old: Option<ObjectId>,
    /// Its object in the new tree; the same as the old one where only the mode differs.
    pub new: Option<ObjectId>,
}

impl Repository {
    /// Returns the files that differ between two trees, sorted by path; `None` is the empty tree.
    pub fn differences(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
    ) -> Result<Vec<Difference>, GitError> {
        let mut differences = Vec::new();
        self.compare(old, new, "", &mut differences)?;
        differences.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(differences)
    }

    fn compare(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        prefix: &str,
        differences: &mut Vec<Difference>,
    ) -> Result<(), GitError> {
        if old == new {
            return Ok(());
        }
        let mut pairs: BTreeMap<Vec<u8>, [Option<TreeEntry>; 2]> = BTreeMap::new();
        for (side, tree) in [old, new].into_iter().enumerate() {
            let Some(tree) = tree.filter(|tree| !is_empty_tree(*tree)) else { continue };
            for entry in self.entries(tree)? {
                let name = entry.name.clone();
                pairs.entry(name).or_default()[side] = Some(entry);
            }
        }
        for (name, [old, new]) in pairs.into_iter().filter(|(_, [old, new])| old != new) {
            let path = format!("{prefix}{}", String::from_utf8_lossy(&name));
            let (old_tree, old_file) = split(old.as_ref());
            let (new_tree, new_file) = split(new.as_ref());
            self.compare(old_tree, new_tree, &format!("{path}/"), differences)?;
            if old_file.is_some() || new_file.is_some() {
                differences.push(Difference { path: RepoPath::new(path), old: old_file, new: new_file });
            }
        }
        Ok(())
    }
}

/// Returns the tree or the file that an entry is.
fn split(entry: Option<&TreeEntry>) -> (Option<ObjectId>, Option<ObjectId>) {
    match entry {
        Some(entry) if entry.mode == Mode::Directory => (Some(entry.id), None),
        Some(entry) => (None, Some(entry.id)),
        None => (None, None),
    }
}
