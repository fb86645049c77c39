//! The report of `modreg validate`.

use serde::Serialize;

use super::diagnostics::DiagnosticReport;
use crate::domain::{ModuleName, RepoPath};

/// What `validate` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateReport {
    /// The counts.
    pub summary: ValidateSummary,
    /// What was fixed, each finding as it stood before; only where fixing was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Vec<DiagnosticReport>>,
    /// All findings.
    pub diagnostics: Vec<DiagnosticReport>,
    /// The files and folders that were left out because Git ignores them, of those that look like manifests.
    pub ignored: Vec<RepoPath>,
    /// The files that were left out because their names are not those of manifests.
    pub others: Vec<RepoPath>,
    /// The modules whose entries a sync would remove; only where all manifests were checked.
    pub removed: Vec<ModuleName>,
}

/// The counts of a `validate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateSummary {
    /// Manifests seen.
    pub modules: usize,
    /// Manifests without an error.
    pub valid: usize,
    /// Valid manifests that are not registered.
    pub skipped: usize,
    /// Findings that make a manifest invalid.
    pub errors: usize,
    /// Findings that do not.
    pub warnings: usize,
}
