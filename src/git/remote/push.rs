//! Pushing one commit to one branch.

use std::time::Duration;

use super::{
    failure::{Exchange, PushResult, RemoteFailure, classify},
    fetch::RemoteBranch,
};
use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        locks::lock_file,
        program::words::summary,
        repository::Repository,
    },
};

impl Repository {
    /// Pushes `commit` to a branch that is expected to be at `old`. `None` means that the branch should not exist.
    ///
    /// The push succeeds only while the branch is at `old`. Git takes an expected value for leave to force, so a commit
    /// that does not follow `old` is refused here. A failure that another attempt cannot change is an error.
    pub fn push(
        &self,
        target: &RemoteBranch,
        old: Option<ObjectId>,
        commit: ObjectId,
        timeout: Duration,
    ) -> Result<PushResult, GitError> {
        if let Some(old) = old
            && !self.is_ancestor(old, commit)?
        {
            let message = format!("{commit} does not follow {old}");
            return Ok(PushResult::Moved { failure: RemoteFailure::Unmoved, message });
        }
        let context = format!("push to `{}` of `{}`", target.short(), target.shown());
        let old = old.map_or_else(String::new, |old| old.to_string());
        let lease = format!("--force-with-lease={}:{old}", target.branch);
        let refspec = format!("{commit}:{}", target.branch);
        let program = self
            .git(
                context.as_str(),
                ["push", "--porcelain", "--no-follow-tags", &lease, "--", &target.remote, &refspec],
            )
            .without_colors()
            .timeout(timeout);
        // Git pushes submodules on demand only for branches that are named; those of people are theirs to push.
        let pushes_submodules = match self.config.get("push.recursesubmodules") {
            Some(value) => ["on-demand", "only"].contains(&value),
            None => self.config.is_true("submodule.recurse"),
        };
        let program =
            if pushes_submodules { program.setting("push.recurseSubmodules=check") } else { program };
        let program = if self.has_remote(&target.remote) {
            // A mirror pushes all its references, and accepts no branch by name.
            program.setting(format!("remote.{}.mirror=false", target.remote))
        } else {
            program
        };
        let ran = lock_file::run(program, &self.lockable(target))?;
        let out = ran.text();
        let code = if ran.status.is_none() { None } else { Some(ran.code().unwrap_or(128)) };
        match classify(Exchange { code, out: &out, err: &ran.stderr }) {
            Ok(answer) => Ok(answer),
            Err(failure) => {
                let kind = GitErrorKind::Remote { failure, message: summary(&ran.stderr) };
                Err(GitError::new(format!("could not {context}"), kind))
            }
        }
    }
}
