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

/// The result of compiling the working tree, and the files of `registry/` that differed from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompileReport {
    /// The version at HEAD.
    pub from: SnapshotVersion,
    /// The version that the manifests compile to.
    pub to: SnapshotVersion,
    /// Whether the files were written, which is never so with `--check`.
    pub written: bool,
    /// The counts.
    pub summary: Summary,
    /// The changes, one per module, by name.
    pub changes: Vec<ChangeReport>,
    /// The files that differ, or differed, from what the manifests compile to, by path.
    pub files: Vec<FileReport>,
    /// The diagnostics of all manifests.
    pub diagnostics: Vec<DiagnosticReport>,
    /// The refusal of the guard, because of which nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// The action that a file of `registry/` needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    path: RepoPath,
    /// The word `write` if the file is missing or differs, or `remove` if it must not be there.
    action: &'static str,
}

impl CompileReport {
    /// Returns the report of a compilation on top of version `from`.
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
