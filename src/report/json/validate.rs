//! The report of `modreg validate`.

use serde::Serialize;

use super::diagnostics::DiagnosticReport;
use crate::domain::{ModuleName, RepoPath};

/// The result of `modreg validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateReport {
    /// The counts.
    pub summary: ValidateSummary,
    /// The diagnostics that were fixed, as they were before; only where fixing was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Vec<DiagnosticReport>>,
    /// The diagnostics of all manifests.
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
    /// The number of manifests that were checked.
    pub modules: usize,
    /// The number of manifests without an error.
    pub valid: usize,
    /// The number of valid manifests that are not registered.
    pub skipped: usize,
    /// The number of diagnostics that make a manifest invalid.
    pub errors: usize,
    /// The number of diagnostics that do not.
    pub warnings: usize,
}
