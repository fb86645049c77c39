//! Bringing two lines of work together, where they do not touch the same things. Only objects are written.

use std::collections::BTreeMap;

use super::{commit::NewCommit, identity::Identity};
use crate::{
    domain::{ObjectId, RepoPath},
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
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
    /// Merges the trees of two commits; of the directory `generated` it takes what `first` has, unseen.
    pub fn merge(
        &self,
        first: ObjectId,
        second: ObjectId,
        generated: &RepoPath,
        identity: &Identity,
    ) -> Result<Merged, GitError> {
        let context = format!("merge {second} with {first}");
        let Some(common) = self.merge_base(first, second)? else {
            return Ok(Merged::Conflict(Vec::new()));
        };
        let directory = self.tree_at(first, generated.as_str())?.map(|id| (Mode::Directory, id));
        // Commits that no branch will ever have, because git merges commits.
        let with_generated = |commit, parents: &[ObjectId]| -> Result<ObjectId, GitError> {
            let changes = BTreeMap::from([(generated.clone(), directory)]);
            let spliced = self.splice(Some(self.root_tree(commit)?), &changes)?;
            self.write(&spliced.objects)?;
            self.write_commit(&NewCommit { parents, tree: spliced.root, message: "merge\n", identity }, false)
        };
        let common = with_generated(common, &[])?;
        let [first, second] = [with_generated(first, &[common])?, with_generated(second, &[common])?];
        let ran = self
            .git(context.as_str(), ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"])
            .args([first.to_string(), second.to_string()])
            // Looking for renames reads contents, which a partial clone may lack.
            .setting("merge.renames=false")
            .run()?;
        let text = ran.text();
        let mut parts = text.split_terminator('\0');
        let tree = parts.next().and_then(|id| id.parse().ok());
        match (ran.code(), tree) {
            (Some(0), Some(tree)) => Ok(Merged::Tree(tree)),
            (Some(1), Some(_)) => Ok(Merged::Conflict(parts.map(RepoPath::new).collect())),
            _ => {
                let kind = GitErrorKind::Failed { said: ran.said() };
                Err(GitError::new(format!("could not {context}"), kind))
            }
        }
    }
}
