//! Writes the comment on a pull request: what a merge would change, and what is wrong.

use std::fmt::Write;

use super::{
    code::code_span,
    fit::{MAX_LIST, rows_within},
    sections::{body, permissions},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    diff::Changes,
    domain::SnapshotVersion,
    report::{
        changes::{InvalidModules, summary},
        json::Refusal,
        text::count,
    },
};

/// Returns the comment for changes since snapshot `from`, for the diagnostics, for the modules that are invalid, and
/// for the guard that would refuse a sync.
pub fn comment(
    from: SnapshotVersion,
    changes: &Changes,
    diagnostics: &[Diagnostic],
    invalid: &InvalidModules,
    refused: Option<&Refusal>,
) -> String {
    let mut comment = heading(changes, diagnostics, refused.is_some());
    if let Some(Refusal { reason, token, .. }) = refused {
        _ = write!(comment, "\n⛔ A sync would be refused: {}.", code_span(reason));
        if let Some(token) = token {
            _ = write!(
                comment,
                " {} allows exactly these removals.",
                code_span(&format!("--allow-removals {token}"))
            );
        }
        comment.push('\n');
    }
    permissions(&mut comment, changes);
    let lines = invalid.lines(code_span);
    rows_within(MAX_LIST, &mut comment, "", lines.iter().map(|line| format!("- {line}\n")), lines.len());
    body(&mut comment, from, changes, diagnostics);
    comment
}

fn heading(changes: &Changes, diagnostics: &[Diagnostic], is_refused: bool) -> String {
    let number = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let verdict = if errors > 0 || is_refused { "❌" } else { "✅" };
    let mut counts = vec![summary(changes)];
    if errors > 0 {
        counts.push(count(errors, "error"));
    }
    if warnings > 0 {
        counts.push(count(warnings, "warning"));
    }
    format!("### {verdict} Registry: {}\n", counts.join(", "))
}

#[cfg(test)]
mod tests;
