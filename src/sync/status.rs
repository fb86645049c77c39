//! The status of the registry: counts, held and pinned modules, and whether a sync would change something.

use std::collections::BTreeMap;

use super::{
    Journal, Log, Prepared, Scope, Started, SyncError,
    log::compiler::compiler_at,
    plan::{prepare::prepare, record::Record},
};
use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::Moment,
    registry::{Held, Pin},
};

/// The status of the registry at HEAD.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the report shows")]
pub struct RegistryStatus {
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
    /// The held modules, by the manifests at HEAD.
    pub held: BTreeMap<ModuleName, Held>,
    /// The pinned modules.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// Whether a sync would make a new version.
    pub is_stale: bool,
    /// Whether the entries were edited by hand.
    pub has_drift: bool,
    /// Whether a sync runs at this moment.
    pub is_running: bool,
    /// The time at which the latest version was made.
    pub last_change: Option<Moment>,
    /// The journal of the last runs in this clone.
    pub journal: Journal,
    /// Irregularities in the log, as sentences for people.
    pub log_remarks: Vec<String>,
    /// Whether older versions are missing because the clone is shallow.
    pub is_log_cut_off: bool,
    /// The diagnostics of the manifests.
    pub diagnostics: Vec<Diagnostic>,
}

impl RegistryStatus {
    /// Looks at the registry at HEAD.
    pub fn of(repository: &Repository, started: Started<'_>) -> Result<Self, SyncError> {
        let commit = repository.head()?.require_commit()?;
        let compiler = compiler_at(repository, commit)?;
        let log = Log::of_head(repository, commit)?;
        let prepared =
            prepare(repository, commit, &log, &compiler, &Scope::All, &Record::read(repository), started)?;
        if prepared.draft.root.is_none() {
            prepared.record(repository);
        }
        let Prepared { previous, draft, remarks, .. } = prepared;
        let plan = draft.plan;
        let last_change = match log.newest_first().next() {
            Some(publication) => Some(repository.commit_info(publication.commit)?.time),
            None => None,
        };
        let first_error = |path: &RepoPath| {
            plan.diagnostics.iter().find(|found| found.is_error() && found.source.path() == path).cloned()
        };
        Ok(Self {
            version: previous.snapshot.version(),
            tree: previous.snapshot.tree,
            registered: previous.snapshot.entries.len() - plan.removed.len(),
            unregistered: plan.summary.added,
            orphaned: plan.removed.into_keys().collect(),
            skipped: plan.summary.skipped,
            invalid: plan.left_out.iter().filter_map(first_error).collect(),
            held: plan.held,
            pinned: previous.snapshot.pinned(),
            is_stale: draft.root.is_some(),
            has_drift: !previous.edited.is_empty(),
            is_running: repository.is_locked()?,
            last_change,
            journal: Journal::read(repository),
            log_remarks: previous.remarks,
            is_log_cut_off: log.is_cut_off(),
            diagnostics: remarks.into_iter().chain(plan.diagnostics).collect(),
        })
    }

    /// Modules that belong in the registry.
    pub fn total(&self) -> usize {
        self.registered + self.unregistered
    }
}
