//! Making a commit object. No branch moves here.

use super::{
    Identity, Repository,
    error::{Context, GitError},
    from_oid,
    read::missing,
    to_oid,
};
use crate::domain::ObjectId;

/// What a new commit holds.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// The commits it follows; none for the first one.
    pub parents: &'a [ObjectId],
    /// Its root tree, already written.
    pub tree: ObjectId,
    /// Its message, with a final newline.
    pub message: &'a str,
    /// Who made it and when.
    pub identity: &'a Identity,
}

impl Repository {
    /// Writes a commit object and gives its id. It is signed where git's settings ask for that; hooks do not run.
    pub fn commit(&self, commit: &NewCommit<'_>) -> Result<ObjectId, GitError> {
        if self.signs_commits()? {
            return self.signed_commit(commit);
        }
        let context = || "write the commit".to_owned();
        let absent = |id| move |error| GitError::new("could not write the commit", missing(error, id));
        let tree = self.git.find_tree(to_oid(commit.tree)).map_err(absent(commit.tree))?;
        let parents = commit.parents.iter();
        let parents = parents.map(|&id| self.git.find_commit(to_oid(id)).map_err(absent(id)));
        let parents = parents.collect::<Result<Vec<_>, _>>()?;
        let author = commit.identity.author.signature()?;
        let committer = commit.identity.committer.signature()?;
        let parents: Vec<_> = parents.iter().collect();
        let bytes = self.git.commit_create_buffer(&author, &committer, commit.message, &tree, &parents);
        let bytes = bytes.context(context)?;
        let odb = self.git.odb().context(context)?;
        let id = odb.write(git2::ObjectType::Commit, &bytes);
        id.map(from_oid).map_err(|error| self.write_error(&context(), error))
    }
}
