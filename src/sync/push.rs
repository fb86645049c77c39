//! Publishing to a remote: compile on the newest head that is known, push, and where others were faster, start anew on
//! what they published.
//!
//! Invariant: a new snapshot becomes visible at the remote first, and only what the remote has accepted moves the local
//! branch. Nothing is forced, and no generated file is ever merged or carried over: every attempt compiles its base.
//! What people committed on both sides is merged as `git pull` would, or left to them where both changed the same.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use super::{
    Draft, Outcome, Request, Started, SyncError, Verdict, base,
    checkout::Checkout,
    follow::target,
    losses::{Losses, Lost},
    prepare::{Prepared, prepare},
    publish::{self, Written},
};
use crate::{
    domain::{ModuleName, ObjectId, RepoPath},
    git::{Answer, Head, Merged, NewCommit, RemoteBranch, RemoteFailure, Repository, SyncLock},
    registry::{Pin, REGISTRY, Snapshot, root_path},
};

/// The first wait is for a random time up to the length of an attempt, or up to this; the bound doubles with each loss.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(250);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Where and how to push.
pub struct Push<'a> {
    /// The remote, where the caller names one.
    pub remote: Option<String>,
    /// Waits before another attempt, for a random time up to the given one.
    pub wait: &'a dyn Fn(Duration),
}

impl fmt::Debug for Push<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Push").field("remote", &self.remote).finish_non_exhaustive()
    }
}

/// What became of a push.
#[derive(Debug)]
pub struct Pushed {
    /// Where to.
    pub target: RemoteBranch,
    /// The commit with the snapshot.
    pub commit: ObjectId,
    /// How the commit came to be there.
    pub arrival: Arrival,
    /// How often it was tried.
    pub attempts: usize,
    /// Why the local branch and its checkout could not follow, if they could not.
    pub left_behind: Option<SyncError>,
}

/// How a commit came to be on the remote branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// This run pushed it.
    Pushed,
    /// It was there, or all of the registry that it holds.
    AlreadyThere,
}

/// What stays the same over all attempts.
struct Run<'a> {
    repository: &'a Repository,
    lock: &'a SyncLock,
    request: &'a Request<'a>,
    target: RemoteBranch,
    /// How long one exchange with the remote may take.
    timeout: Duration,
}

/// Where HEAD stands.
struct Local {
    branch: Option<String>,
    commit: ObjectId,
}

impl Local {
    fn of(repository: &Repository) -> Result<Self, SyncError> {
        let head = repository.head()?;
        let commit = head.require_commit()?;
        let branch = match head {
            Head::Branch { branch, .. } => Some(branch),
            Head::Unborn { .. } | Head::Detached { .. } => None,
        };
        Ok(Self { branch, commit })
    }
}

/// The next snapshot on top of one base, ready to be pushed.
struct Candidate {
    previous: Snapshot,
    draft: Draft,
    /// What was written for it; nothing where the base says it all.
    written: Option<Written>,
}

/// Compiles, commits and pushes, with the lock held.
pub(super) fn sync(
    repository: &Repository,
    lock: &SyncLock,
    request: &Request<'_>,
    push: &Push<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let local = Local::of(repository)?;
    repository.require_unlocked_for_push(local.branch.as_deref())?;
    let settings = base::compiler_at(repository, local.commit)?.settings.push;
    let target = target(repository, local.branch.as_deref(), push.remote.as_deref(), &settings)?;
    let run = Run { repository, lock, request, target, timeout: settings.timeout };
    let ended = run.attempts(settings.attempts, push.wait, started);
    repository.forget_fetched();
    ended
}

