//! How a snapshot gets onto a branch, here or at a remote first: one loop for all commands that publish.
//!
//! Invariant: until the branch moves, nothing that others can see has changed; and it moves only from the commit that was
//! read.

mod checkout;
pub(super) mod follow;
pub(super) mod guard;
mod here;
pub(super) mod init;
pub(super) mod journal;
mod losses;
pub(super) mod message;
mod moving;
mod objects;
mod own_commits;
mod remote;
mod seen;

use std::{collections::BTreeMap, time::Duration};

use super::{
    Outcome, Pushed, Request, Scope, Started, SyncError, Trigger, Verdict,
    log::{compiler::compiler_at, published::Log},
    outcome::Refusal,
    plan::{
        prepare::{Prepared, prepare},
        previous::Previous,
        record::Record,
    },
};
use crate::{
    domain::{ObjectId, RepoPath},
    git::{Head, Repository, SyncLock},
};
use checkout::Checkout;
use journal::Journal;
use objects::Written;
use own_commits::{OwnCommit, OwnCommits};
use remote::Remote;

/// How long a run waits for another one in the same repository.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Compiles, and publishes the next snapshot here or, with [`Request::push`], at the remote first.
pub fn sync(
    repository: &Repository,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let lock = repository.lock(PATIENCE, request.now)?;
    let ended = run(repository, &lock, request, started);
    let is_slip = ended.as_ref().is_err_and(SyncError::is_about_the_request);
    if !request.dry_run && !is_slip {
        let failure = match &ended {
            Ok(Outcome { verdict: Verdict::Refused(refusal), draft, .. }) => {
                Some(format!("refused by a guard: {}", refusal.reason(&draft.plan)))
            }
            Ok(_) => None,
            Err(error) => Some(error.with_causes()),
        };
        // Where it cannot be noted, only the note is lost.
        let _ = Journal::note(repository, &lock, request.now, failure);
    }
    ended
}

fn run(
    repository: &Repository,
    lock: &SyncLock,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let run = Run { repository, lock, request, started };
    if request.dry_run {
        let commit = repository.head()?.require_commit()?;
        return run.dry(commit);
    }
    moving::finish(repository, lock)?;
    let local = Local::of(repository)?;
    if let Some(push) = &request.push {
        return Remote::new(&run, &local, push)?.publish(&run);
    }
    follow::deepen(repository, &local)?;
    here::publish(&run)
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

/// What stays the same over all attempts.
struct Run<'a> {
    repository: &'a Repository,
    lock: &'a SyncLock,
    request: &'a Request<'a>,
    started: Started<'a>,
}

/// Where an attempt starts.
struct Start {
    local: Local,
    /// The commit to compile.
    base: ObjectId,
    /// The snapshots of this repository that the base lacks; what they did is published anew, oldest first.
    dropped: Vec<OwnCommit>,
}

/// What one attempt made.
struct Attempt {
    start: Start,
    prepared: Prepared,
    refusal: Option<Refusal>,
    /// The newest commit that was written, with the files of its registry; nothing where the base is current.
    written: Option<Written>,
    published_anew: Vec<&'static str>,
}

impl Attempt {
    /// The commit that the branch shall have.
    fn commit(&self) -> ObjectId {
        self.written.as_ref().map_or(self.start.base, |written| written.commit)
    }

    fn outcome(self, verdict: Verdict, pushed: Option<Pushed>) -> Outcome {
        let Prepared { previous, draft, remarks, read } = self.prepared;
        let Previous { snapshot, remarks: log_remarks, .. } = previous;
        Outcome { previous: snapshot, draft, verdict, remarks, log_remarks, read, pushed }
    }

    fn verdict(&self, behind: Option<SyncError>) -> Verdict {
        match &self.written {
            None => Verdict::Unchanged,
            Some(Written { commit, identity, .. }) => {
                Verdict::Committed { commit: *commit, behind, is_anonymous: identity.is_fallback() }
            }
        }
    }
}

/// One thing to publish: what was asked for now, or what a dropped snapshot did.
struct Step<'a> {
    scope: &'a Scope,
    trigger: Trigger,
    allow_removals: Option<&'a super::RemovalToken>,
    is_asked: bool,
}

