//! Publishing to a remote: compile on the newest head that is known, push, and where others were faster, compile what they
//! published.
//!
//! Invariant: a new snapshot becomes visible at the remote first, and only what the remote has accepted moves the local
//! branch. Nothing is forced, rebased or merged: what people have to decide is refused with what they can do.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::{
    attempt::{Attempt, Run, Start, outcome},
    checkout::Checkout,
    failed_attempts::{FailedAttempt, FailedAttempts},
    follow::{deepen_target, target},
    last_seen,
    local_head::LocalHead,
    moving,
    own_commits::{OwnCommit, OwnCommits},
};
use crate::{
    domain::ObjectId,
    git::{PushResult, Range, RemoteBranch, RemoteFailure},
    sync::{Arrival, Conclusion, Outcome, Push, Pushed, SyncError, log::compiler::settings_at},
};

/// The first wait is for a random time up to the length of an attempt, or up to this; the bound doubles with each loss.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(250);
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The branch of a remote.
pub(super) struct Remote<'a> {
    target: RemoteBranch,
    push: &'a Push<'a>,
    /// The time that one exchange with the remote may take.
    timeout: Duration,
    attempts: usize,
    /// The commits at which the branch was earlier, as far as this repository knows.
    earlier: BTreeSet<ObjectId>,
}

impl<'a> Remote<'a> {
    /// Finds out where to push, and fetches the history where the clone is shallow.
    pub(super) fn new(run: &Run<'_>, local: &LocalHead, push: &'a Push<'a>) -> Result<Self, SyncError> {
        let repository = run.repository;
        repository.require_unlocked_for_push(local.branch.as_deref())?;
        let settings = settings_at(repository, local.commit)?.push;
        let target = target(repository, local.branch.as_deref(), push.remote.as_deref(), &settings)?;
        deepen_target(repository, &target, settings.timeout)?;
        let earlier = last_seen::read(repository, &target).into_iter().collect();
        Ok(Self { target, push, timeout: settings.timeout, attempts: settings.attempts, earlier })
    }

    /// Compiles, pushes, and lets the local branch follow.
    pub(super) fn publish(mut self, run: &Run<'_>) -> Result<Outcome, SyncError> {
        let ended = self.attempts(run);
        run.repository.forget_fetched();
        ended
    }

    fn attempts(&mut self, run: &Run<'_>) -> Result<Outcome, SyncError> {
        let tracked = run.repository.tracked(&self.target)?;
        self.earlier.extend(tracked);
        let mut remote = match tracked {
            Some(tracked) => Some(tracked),
            None => self.fetch(run)?,
        };
        // What was known of the remote may be old.
        let mut is_fresh = tracked.is_none();
        let mut length = SHORTEST_ATTEMPT;
        let mut failed = FailedAttempts::default();
        let mut number = 1;
        while number <= self.attempts {
            let began = Instant::now();
            let start = match self.start(run, remote) {
                Err(
                    SyncError::Diverged { .. }
                    | SyncError::Rewritten { .. }
                    | SyncError::BranchRemoved { .. },
                ) if !is_fresh => {
                    (remote, is_fresh) = (self.fetch(run)?, true);
                    continue;
                }
                start => start?,
            };
            let attempt = run.attempt(start)?;
            if let Some(refusal) = attempt.refusal.clone() {
                return Ok(outcome(attempt.prepared, Conclusion::Refused(refusal), None));
            }
            let arrival = if attempt.written.is_none() && remote == Some(attempt.base) {
                if !is_fresh {
                    (remote, is_fresh) = (self.fetch(run)?, true);
                    if remote != Some(attempt.base) {
                        continue;
                    }
                }
                Arrival::AlreadyThere
            } else if let Some(lost) = self.push(run, remote, attempt.commit())? {
                length = length.max(began.elapsed());
                if number < self.attempts {
                    (self.push.wait)(longest_wait(length, number));
                }
                let expected = remote;
                (remote, is_fresh) = (self.fetch(run)?, true);
                if failed.add(lost, remote != expected).should_give_up() {
                    break;
                }
                number += 1;
                continue;
            } else {
                Arrival::Pushed
            };
            return self.arrived(run, attempt, remote, arrival, number);
        }
        Err(failed.error(self.shown(), self.attempts))
    }

