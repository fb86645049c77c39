//! Getting objects that a partial clone left at its remote, through the `git` program, as git itself does.

use std::time::Duration;

use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        repository::Repository,
    },
};

/// The time within which the remote has to send what is missing.
const TIMEOUT: Duration = Duration::from_mins(5);

impl Repository {
    /// Fetches objects that a partial clone lacks, all at once. In other repositories there is nothing to do: what they
    /// lack is lost.
    pub(in crate::git) fn fetch_objects(&self, ids: &[ObjectId]) -> Result<(), GitError> {
        let (Some(remote), Some(&first)) = (self.promisor(), ids.first()) else { return Ok(()) };
        let context = format!("fetch {} objects", ids.len());
        let names = ids.iter().map(ObjectId::to_string).collect::<Vec<_>>().join("\n");
        let ran = self
            .git(context.as_str(), ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"])
            .args([
                "--recurse-submodules=no",
                "--no-auto-maintenance",
                "--filter=blob:none",
                "--stdin",
                remote,
            ])
            .setting("fetch.negotiationAlgorithm=noop")
            .input(names)
            .timeout(TIMEOUT)
            .run()?;
        if ran.is_success() {
            return Ok(());
        }
        let kind = GitErrorKind::Unfetched { id: first, remote: remote.to_owned(), reason: ran.message() };
        Err(GitError::new(format!("could not {context}"), kind))
    }

    /// Returns the remote that a partial clone gets what it lacks from.
    fn promisor(&self) -> Option<&str> {
        let is_promisor = |remote: &&str| self.config.is_true(&format!("remote.{remote}.promisor"));
        let named = self.config.get("extensions.partialclone");
        named.or_else(|| self.config.middles("remote.", ".promisor").find(is_promisor))
    }
}
