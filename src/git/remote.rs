//! Where to push to, what is known of the branch there, and asking the remote for it.

use std::{path::PathBuf, time::Duration};

use super::{
    Repository,
    error::{Context, GitError, GitErrorKind},
    from_oid,
    push::{RemoteFailure, failure_of, gist},
    to_oid,
};
use crate::domain::ObjectId;

/// Holds what was fetched, so that it stays in the repository while a sync needs it.
pub(super) const FETCHED: &str = "refs/modreg/fetched";

/// A branch of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteBranch {
    /// The remote's name in git's settings, its address, or its path.
    pub remote: String,
    /// The branch's full name there: `refs/heads/main`.
    pub branch: String,
}

impl RemoteBranch {
    /// The branch without `refs/heads/`.
    pub fn short(&self) -> &str {
        self.branch.strip_prefix("refs/heads/").unwrap_or(&self.branch)
    }

    /// The remote as it may be shown: without the name and the password that an address can hold.
    pub fn shown(&self) -> String {
        without_credentials(&self.remote)
    }
}

impl Repository {
    /// The branch that a push of the local branch goes to, as git's settings say.
    ///
    /// The remote is the one given, else what `git push` would take; the branch is the one given, else the upstream
    /// branch where it is on that remote, else the one of the same name. Without a local branch (a detached HEAD) and
    /// without a given one there is none.
    pub fn push_target(
        &self,
        local: Option<&str>,
        remote: Option<&str>,
        branch: Option<&str>,
    ) -> Result<Option<RemoteBranch>, GitError> {
        let config = self.git.config().and_then(|mut config| config.snapshot());
        let config = config.context(|| "read git's settings".to_owned())?;
        let setting = |name: &str| config.get_string(name).ok().filter(|value| !value.is_empty());
        let of_branch = |key: &str| {
            let short = local?.strip_prefix("refs/heads/")?;
            setting(&format!("branch.{short}.{key}"))
        };
        let remote = remote
            .map(str::to_owned)
            .or_else(|| of_branch("pushremote"))
            .or_else(|| setting("remote.pushdefault"))
            .or_else(|| of_branch("remote"))
            .unwrap_or_else(|| "origin".to_owned());
        let upstream = || of_branch("merge").filter(|_| of_branch("remote").as_ref() == Some(&remote));
        let branch = match branch {
            Some(name) if name.starts_with("refs/") => Some(name.to_owned()),
            Some(name) => Some(format!("refs/heads/{name}")),
            None => upstream().or_else(|| local.map(str::to_owned)),
        };
        Ok(branch.map(|branch| RemoteBranch { remote, branch }))
    }

    /// Whether git's settings name this remote.
    pub fn has_remote(&self, name: &str) -> bool {
        self.git.find_remote(name).is_ok()
    }

    /// Whether git can tell where this remote is: its settings name it, or it is an address or a folder itself.
    pub fn can_find(&self, remote: &str) -> bool {
        let folder = self.workdir().unwrap_or(self.common_dir());
        self.has_remote(remote) || remote.contains(['/', ':']) || folder.join(remote).exists()
    }

    /// The commit that the remote's branch had when it was last looked at.
    pub fn tracked(&self, target: &RemoteBranch) -> Option<ObjectId> {
        self.git.refname_to_id(&self.tracking(target)?).ok().map(from_oid)
    }

    /// The reference that says where the remote's branch was when it was last looked at.
    fn tracking(&self, target: &RemoteBranch) -> Option<String> {
        let remote = self.git.find_remote(&target.remote).ok()?;
        remote
            .refspecs()
            .filter(|spec| spec.direction() == git2::Direction::Fetch && spec.src_matches(&target.branch))
            .find_map(|spec| spec.transform(&target.branch).ok()?.as_str().ok().map(str::to_owned))
    }

    /// What a fetch from a remote or a push to it may lock.
    pub(super) fn lockable(&self, target: &RemoteBranch) -> Vec<PathBuf> {
        let names = [Some(FETCHED.to_owned()), Some("shallow".to_owned()), self.tracking(target)];
        names.into_iter().flatten().map(|name| self.common_dir().join(name)).collect()
    }

    /// Asks the remote for its branch, and gives its commit, which is then in the repository with all that it needs;
    /// `None` where there is no such branch.
    pub fn fetch(&self, target: &RemoteBranch, timeout: Duration) -> Result<Option<ObjectId>, GitError> {
        let context = format!("fetch `{}` from `{}`", target.short(), target.shown());
        let refspec = format!("+{}:{FETCHED}", target.branch);
        let args = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            // A partial clone gets the contents too: they are about to be compiled.
            "--no-filter",
            "--",
            &target.remote,
            &refspec,
        ];
        let ran = self.run_noted(self.networked(&context, args, timeout), &self.lockable(target))?;
        if ran.is_success() {
            let id = self.git.refname_to_id(FETCHED);
            return id.map(from_oid).map(Some).context(|| "read what was fetched".to_owned());
        }
        if ran.err.contains("couldn't find remote ref") {
            return Ok(None);
        }
        let failure = match failure_of(&ran.err) {
            _ if ran.status.is_none() => RemoteFailure::TimedOut,
            Some(failure) => failure,
            None => RemoteFailure::Unreachable,
        };
        let kind = GitErrorKind::Remote { failure, said: gist(&ran.err) };
        Err(GitError::new(format!("could not {context}"), kind))
    }

    /// Lets go of what was fetched.
    pub fn forget_fetched(&self) {
        if let Ok(mut reference) = self.git.find_reference(FETCHED) {
            // One that stays is overwritten by the next fetch.
            let _ = reference.delete();
        }
    }

    /// Whether `ancestor` is `descendant` or in its history.
    pub fn is_ancestor(&self, ancestor: ObjectId, descendant: ObjectId) -> Result<bool, GitError> {
        if ancestor == descendant {
            return Ok(true);
        }
        match self.git.graph_descendant_of(to_oid(descendant), to_oid(ancestor)) {
            // What is not in the repository is in nobody's history here.
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(false),
            answer => answer.context(|| format!("compare {ancestor} with {descendant}")),
        }
    }

    /// Moves the branch that HEAD is on to a commit that descends from it, with the whole working tree, as
    /// `git merge --ff-only` does: where a changed file would be lost, nothing happens at all.
    pub fn fast_forward(&self, commit: ObjectId, timeout: Duration) -> Result<(), GitError> {
        let context = format!("bring the checkout to {commit}");
        let args = ["merge", "--quiet", "--ff-only", "--no-stat", "--no-autostash", &commit.to_string()]
            .map(str::to_owned);
        let mut locked: Vec<_> =
            ["index", "HEAD", "ORIG_HEAD"].iter().map(|name| self.git.path().join(name)).collect();
        locked.extend(self.head()?.branch().map(|branch| self.common_dir().join(branch)));
        let ran = self.run_noted(self.networked(&context, args, timeout), &locked)?;
        if ran.is_success() {
            return Ok(());
        }
        let kind = GitErrorKind::InvalidInput { reason: gist(&ran.err) };
        Err(GitError::new(format!("could not {context}"), kind))
    }
}

/// A text with the credentials of all addresses in it taken out.
pub(super) fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (scheme, address) = rest.split_at(at + "://".len());
        shown.push_str(scheme);
        let is_end = |c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"';
        let authority = &address[..address.find(is_end).unwrap_or(address.len())];
        rest = authority.rfind('@').map_or(address, |at| &address[at + 1..]);
    }
    shown.push_str(rest);
    shown
}
