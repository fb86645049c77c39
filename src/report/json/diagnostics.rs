//! A diagnostic, in the form that all reports contain.

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Severity},
    domain::{Pointer, RepoPath},
};

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticReport {
    code: &'static str,
    severity: Severity,
    path: RepoPath,
    pointer: Pointer,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl From<&Diagnostic> for DiagnosticReport {
    fn from(diagnostic: &Diagnostic) -> Self {
        let (start, end) = (diagnostic.start(), diagnostic.end());
        Self {
            code: diagnostic.rule.code,
            severity: diagnostic.severity,
            path: diagnostic.source.path().clone(),
            pointer: diagnostic.pointer.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
        }
    }
}

/// Returns the diagnostics in the order given.
pub fn diagnostics(diagnostics: &[Diagnostic]) -> Vec<DiagnosticReport> {
    diagnostics.iter().map(DiagnosticReport::from).collect()
}
