//! The report of `modreg compile`.

use serde::Serialize;

use super::{
    changes::{ChangeReport, Refusal, changes},
    diagnostics::{DiagnosticReport, diagnostics},
};
use crate::{
    diagnostic::Diagnostic,
    domain::{RepoPath, SnapshotVersion},
    sync::{Draft, Drift, Summary},
};

/// What the manifests give, and which files of `registry/` were not that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompileReport {
    /// The version at HEAD.
    pub from: SnapshotVersion,
    /// The version that the manifests give.
    pub to: SnapshotVersion,
    /// Whether the files were written; with `--check` they never are.
    pub written: bool,
    /// The counts.
    pub summary: Summary,
    /// One change per module, by name.
    pub changes: Vec<ChangeReport>,
    /// The files that were, or are, not what the manifests give, by path.
    pub files: Vec<FileReport>,
    /// All findings.
    pub diagnostics: Vec<DiagnosticReport>,
    /// Why nothing was written, where the guard refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// What has to be done about a file of `registry/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    path: RepoPath,
    /// `write` where it is missing or differs, `remove` where it must not be there.
    action: &'static str,
}

impl CompileReport {
    /// Reports a compilation on top of version `from`.
    pub fn new(
        from: SnapshotVersion,
        draft: &Draft,
        drift: &Drift,
        found: &[Diagnostic],
        is_check: bool,
    ) -> Self {
        let file = |path: &RepoPath| FileReport {
            path: path.clone(),
            action: if drift.remove.contains(path) { "remove" } else { "write" },
        };
        Self {
            from,
            to: draft.root.as_ref().map_or(from, |root| root.version),
            written: !is_check,
            summary: draft.plan.summary,
            changes: changes(&draft.changes),
            files: drift.paths().into_iter().map(file).collect(),
            diagnostics: diagnostics(found),
            refused: None,
        }
    }
}
