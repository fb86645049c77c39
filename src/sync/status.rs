//! How the registry stands: counts, what is held and pinned, and whether a sync would change something.

use std::collections::BTreeMap;

use super::{
    History, Scope, SyncError, base,
    journal::Journal,
    prepare::{Prepared, prepare},
    publish::Started,
};
use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::Moment,
    registry::{Held, Pin},
};

/// How the registry at HEAD stands.
#[derive(Debug)]
pub struct Status {
    /// The version.
    pub version: SnapshotVersion,
    /// The tree of the entries.
    pub tree: Option<ObjectId>,
    /// Entries that belong in the registry.
    pub registered: usize,
    /// Manifests that belong in the registry, but have no entry yet.
    pub unregistered: usize,
    /// Entries whose manifest is gone or no longer registrable.
    pub orphaned: Vec<ModuleName>,
    /// Valid manifests that do not belong in the registry.
    pub skipped: usize,
    /// The first error of each invalid manifest that has no entry.
    pub invalid: Vec<Diagnostic>,
    /// What is held, by the manifests at HEAD.
    pub held: BTreeMap<ModuleName, Held>,
    /// What is pinned.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// Whether a sync would make a new version.
    pub is_stale: bool,
    /// Whether somebody changed the entries by hand.
    pub has_drift: bool,
    /// Whether a sync runs at this moment.
    pub is_running: bool,
    /// When the latest version was made.
    pub last_change: Option<Moment>,
    /// What is known of the last runs on this machine.
    pub journal: Journal,
    /// What is to be said about the manifests.
    pub diagnostics: Vec<Diagnostic>,
}

impl Status {
    /// Looks at the registry at HEAD.
    pub fn of(repository: &Repository, started: Started<'_>) -> Result<Self, SyncError> {
        let commit = repository.head()?.require_commit()?;
        let compiler = base::compiler_at(repository, commit)?;
        let Prepared { previous, draft, remarks, .. } =
            prepare(repository, commit, &compiler, &Scope::All, started)?;
        let plan = draft.plan;
        let history = History::read(repository, commit, None, Some(1))?;
        let first_error = |path: &RepoPath| {
            plan.diagnostics.iter().find(|found| found.is_error() && found.source.path() == path).cloned()
        };
        Ok(Self {
            version: previous.version(),
            tree: previous.tree,
            registered: previous.entries.len() - plan.removed.len(),
            unregistered: plan.summary.added,
            orphaned: plan.removed.into_keys().collect(),
            skipped: plan.summary.skipped,
            invalid: plan.left_out.iter().filter_map(first_error).collect(),
            held: plan.held,
            pinned: previous.pinned(),
            is_stale: draft.root.is_some(),
            has_drift: previous.is_tampered(),
            is_running: repository.is_locked()?,
            last_change: history.records.first().map(|record| record.time),
            journal: Journal::read(repository),
            diagnostics: remarks.into_iter().chain(plan.diagnostics).collect(),
        })
    }

    /// Modules that belong in the registry.
    pub fn total(&self) -> usize {
        self.registered + self.unregistered
    }
}
