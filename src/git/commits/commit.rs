//! Making a commit object. No branch moves here.

use std::time::Duration;

use super::identity::Identity;
use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
};

/// The time that a person may take to unlock a key.
const UNLOCKING: Duration = Duration::from_mins(5);

/// The content of a new commit.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// The commits it follows; none for the first one.
    pub parents: &'a [ObjectId],
    /// Its root tree, already written.
    pub tree: ObjectId,
    /// Its message, with a final newline.
    pub message: &'a str,
    /// The person or program that makes it.
    pub identity: &'a Identity,
}

impl Repository {
    /// Writes a commit object and returns its id. It is signed where git's settings ask for that; no hook runs.
    pub fn commit(&self, commit: &NewCommit<'_>) -> Result<ObjectId, GitError> {
        self.write_commit(commit, self.signs_commits()?)
    }

    /// Writes a commit object, signed or not whatever the settings say.
    pub(super) fn write_commit(&self, commit: &NewCommit<'_>, is_signed: bool) -> Result<ObjectId, GitError> {
        let context = if is_signed { "sign the commit" } else { "write the commit" };
        // A message that git would take for another encoding than the one it has would be marked as such.
        let program = self.git(context, ["commit-tree", "-F", "-"]).setting("i18n.commitEncoding=UTF-8");
        let program = if is_signed { program.arg("-S").may_prompt().timeout(UNLOCKING) } else { program };
        let parents = commit.parents.iter().flat_map(|parent| ["-p".to_owned(), parent.to_string()]);
        let program = program.args(parents).arg(commit.tree.to_string()).input(commit.message);
        let ran = commit.identity.of(program).run()?;
        if ran.is_success()
            && let Some(id) = ran.id()
        {
            return Ok(id);
        }
        let failed = |kind| GitError::new(format!("could not {context}"), kind);
        let mut needed = commit.parents.iter().chain([&commit.tree]);
        if let Some(&id) = needed.find(|id| !self.contains(**id)) {
            return Err(failed(GitErrorKind::MissingObject { id }));
        }
        Err(failed(match ran.failure() {
            GitErrorKind::Failed { message } if is_signed => GitErrorKind::Unsigned { message },
            kind => kind,
        }))
    }

    /// Returns whether git's settings ask for signed commits.
    fn signs_commits(&self) -> Result<bool, GitError> {
        const SETTING: &str = "commit.gpgsign";
        if self.config.get(SETTING).is_none() {
            return Ok(false);
        }
        let asked = self.git(format!("read `{SETTING}`"), ["config", "--type=bool", "--get", SETTING]);
        Ok(asked.succeed()?.text() == "true")
    }
}