    /// Decides which commit to compile: the newer one of the local and the remote head.
    fn start(&self, run: &Run<'_>, remote: Option<ObjectId>) -> Result<Start, SyncError> {
        let repository = run.repository;
        let local = LocalHead::of(repository)?;
        let head = local.commit;
        let Some(remote) = remote else {
            if self.earlier.is_empty() {
                return Ok(Start { local, base: head, dropped: Vec::new() });
            }
            return Err(SyncError::BranchRemoved { branch: self.shown() });
        };
        if repository.is_ancestor(head, remote)? {
            return Ok(Start { local, base: remote, dropped: Vec::new() });
        }
        self.refuse_rewritten(run, head, remote)?;
        if repository.is_ancestor(remote, head)? {
            return Ok(Start { local, base: head, dropped: Vec::new() });
        }
        let dropped = self.dropped(run, head, remote)?;
        Ok(Start { local, base: remote, dropped })
    }

    /// Fails if the local branch contains commits that the remote's branch had and has no longer.
    ///
    /// Pushing would bring back what was removed on purpose.
    fn refuse_rewritten(&self, run: &Run<'_>, head: ObjectId, remote: ObjectId) -> Result<(), SyncError> {
        let repository = run.repository;
        let forked = repository.fork_point(&self.target, head)?;
        for earlier in self.earlier.iter().copied().chain(forked) {
            // A commit that git has collected is in no branch here.
            if earlier == remote
                || !repository.contains(earlier)
                || repository.is_ancestor(earlier, remote)?
            {
                continue;
            }
            if let Some(common) = repository.merge_base(head, earlier)?
                && !repository.is_ancestor(common, remote)?
            {
                let own = OwnCommits::read(repository);
                let mut later = repository.commits(Range { from: &[head], except: Some(common) })?;
                later.retain(|commit| own.get(*commit).is_none());
                let later = picks(run, later.into_iter().rev())?;
                return Err(SyncError::Rewritten { branch: self.shown(), removed: common, remote, later });
            }
        }
        Ok(())
    }

    /// Returns the snapshots of this repository that the remote lacks, oldest first, without those that were published anew
    /// already. Commits of people among them are refused.
    fn dropped(&self, run: &Run<'_>, head: ObjectId, remote: ObjectId) -> Result<Vec<OwnCommit>, SyncError> {
        let repository = run.repository;
        let own = OwnCommits::read(repository);
        let here = repository.commits(Range { from: &[head], except: Some(remote) })?;
        let mut people = Vec::new();
        let mut dropped = Vec::new();
        for commit in here.iter().rev() {
            match own.get(*commit) {
                None => people.push((*commit, repository.commit_info(*commit)?.subject().to_owned())),
                Some(known) => {
                    let mut is_published = false;
                    for replacing in own.replacing(*commit) {
                        is_published |= repository.is_ancestor(replacing.commit, remote)?;
                    }
                    if !is_published {
                        dropped.push(known.clone());
                    }
                }
            }
        }
        if people.is_empty() {
            return Ok(dropped);
        }
        let has_own = people.len() < here.len();
        let picks = picks(run, people.iter().map(|(commit, _)| *commit))?;
        Err(SyncError::Diverged { branch: self.shown(), remote, people, picks, has_own })
    }

    /// Pushes a commit. Returns the failure if the remote does not have the commit now and another attempt can help.
    fn push(
        &self,
        run: &Run<'_>,
        old: Option<ObjectId>,
        commit: ObjectId,
    ) -> Result<Option<FailedAttempt>, SyncError> {
        let lost = match run.repository.push(&self.target, old, commit, self.timeout)? {
            PushResult::Accepted => return Ok(None),
            PushResult::Moved { failure, message } => return Ok(Some(FailedAttempt { failure, message })),
            PushResult::Unknown { failure, message } => FailedAttempt { failure, message },
        };
        // The answer may have been lost on the way, after the push arrived.
        match run.repository.fetch(&self.target, self.timeout) {
            Ok(Some(remote)) if run.repository.is_ancestor(commit, remote)? => Ok(None),
            Ok(_) if lost.failure != RemoteFailure::TimedOut => Ok(Some(lost)),
            Ok(_) | Err(_) => Err(lost.error(&self.shown())),
        }
    }

