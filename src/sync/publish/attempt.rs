//! One attempt to publish: compiles a commit and writes the commits that follow it. No branch moves here.

use super::{
    checkout::Checkout,
    guard,
    local_head::LocalHead,
    objects::{self, WrittenSnapshot},
    own_commits::{OwnCommit, OwnCommits},
    step::Step,
};
use crate::{
    domain::ObjectId,
    git::{Repository, SyncLock},
    sync::{
        Conclusion, Outcome, Pushed, Refusal, Request, Rollback, Scope, Started, SyncError,
        log::{compiler::compiler_at, published::Log},
        plan::{
            prepare::{Prepared, prepare},
            previous::Previous,
            record::Record,
        },
    },
};

/// The values that stay the same over all attempts.
pub(super) struct Run<'a> {
    pub(super) repository: &'a Repository,
    pub(super) lock: &'a SyncLock,
    pub(super) request: &'a Request<'a>,
    pub(super) started: Started<'a>,
}

/// The start of an attempt.
pub(super) struct Start {
    pub(super) local: LocalHead,
    /// The commit to compile.
    pub(super) base: ObjectId,
    /// The snapshots of this repository that the base lacks; what they did is published anew, oldest first.
    pub(super) dropped: Vec<OwnCommit>,
}

/// The result of one attempt.
pub(super) struct Attempt {
    pub(super) local: LocalHead,
    /// The commit that was compiled.
    pub(super) base: ObjectId,
    pub(super) prepared: Prepared,
    pub(super) refusal: Option<Refusal>,
    /// The newest commit that was written, with the files of its registry, or `None` if the base is current.
    pub(super) written: Option<WrittenSnapshot>,
    pub(super) published_anew: Vec<&'static str>,
}

impl Attempt {
    /// Returns the commit to which the branch has to move.
    pub(super) fn commit(&self) -> ObjectId {
        self.written.as_ref().map_or(self.base, |written| written.commit)
    }

    pub(super) fn conclusion(&self, behind: Option<SyncError>) -> Conclusion {
        match &self.written {
            None => Conclusion::Unchanged,
            Some(WrittenSnapshot { commit, identity, .. }) => {
                Conclusion::Committed { commit: *commit, behind, is_anonymous: identity.is_fallback() }
            }
        }
    }
}

/// Reports how a run ended with what it prepared.
pub(super) fn outcome(prepared: Prepared, conclusion: Conclusion, pushed: Option<Pushed>) -> Outcome {
    let Prepared { previous, draft, remarks, read, compiled: _ } = prepared;
    let Previous { snapshot, remarks: log_remarks, .. } = previous;
    Outcome { previous: snapshot, draft, conclusion, remarks, log_remarks, read, pushed }
}

