//! The snapshots that this repository made, and what each of them did.
//!
//! A snapshot that was never pushed belongs to no one else: a push may drop it and publish the same request anew on what
//! others published. That a commit is one of these is recorded here, for its message proves nothing.

use std::{collections::BTreeSet, fs};

use serde::{Deserialize, Serialize};

use super::step::Step;
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::{Repository, SyncLock},
    registry::Pin,
    sync::{Prepared, RemovalToken, Rollback, Scope, Trigger},
};

/// The file, in the folder of modreg's own files. Another format has another name.
const NAME: &str = "own-commits-1.json";
/// The number of snapshots that are kept. Older ones that were never pushed count as commits of people.
const MAX_COMMITS: usize = 512;

/// A snapshot that this repository made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnCommit {
    pub(super) commit: ObjectId,
    scope: Scope,
    trigger: Trigger,
    allow_removals: Option<RemovalToken>,
    #[serde(default)]
    next_version: Option<SnapshotVersion>,
    /// The snapshots that were dropped for it.
    replaces: BTreeSet<ObjectId>,
}

impl OwnCommit {
    /// Returns the snapshot that a step made in place of some others.
    pub(super) fn new(
        commit: ObjectId,
        step: &Step<'_>,
        prepared: &Prepared,
        replaces: impl Iterator<Item = ObjectId>,
    ) -> Self {
        Self {
            commit,
            scope: resolved(step.scope, prepared),
            trigger: step.trigger,
            allow_removals: step.allow_removals.cloned(),
            next_version: step.next_version,
            replaces: replaces.collect(),
        }
    }

    /// Returns what has to be done to publish it anew.
    pub(super) fn step(&self) -> Step<'_> {
        let Self { commit, scope, trigger, allow_removals, next_version, .. } = self;
        Step {
            scope,
            trigger: *trigger,
            allow_removals: allow_removals.as_ref(),
            next_version: *next_version,
            dropped: Some(*commit),
        }
    }

    /// Returns whether it was made in place of another one.
    pub(super) fn replaces(&self, commit: ObjectId) -> bool {
        self.replaces.contains(&commit)
    }
}

/// Returns the scope with the modules that it meant: another head may have others.
fn resolved(scope: &Scope, prepared: &Prepared) -> Scope {
    let (before, now) = (prepared.previous.snapshot.pinned(), &prepared.draft.plan.pinned);
    match scope {
        Scope::Rollback(rollback) => {
            let is_new = |(name, pin): &(&ModuleName, &Pin)| before.get(*name) != Some(*pin);
            let modules = now.iter().filter(is_new).map(|(name, _)| name.clone()).collect();
            Scope::Rollback(Rollback { modules, ..rollback.clone() })
        }
        Scope::Pinned(_) => {
            Scope::Pinned(before.into_keys().filter(|name| !now.contains_key(name)).collect())
        }
        Scope::All | Scope::Modules(_) | Scope::Orphans => scope.clone(),
    }
}

/// The snapshots that this repository made last, oldest first.
pub(super) struct OwnCommits(Vec<OwnCommit>);

impl OwnCommits {
    /// Reads them; where the record is missing or damaged, there are none.
    pub(super) fn read(repository: &Repository) -> Self {
        let bytes = fs::read(repository.own_files().path(NAME)).unwrap_or_default();
        Self(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Adds one, before any branch has it. If it cannot be recorded, it counts as a commit of people.
    pub(super) fn record(repository: &Repository, _lock: &SyncLock, own: OwnCommit) {
        let Self(mut commits) = Self::read(repository);
        commits.retain(|known| known.commit != own.commit);
        commits.push(own);
        let too_many = commits.len().saturating_sub(MAX_COMMITS);
        commits.drain(..too_many);
        if let Ok(bytes) = serde_json::to_vec(&commits) {
            let _ = repository.own_files().write(NAME, &bytes);
        }
    }

    pub(super) fn get(&self, commit: ObjectId) -> Option<&OwnCommit> {
        self.0.iter().find(|own| own.commit == commit)
    }

    /// Returns the snapshots that were made in place of another one.
    pub(super) fn replacing(&self, commit: ObjectId) -> impl Iterator<Item = &OwnCommit> {
        self.0.iter().filter(move |own| own.replaces(commit))
    }
}