impl Run<'_> {
    fn attempts(
        &self,
        attempts: usize,
        wait: &dyn Fn(Duration),
        started: Started<'_>,
    ) -> Result<Outcome, SyncError> {
        let mut remote = match self.repository.tracked(&self.target)? {
            Some(tracked) => Some(tracked),
            None => self.fetch()?,
        };
        let mut length = SHORTEST_ATTEMPT;
        let mut losses = Losses::default();
        for attempt in 1..=attempts {
            let began = Instant::now();
            let local = Local::of(self.repository)?;
            let base = match self.newer(local.commit, remote)? {
                Some(base) => base,
                None if attempt == 1 => {
                    // What was known of the remote may be old.
                    remote = self.fetch()?;
                    self.base(local.commit, remote)?
                }
                None => self.base(local.commit, remote)?,
            };
            let compiler = base::compiler_at(self.repository, base)?;
            let prepared = prepare(self.repository, base, &compiler, &self.request.scope, started)?;
            let Prepared { previous, draft, remarks, read } = prepared;
            if let Some(refusal) = publish::refuse(&previous, &draft, &compiler, self.request) {
                let verdict = Verdict::Refused(refusal);
                return Ok(Outcome { previous, draft, verdict, remarks, read, pushed: None });
            }
            let checkout = Checkout::of(self.repository, self.lock, local.commit)?;
            let candidate = self.build(base, previous, draft, &checkout)?;
            let commit = candidate.written.as_ref().map_or(base, |written| written.commit);
            let arrival = if candidate.written.is_none() && self.says_the_same(base, remote)? {
                Arrival::AlreadyThere
            } else if let Some(lost) = self.push(remote, commit)? {
                length = length.max(began.elapsed());
                if attempt < attempts {
                    wait(longest_wait(length, attempt));
                }
                let expected = remote;
                remote = self.fetch()?;
                if losses.add(lost, remote != expected).is_hopeless() {
                    break;
                }
                continue;
            } else {
                Arrival::Pushed
            };
            let left_behind = self.follow(&local, remote, base, &candidate, &checkout).err();
            let Candidate { previous, draft, written } = candidate;
            let verdict = match written {
                None => Verdict::Unchanged,
                Some(Written { commit, identity, .. }) => {
                    Verdict::Committed { commit, behind: None, is_anonymous: identity.is_fallback() }
                }
            };
            let target = self.target.clone();
            let pushed = Some(Pushed { target, commit, arrival, attempts: attempt, left_behind });
            return Ok(Outcome { previous, draft, verdict, remarks, read, pushed });
        }
        Err(losses.error(self.shown(), attempts))
    }

    /// The commit to compile: the newer of the local and the remote head, or both merged.
    fn base(&self, local: ObjectId, remote: Option<ObjectId>) -> Result<ObjectId, SyncError> {
        match (self.newer(local, remote)?, remote) {
            (Some(newer), _) => Ok(newer),
            (None, None) => Ok(local),
            (None, Some(remote)) => self.merge(local, remote),
        }
    }

    /// The newer of the local and the remote head, or `None` where each has commits that the other lacks.
    fn newer(&self, local: ObjectId, remote: Option<ObjectId>) -> Result<Option<ObjectId>, SyncError> {
        let Some(remote) = remote else { return Ok(Some(local)) };
        if self.repository.is_ancestor(remote, local)? {
            Ok(Some(local))
        } else if self.repository.is_ancestor(local, remote)? {
            Ok(Some(remote))
        } else {
            Ok(None)
        }
    }

    /// Merges what people committed here and there. The registry is the remote's: it is compiled anew anyway.
    fn merge(&self, local: ObjectId, remote: ObjectId) -> Result<ObjectId, SyncError> {
        if let Some(common) = self.repository.merge_base(remote, local)?
            && self.pinned(local)? != self.pinned(common)?
        {
            // A rollback or its end is a decision, not something that can be compiled anew.
            return Err(SyncError::Diverged { branch: self.shown(), paths: vec![root_path()] });
        }
        let identity = self.repository.identity()?;
        let tree = match self.repository.merge(remote, local, &RepoPath::new(REGISTRY), &identity)? {
            Merged::Tree(tree) => tree,
            Merged::Conflict(paths) => return Err(SyncError::Diverged { branch: self.shown(), paths }),
        };
        let message = format!("Merge {}\n", self.shown());
        let commit = NewCommit { parents: &[remote, local], tree, message: &message, identity: &identity };
        Ok(self.repository.commit(&commit)?)
    }

    fn pinned(&self, commit: ObjectId) -> Result<BTreeMap<ModuleName, Pin>, SyncError> {
        Ok(base::snapshot_at(self.repository, commit)?.pinned())
    }

    fn build(
        &self,
        base: ObjectId,
        previous: Snapshot,
        draft: Draft,
        checkout: &Checkout<'_>,
    ) -> Result<Candidate, SyncError> {
        let Some(root) = &draft.root else {
            return Ok(Candidate { previous, draft, written: None });
        };
        let objects = publish::objects(self.repository, base, &previous, &draft, root)?;
        checkout.make_ready(&objects.files)?;
        let written = publish::write(self.repository, base, objects, &previous, &draft, root, self.request)?;
        Ok(Candidate { previous, draft, written: Some(written) })
    }

    /// Whether the remote has the registry of `base`, so that nothing of it waits to be pushed.
    fn says_the_same(&self, base: ObjectId, remote: Option<ObjectId>) -> Result<bool, SyncError> {
        let Some(remote) = remote else { return Ok(false) };
        let registry = |commit| self.repository.tree_at(commit, REGISTRY);
        Ok(base == remote || registry(base)? == registry(remote)?)
    }

    /// Pushes, and tells what went wrong where the remote does not have the commit now, and another attempt can help.
    fn push(&self, old: Option<ObjectId>, commit: ObjectId) -> Result<Option<Lost>, SyncError> {
        let lost = match self.repository.push(&self.target, old, commit, self.timeout)? {
            Answer::Taken => return Ok(None),
            Answer::Moved { failure, said } => return Ok(Some(Lost { failure, said })),
            Answer::Unknown { failure, said } => Lost { failure, said },
        };
        // The answer may have been lost on the way, after the push arrived.
        match self.fetch() {
            Ok(Some(remote)) if self.repository.is_ancestor(commit, remote)? => Ok(None),
            Ok(_) if lost.failure != RemoteFailure::TimedOut => Ok(Some(lost)),
            Ok(_) | Err(_) => Err(lost.error(&self.shown())),
        }
    }

    /// Moves the local branch to what the remote accepted, and brings the checkout up to date.
    ///
    /// Where the remote had other people's commits, the whole working tree follows, as `git merge --ff-only` does it:
    /// not at all where uncommitted work is in the way. A detached HEAD stays where it is, and so does a branch whose
    /// merge with the remote's gave no new snapshot, for then nothing was published.
    fn follow(
        &self,
        local: &Local,
        remote: Option<ObjectId>,
        base: ObjectId,
        candidate: &Candidate,
        checkout: &Checkout<'_>,
    ) -> Result<(), SyncError> {
        let Some(branch) = &local.branch else { return Ok(()) };
        match &candidate.written {
            Some(written) if base == local.commit => {
                written.move_branch(self.repository, self.lock, branch, Some(local.commit))?;
                checkout.bring_to(&written.objects.files, written.commit)
            }
            None if base == local.commit => checkout.mend(),
            None if Some(base) != remote => Ok(()),
            written => {
                let commit = written.as_ref().map_or(base, |written| written.commit);
                checkout.mend()?;
                self.repository.fast_forward(self.lock, local.commit, commit)?;
                self.move_branch(branch, local.commit, commit)
            }
        }
    }

    /// Moves the branch to a commit that descends from it.
    fn move_branch(&self, branch: &str, old: ObjectId, new: ObjectId) -> Result<(), SyncError> {
        let who = self.repository.identity()?;
        let reflog = format!("modreg {}: fast-forward to {}", self.request.scope.verb(), self.shown());
        Ok(self.repository.move_branch(self.lock, branch, Some(old), new, &who, &reflog)?)
    }

    fn fetch(&self) -> Result<Option<ObjectId>, SyncError> {
        Ok(self.repository.fetch(&self.target, self.timeout)?)
    }

    fn shown(&self) -> String {
        format!("{} of {}", self.target.short(), self.target.shown())
    }
}

/// The longest wait after a lost attempt: exponential, as the number of others is not known, and in the measure of how long
/// an attempt takes, for shorter waits would not keep two apart.
fn longest_wait(length: Duration, attempt: usize) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    length.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let length = Duration::from_millis(300);
        for (attempt, expected) in [(1, 300), (2, 600), (3, 1200), (7, 19_200), (8, 20_000), (98, 20_000)] {
            assert_eq!(longest_wait(length, attempt), Duration::from_millis(expected), "{attempt}");
        }
    }
}