impl Run<'_> {
    pub(super) fn dry(&self, commit: ObjectId) -> Result<Outcome, SyncError> {
        let (prepared, refusal) = self.prepare(commit, &self.requested())?;
        Ok(outcome(prepared, refusal.map_or(Conclusion::DryRun, Conclusion::Refused), None))
    }

    fn requested(&self) -> Step<'_> {
        Step {
            scope: &self.request.scope,
            trigger: self.request.trigger,
            allow_removals: self.request.allow_removals.as_ref(),
            next_version: self.request.next_version,
            dropped: None,
        }
    }

    /// Compiles the base of an attempt and writes the commits that follow it. No branch has them yet.
    pub(super) fn attempt(&self, start: Start) -> Result<Attempt, SyncError> {
        let Start { local, base, dropped } = start;
        let checkout = Checkout::of(self.repository, self.lock, local.commit)?;
        let mut newest = base;
        let (mut written, mut published_anew) = (None, Vec::new());
        for step in repeated(&dropped, &self.request.scope) {
            let (prepared, refusal) = match self.prepare(newest, &step) {
                // The base already contains the same change, or the module no longer exists.
                Err(
                    SyncError::NotPinned { .. }
                    | SyncError::UnknownModule { .. }
                    | SyncError::NeverRegistered { .. },
                ) => continue,
                prepared => prepared?,
            };
            if refusal.is_some() {
                return Ok(Attempt { local, base, prepared, refusal, written: None, published_anew });
            }
            if let Some(new) = self.write(newest, &prepared, &step, &dropped, &checkout)? {
                newest = new.commit;
                written = Some(new);
                published_anew.push(step.scope.verb());
            }
        }
        let requested = self.requested();
        let (prepared, refusal) = self.prepare(newest, &requested)?;
        if refusal.is_some() {
            return Ok(Attempt { local, base, prepared, refusal, written: None, published_anew });
        }
        let written = self.write(newest, &prepared, &requested, &dropped, &checkout)?.or(written);
        Ok(Attempt { local, base, prepared, refusal: None, written, published_anew })
    }

    fn prepare(&self, base: ObjectId, step: &Step<'_>) -> Result<(Prepared, Option<Refusal>), SyncError> {
        let repository = self.repository;
        let compiler = compiler_at(repository, base)?;
        let log = Log::of_head(repository, base)?;
        if let (Some(dropped), Scope::Rollback(Rollback { version, .. })) = (step.dropped, step.scope) {
            let meant = Log::read(repository, dropped)?;
            if meant.find(*version).map(|known| known.root) != log.find(*version).map(|known| known.root) {
                return Err(SyncError::OtherVersion { version: *version, commit: dropped });
            }
        }
        // A number that another commit has used in the meantime is not requested again.
        let log = match step.next_version.filter(|next| step.dropped.is_none() || *next > log.latest()) {
            Some(next) => log.continued_at(next)?,
            None => log,
        };
        let records = Record::read(repository);
        let prepared = prepare(repository, base, &log, &compiler, step.scope, &records, self.started)?;
        let plan = &prepared.draft.plan;
        let refusal = if self.request.strict && !plan.invalid.is_empty() {
            Some(Refusal::Invalid)
        } else {
            let given = self.request.allow_removals.as_ref();
            let allowed: Vec<_> = step.allow_removals.into_iter().chain(given).collect();
            guard::refuse(&prepared.previous, plan, compiler.settings.guard, &allowed)
        };
        Ok((prepared, refusal))
    }

    /// Writes the objects and the commit of a draft on top of `base`, unless the previous snapshot is current, and
    /// records what was compiled.
    fn write(
        &self,
        base: ObjectId,
        prepared: &Prepared,
        step: &Step<'_>,
        dropped: &[OwnCommit],
        checkout: &Checkout<'_>,
    ) -> Result<Option<WrittenSnapshot>, SyncError> {
        let Prepared { previous, draft, .. } = prepared;
        let Some(root) = &draft.root else {
            prepared.record(self.repository);
            return Ok(None);
        };
        let objects = objects::objects(self.repository, base, previous, draft, root)?;
        checkout.make_ready(&objects.files)?;
        let written = objects::write(self.repository, base, objects, previous, draft, root, step)?;
        let replaced = dropped.iter().map(|own| own.commit);
        OwnCommits::record(
            self.repository,
            self.lock,
            OwnCommit::new(written.commit, step, prepared, replaced),
        );
        prepared.record(self.repository);
        Ok(Some(written))
    }
}

/// Returns what has to be repeated of dropped snapshots before a run of this scope, which may do some of it itself.
fn repeated<'a>(dropped: &'a [OwnCommit], scope: &Scope) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'_>> =
        dropped.iter().map(OwnCommit::step).filter(|step| !is_empty(step.scope)).collect();
    let is_part = |step: &&Step<'_>| {
        matches!(step.scope, Scope::All | Scope::Modules(_) | Scope::Orphans) && step.next_version.is_none()
    };
    while *scope == Scope::All && steps.last().as_ref().is_some_and(is_part) {
        steps.pop();
    }
    steps
}

/// Returns whether a scope that was recorded names no module; in a request that means all.
fn is_empty(scope: &Scope) -> bool {
    match scope {
        Scope::Rollback(rollback) => rollback.modules.is_empty(),
        Scope::Pinned(names) => names.is_empty(),
        Scope::All | Scope::Modules(_) | Scope::Orphans => false,
    }
}
