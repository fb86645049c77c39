//! The report of the commands that change the registry or show its changes: `diff`, `sync`, `prune`, `rollback`, `unpin`.

use serde::Serialize;

use super::diagnostics::DiagnosticReport;
use crate::{
    diff::{ChangeKind, Changes, ModuleChange},
    domain::{ModuleName, ObjectId, Pointer, RepoPath, SnapshotVersion},
    registry::Snapshot,
    sync::{self, Outcome, Plan, Summary},
};

/// The changes that `diff` found or `sync` made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangesReport {
    /// The previous version.
    pub from: SnapshotVersion,
    /// The next version, or `None` for the working tree, which has none yet.
    pub to: Option<SnapshotVersion>,
    /// The version that the registry has now.
    pub version: SnapshotVersion,
    /// The commit that was made, if one was.
    pub commit: Option<ObjectId>,
    /// The counts.
    pub summary: Summary,
    /// The changes, one per module, by name.
    pub changes: Vec<ChangeReport>,
    /// The generated paths that differed from what was published, and were repaired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repaired: Vec<RepoPath>,
    /// The diagnostics of all manifests.
    pub diagnostics: Vec<DiagnosticReport>,
    /// The refusal of a guard, because of which nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

impl From<&Outcome> for ChangesReport {
    fn from(outcome: &Outcome) -> Self {
        let draft = &outcome.draft;
        Self {
            from: outcome.previous.version(),
            to: Some(outcome.draft_version()),
            version: outcome.version(),
            commit: outcome.commit(),
            summary: draft.plan.summary,
            changes: changes(&draft.changes),
            repaired: draft.repaired.keys().cloned().collect(),
            diagnostics: outcome.diagnostics().map(DiagnosticReport::from).collect(),
            refused: outcome.refusal().map(|refusal| Refusal::new(refusal, &draft.plan)),
        }
    }
}

impl ChangesReport {
    /// Returns the report of the changes between two snapshots; `version` is the one that the registry has now.
    pub fn between(old: &Snapshot, new: &Snapshot, version: SnapshotVersion, found: &Changes) -> Self {
        Self {
            from: old.version(),
            to: Some(new.version()),
            version,
            commit: None,
            summary: Summary::between(new, found),
            changes: changes(found),
            repaired: Vec::new(),
            diagnostics: Vec::new(),
            refused: None,
        }
    }
}

/// The change of one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeReport {
    name: ModuleName,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ModuleName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_to: Option<ModuleName>,
    fields: Vec<Pointer>,
}

impl From<&ModuleChange> for ChangeReport {
    fn from(change: &ModuleChange) -> Self {
        let blank = |word| Self {
            name: change.name.clone(),
            change: word,
            from_version: None,
            to_version: None,
            renamed_from: None,
            renamed_to: None,
            fields: Vec::new(),
        };
        match change.kind.clone() {
            ChangeKind::Added { version, renamed_from } => {
                Self { to_version: version, renamed_from, ..blank("added") }
            }
            ChangeKind::Updated { from_version, to_version, fields } => Self {
                from_version,
                to_version,
                fields: fields.into_iter().map(|field| field.pointer).collect(),
                ..blank("updated")
            },
            ChangeKind::Removed { version, renamed_to } => {
                Self { from_version: version, renamed_to, ..blank("removed") }
            }
        }
    }
}

/// Returns all changes, by name.
pub fn changes(changes: &Changes) -> Vec<ChangeReport> {
    changes.iter().map(ChangeReport::from).collect()
}

/// The refusal of a sync by a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The reason, on one line.
    pub reason: String,
    /// The modules that would be removed.
    pub removals: Vec<ModuleName>,
    /// The token that allows exactly these removals, if the guard is about removals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Refusal {
    /// Returns the report of a refusal of this plan.
    pub fn new(refusal: &sync::Refusal, plan: &Plan) -> Self {
        let refused = refusal.removals();
        let removals = refused.map(|refused| refused.entries.keys().cloned().collect()).unwrap_or_default();
        let token = refused.map(|refused| refused.token.to_string());
        Self { reason: refusal.reason(plan), removals, token }
    }
}