    /// Lets the local branch and the checkout follow what the remote has.
    fn arrived(
        &self,
        run: &Run<'_>,
        attempt: Attempt,
        remote: Option<ObjectId>,
        arrival: Arrival,
        attempts: usize,
    ) -> Result<Outcome, SyncError> {
        let commit = attempt.commit();
        let people = match arrival {
            Arrival::Pushed => people(run, &attempt, remote)?,
            Arrival::AlreadyThere => Vec::new(),
        };
        last_seen::record(run.repository, run.lock, &self.target, commit);
        let left_behind = self.follow(run, &attempt).err();
        let conclusion = attempt.conclusion(None);
        let pushed = Pushed {
            target: self.target.clone(),
            commit,
            arrival,
            attempts,
            people,
            published_anew: attempt.published_anew.clone(),
            left_behind,
        };
        Ok(outcome(attempt.prepared, conclusion, Some(pushed)))
    }

    /// Moves the local branch to what the remote accepted, and brings the checkout up to date.
    ///
    /// Where the remote had other people's commits, the whole working tree follows, as `git merge --ff-only` does it:
    /// not at all where uncommitted work is in the way. A detached HEAD stays where it is.
    fn follow(&self, run: &Run<'_>, attempt: &Attempt) -> Result<(), SyncError> {
        let Attempt { local, base, written, .. } = attempt;
        let Some(branch) = &local.branch else { return Ok(()) };
        let checkout = Checkout::of(run.repository, run.lock, local.commit)?;
        match written {
            Some(written) if *base == local.commit => {
                written.move_branch(run.repository, run.lock, branch, Some(local.commit))?;
                checkout.bring_to(&written.files, written.commit)
            }
            None if *base == local.commit => checkout.catch_up_if_free(),
            Some(_) | None => {
                checkout.catch_up_if_free()?;
                let reflog = format!("modreg {}: move to {}", run.request.scope.verb(), self.shown());
                moving::move_to(run.repository, run.lock, branch, local.commit, attempt.commit(), &reflog)
            }
        }
    }

    /// Asks the remote for its branch, and remembers where it was.
    fn fetch(&mut self, run: &Run<'_>) -> Result<Option<ObjectId>, SyncError> {
        let fetched = run.repository.fetch(&self.target, self.timeout)?;
        self.earlier.extend(fetched);
        Ok(fetched)
    }

    fn shown(&self) -> String {
        format!("{} of {}", self.target.short(), self.target.shown())
    }
}

/// Returns the commits that `git cherry-pick` takes: all but merges.
fn picks(run: &Run<'_>, commits: impl IntoIterator<Item = ObjectId>) -> Result<Vec<ObjectId>, SyncError> {
    let mut picks = Vec::new();
    for commit in commits {
        if run.repository.parents(commit)?.len() <= 1 {
            picks.push(commit);
        }
    }
    Ok(picks)
}

/// Returns the commits of people that were pushed with the snapshot, newest first.
fn people(
    run: &Run<'_>,
    attempt: &Attempt,
    remote: Option<ObjectId>,
) -> Result<Vec<(ObjectId, String)>, SyncError> {
    // The whole history goes to a branch that did not exist.
    if remote.is_none() || remote == Some(attempt.base) {
        return Ok(Vec::new());
    }
    let own = OwnCommits::read(run.repository);
    let pushed = run.repository.commits(Range { from: &[attempt.base], except: remote })?;
    let mut people = Vec::new();
    for commit in pushed.into_iter().filter(|commit| own.get(*commit).is_none()) {
        people.push((commit, run.repository.commit_info(commit)?.subject().to_owned()));
    }
    Ok(people)
}

/// Returns the longest wait after a failed attempt. It grows exponentially, because the number of other programs is unknown,
/// and starts with the duration of an attempt, because shorter waits would not keep two programs apart.
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
