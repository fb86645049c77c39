//! Where to push to, what is known of the branch there, and asking the remote for it.

use std::{path::PathBuf, time::Duration};

use super::failure::{RemoteFailure, failure_of};
use crate::{
    domain::ObjectId,
    git::{
        error::{GitError, GitErrorKind},
        locks::lock_file,
        program::messages,
        program::words::{summary, without_credentials},
        repository::Repository,
    },
};

/// Holds what was fetched, so that it stays in the repository while a sync needs it.
const FETCHED: &str = "refs/modreg/fetched";

/// A branch of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteBranch {
    /// The remote's name in git's settings, its address, or its path.
    pub remote: String,
    /// The branch's full name there: `refs/heads/main`.
    pub branch: String,
}

impl RemoteBranch {
    /// Returns the branch without `refs/heads/`.
    pub fn short(&self) -> &str {
        self.branch.strip_prefix("refs/heads/").unwrap_or(&self.branch)
    }

    /// Returns the remote as it may be shown: without the name and the password that an address can hold.
    pub fn shown(&self) -> String {
        without_credentials(&self.remote)
    }
}

impl Repository {
    /// Returns the branch that a push of the local branch goes to, according to git's settings.
    ///
    /// The remote is the one given, else what `git push` would take; the branch is the one given, else the upstream
    /// branch where it is on that remote, else the one of the same name. Without a local branch (a detached HEAD) and
    /// without a given one there is none.
    pub fn push_target(
        &self,
        local: Option<&str>,
        remote: Option<&str>,
        branch: Option<&str>,
    ) -> Option<RemoteBranch> {
        let setting = |name: &str| self.config.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let of_branch = |key: &str| {
            let short = local?.strip_prefix("refs/heads/")?;
            setting(&format!("branch.{short}.{key}"))
        };
        let remote = remote
            .map(str::to_owned)
            .or_else(|| of_branch("pushremote"))
            .or_else(|| setting("remote.pushdefault"))
            .or_else(|| of_branch("remote"))
            .or_else(|| self.only_remote().map(str::to_owned))
            .unwrap_or_else(|| "origin".to_owned());
        let remote = self.remote_at(&remote).map_or(remote.clone(), str::to_owned);
        let upstream = || of_branch("merge").filter(|_| of_branch("remote").as_ref() == Some(&remote));
        let branch = match branch {
            Some(name) if name.starts_with("refs/") => Some(name.to_owned()),
            Some(name) => Some(format!("refs/heads/{name}")),
            None => upstream().or_else(|| local.map(str::to_owned)),
        };
        branch.map(|branch| RemoteBranch { remote, branch })
    }

    /// Returns the remote that git's settings name, where they name one alone.
    fn only_remote(&self) -> Option<&str> {
        let mut remotes = self.config.middles("remote.", ".url");
        remotes.next().filter(|_| remotes.next().is_none())
    }

    /// Returns the remote that git's settings name for an address.
    fn remote_at(&self, address: &str) -> Option<&str> {
        let mut remotes = self.config.middles("remote.", ".url");
        remotes.find(|name| self.config.get(&format!("remote.{name}.url")) == Some(address))
    }

    /// Returns whether git's settings name this remote.
    pub fn has_remote(&self, name: &str) -> bool {
        self.config.has_section(&format!("remote.{name}."))
    }

    /// Returns the names of the remotes that have an address, sorted.
    pub fn remotes(&self) -> Vec<String> {
        self.config.middles("remote.", ".url").map(str::to_owned).collect()
    }

    /// Returns whether the settings define where a branch is pushed to.
    pub fn has_upstream(&self, branch: &str) -> bool {
        self.config.get(&format!("branch.{branch}.remote")).is_some()
    }

    /// Returns whether git can find this remote: its settings name it, or it is an address or a folder itself.
    pub fn can_find(&self, remote: &str) -> bool {
        self.has_remote(remote) || remote.contains(['/', ':']) || self.top().join(remote).exists()
    }

    /// Returns the commit that the remote's branch had when it was last looked at.
    pub fn tracked(&self, target: &RemoteBranch) -> Result<Option<ObjectId>, GitError> {
        self.tracking(target).map_or(Ok(None), |name| self.reference(&name))
    }

    /// Returns the commit where a history left the remote's branch, as git remembers that branch's earlier commits; `None`
    /// if git remembers none.
    pub fn fork_point(&self, target: &RemoteBranch, commit: ObjectId) -> Result<Option<ObjectId>, GitError> {
        let Some(tracking) = self.tracking(target) else { return Ok(None) };
        if self.reference(&tracking)?.is_none() {
            return Ok(None);
        }
        let args = ["merge-base", "--fork-point", &tracking, &commit.to_string()];
        let ran = self.git(format!("find where {commit} left `{}`", target.short()), args).run()?;
        Ok(ran.id().filter(|_| ran.is_success()))
    }

    /// Returns the name of the tracking reference, which records the position of the remote's branch when it was last
    /// fetched.
    fn tracking(&self, target: &RemoteBranch) -> Option<String> {
        let specs = self.config.all(&format!("remote.{}.fetch", target.remote));
        let name = specs.iter().find_map(|spec| tracking(spec, &target.branch))?;
        // A mirror's own branches say nothing of where the remote's are.
        (!name.starts_with("refs/heads/")).then_some(name)
    }