impl Run<'_> {
    fn dry(&self, commit: ObjectId) -> Result<Outcome, SyncError> {
        let start = Start { local: Local { branch: None, commit }, base: commit, dropped: Vec::new() };
        let step = self.asked();
        let (prepared, refusal) = self.prepare(commit, &step)?;
        let verdict = refusal.map_or(Verdict::DryRun, Verdict::Refused);
        let attempt = Attempt { start, prepared, refusal: None, written: None, published_anew: Vec::new() };
        Ok(attempt.outcome(verdict, None))
    }

    fn asked(&self) -> Step<'_> {
        Step {
            scope: &self.request.scope,
            trigger: self.request.trigger,
            allow_removals: self.request.allow_removals.as_ref(),
            is_asked: true,
        }
    }

    /// Compiles the base of an attempt and writes the commits that follow it. No branch has them yet.
    fn attempt(&self, start: Start) -> Result<Attempt, SyncError> {
        let checkout = Checkout::of(self.repository, self.lock, start.local.commit)?;
        let own: Vec<OwnCommit> = start.dropped.clone();
        let mut steps: Vec<Step<'_>> = own.iter().map(OwnCommit::step).collect();
        // A sync of everything does what a sync before it did.
        if self.request.scope == Scope::All {
            let is_part =
                |step: &&Step<'_>| matches!(step.scope, Scope::All | Scope::Modules(_) | Scope::Orphans);
            while steps.last().as_ref().is_some_and(is_part) {
                steps.pop();
            }
        }
        steps.push(self.asked());
        let (mut base, mut written, mut published_anew) = (start.base, None, Vec::new());
        let mut last = None;
        for step in &steps {
            let (prepared, refusal) = match self.prepare(base, step) {
                // What was unpinned here is unpinned there as well.
                Err(SyncError::NotPinned { .. }) if !step.is_asked => continue,
                prepared => prepared?,
            };
            if refusal.is_some() {
                return Ok(Attempt { start, prepared, refusal, written: None, published_anew: Vec::new() });
            }
            if let Some(new) = self.write(base, &prepared, step, &start, &checkout)? {
                base = new.commit;
                written = Some(new);
                if !step.is_asked {
                    published_anew.push(step.scope.verb());
                }
            }
            last = Some(prepared);
        }
        let prepared = last.expect("the request itself is the last step, and it is never skipped");
        Ok(Attempt { start, prepared, refusal: None, written, published_anew })
    }

    fn prepare(&self, base: ObjectId, step: &Step<'_>) -> Result<(Prepared, Option<Refusal>), SyncError> {
        let repository = self.repository;
        let compiler = compiler_at(repository, base)?;
        let log = Log::of_head(repository, base)?;
        let log = match self.request.next_version {
            Some(next) => log.continued_at(next)?,
            None => log,
        };
        let prepared =
            prepare(repository, base, &log, &compiler, step.scope, &Record::read(repository), self.started)?;
        let plan = &prepared.draft.plan;
        let refusal = if self.request.strict && !plan.invalid.is_empty() {
            Some(Refusal::Invalid)
        } else {
            guard::refuse(&prepared.previous, plan, compiler.settings.guard, step.allow_removals)
        };
        let is_compiled = !matches!(step.scope, Scope::Rollback(_));
        if refusal.is_none() && is_compiled && prepared.draft.root.is_none() && !self.request.dry_run {
            let source = repository.tree_at(base, compiler.settings.modules.as_str())?;
            prepared.record(repository, source, &compiler);
        }
        Ok((prepared, refusal))
    }

    /// Writes the objects and the commit of a draft on top of `base`, unless the previous snapshot is current.
    fn write(
        &self,
        base: ObjectId,
        prepared: &Prepared,
        step: &Step<'_>,
        start: &Start,
        checkout: &Checkout<'_>,
    ) -> Result<Option<Written>, SyncError> {
        let Prepared { previous, draft, .. } = prepared;
        let Some(root) = &draft.root else { return Ok(None) };
        let objects = objects::objects(self.repository, base, previous, draft, root)?;
        checkout.make_ready(&objects.files)?;
        let written = objects::write(self.repository, base, objects, previous, draft, root, step)?;
        let own = OwnCommit::new(written.commit, step, prepared, start.dropped.iter().map(|own| own.commit));
        OwnCommits::note(self.repository, self.lock, own);
        if !matches!(step.scope, Scope::Rollback(_)) {
            let compiler = compiler_at(self.repository, base)?;
            let source = self.repository.tree_at(base, compiler.settings.modules.as_str())?;
            prepared.record(self.repository, source, &compiler);
        }
        Ok(Some(written))
    }
}

/// The files below `registry/`, with their blobs.
type Files = BTreeMap<RepoPath, ObjectId>;