    /// Returns what a fetch from a remote or a push to it may lock.
    pub(super) fn lockable(&self, target: &RemoteBranch) -> Vec<PathBuf> {
        let tracking = self.tracking(target);
        let names = [FETCHED, "shallow", "reftable/tables.list"].into_iter().chain(tracking.as_deref());
        names.map(|name| self.path_of(name)).collect()
    }

    /// Fetches the branch of the remote, and returns its commit, or `None` if the branch does not exist.
    pub fn fetch(&self, target: &RemoteBranch, timeout: Duration) -> Result<Option<ObjectId>, GitError> {
        let context = format!("fetch `{}` from `{}`", target.short(), target.shown());
        let refspec = format!("+{}:{FETCHED}", target.branch);
        let program = self
            .git(context.as_str(), ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"])
            // A partial clone gets the contents too: they are about to be compiled.
            .args(["--no-write-fetch-head", "--no-auto-maintenance", "--no-filter"])
            // The settings may have git move local branches as well, as those of a mirror do: only these two move.
            .args(["--refmap=", "--", &target.remote, &refspec])
            .args(self.tracking(target).map(|tracking| format!("+{}:{tracking}", target.branch)))
            .without_colors()
            .timeout(timeout);
        let ran = lock_file::run(program, &self.lockable(target))?;
        if ran.is_success() {
            return self.reference(FETCHED);
        }
        if messages::is_missing_branch(&ran.stderr) {
            return Ok(None);
        }
        let failure = match failure_of(&ran.stderr) {
            _ if ran.status.is_none() => RemoteFailure::TimedOut,
            Some(failure) => failure,
            None => match self.failure(&ran) {
                kind @ GitErrorKind::Locked { .. } => {
                    return Err(GitError::new(format!("could not {context}"), kind));
                }
                _ => RemoteFailure::Unreachable,
            },
        };
        let kind = GitErrorKind::Remote { failure, message: summary(&ran.stderr) };
        Err(GitError::new(format!("could not {context}"), kind))
    }

    /// Fetches the whole history of a remote's branch into a shallow clone.
    pub fn deepen(&self, target: &RemoteBranch, timeout: Duration) -> Result<(), GitError> {
        let context = format!("fetch the history of `{}` from `{}`", target.short(), target.shown());
        let program = self
            .git(
                context.as_str(),
                ["fetch", "--quiet", "--unshallow", "--no-tags", "--no-recurse-submodules"],
            )
            .args(["--no-write-fetch-head", "--no-auto-maintenance", "--refmap="])
            .args(["--", &target.remote, &format!("+{}:{FETCHED}", target.branch)])
            .without_colors()
            .timeout(timeout);
        let ran = lock_file::run(program, &self.lockable(target))?;
        if !ran.is_success() {
            let failure =
                if ran.status.is_none() { RemoteFailure::TimedOut } else { RemoteFailure::Unreachable };
            let kind = GitErrorKind::Remote { failure, message: summary(&ran.stderr) };
            return Err(GitError::new(format!("could not {context}"), kind));
        }
        self.refresh_is_shallow()
    }

    /// Fails if a lock would keep what is fetched from being held or let go of, or the local branch from following.
    pub fn require_unlocked_for_push(&self, branch: Option<&str>) -> Result<(), GitError> {
        let names = [FETCHED, "packed-refs", "reftable/tables.list", "HEAD"];
        names.into_iter().chain(branch).try_for_each(|name| self.require_unlocked(name))
    }

    /// Deletes the reference that holds the fetched commit.
    pub fn forget_fetched(&self) {
        let locked = [FETCHED, "packed-refs", "reftable/tables.list"].map(|name| self.path_of(name));
        // One that stays is overwritten by the next fetch.
        let _ = lock_file::run(self.git("forget what was fetched", ["update-ref", "-d", FETCHED]), &locked);
    }
}

/// Returns the reference to which a refspec such as `+refs/heads/*:refs/remotes/origin/*` maps a branch (`git help fetch`).
fn tracking(refspec: &str, branch: &str) -> Option<String> {
    let (source, target) = refspec.strip_prefix('+').unwrap_or(refspec).split_once(':')?;
    let Some((before, after)) = source.split_once('*') else {
        return (source == branch).then(|| target.to_owned());
    };
    let middle = branch.strip_prefix(before)?.strip_suffix(after)?;
    Some(target.replacen('*', middle, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refspecs_say_where_a_branch_is_tracked() {
        for (refspec, expected) in [
            ("+refs/heads/*:refs/remotes/origin/*", Some("refs/remotes/origin/team/main")),
            ("refs/heads/team/main:refs/remotes/o/m", Some("refs/remotes/o/m")),
            ("+refs/*:refs/*", Some("refs/heads/team/main")),
            ("refs/heads/other:refs/remotes/o/m", None),
            ("^refs/heads/team/main", None),
        ] {
            assert_eq!(tracking(refspec, "refs/heads/team/main").as_deref(), expected, "{refspec}");
        }
    }
}
