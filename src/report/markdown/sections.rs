//! Writes the parts that a comment and a step summary share: permissions, findings, the table of changes.

use std::fmt::Write;

use super::{
    code::code_span,
    field_diffs::{details, fields_but_version},
    fit::{MAX_LIST, rows_within, table},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    diff::{ChangeKind, Changes, ModuleChange},
    domain::SnapshotVersion,
    report::{
        changes::{describe_permissions, moved},
        findings::ReportItem,
    },
};

/// The fewest bytes of names of permissions in the row of a module, however many modules have one.
const MIN_NAMES: usize = 200;

/// The number of bytes that are reserved in the row of a module for the words around the names.
const ROW_WORDS: usize = 200;

/// Writes the permissions that modules gain and lose, as a list above everything else.
pub(super) fn permissions(comment: &mut String, changes: &Changes) {
    let affected: Vec<_> = changes.iter().filter(|change| !change.permissions.is_empty()).collect();
    // The modules share the list equally, so that one with many permissions does not hide the others.
    let share = MAX_LIST / affected.len().max(1);
    let limit = share.saturating_sub(ROW_WORDS).max(MIN_NAMES);
    let rows = affected.iter().map(|change| {
        let new = if matches!(change.kind, ChangeKind::Added { .. }) { " (new)" } else { "" };
        format!(
            "- {}{new} {}\n",
            code_span(change.name.as_str()),
            describe_permissions(&change.permissions, limit, code_span)
        )
    });
    rows_within(MAX_LIST, comment, "⚠️ Permissions:\n\n", rows, affected.len());
}

/// Writes the part below the heading: the findings, the table of changes and the changed fields.
pub(super) fn body(
    comment: &mut String,
    from: SnapshotVersion,
    changes: &Changes,
    diagnostics: &[Diagnostic],
) {
    if !changes.is_empty() {
        _ = write!(comment, "\nCompared with version {from} of the registry.\n");
    }
    findings(comment, &diagnostics.iter().map(ReportItem::from).collect::<Vec<_>>());
    overview(comment, changes);
    details(comment, changes);
}

/// Writes a list of lines of plain text.
pub(super) fn list(comment: &mut String, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {}\n", code_span(&line))).collect();
    table(comment, "", lines.iter().cloned(), lines.len());
}

/// Writes the table of findings.
pub(super) fn findings(comment: &mut String, items: &[ReportItem]) {
    let rows = items.iter().map(|item| {
        let sign = match item.severity {
            Severity::Error => "❌",
            Severity::Warning => "⚠️",
            Severity::Note => "ℹ️",
        };
        let place = match item.place {
            Some((start, _)) => format!("{}:{}", item.path, start.line),
            None => item.path.to_string(),
        };
        let message = match &item.help {
            Some(help) => format!("{}<br>{}", code_span(&item.message), code_span(help)),
            None => code_span(&item.message),
        };
        format!("| {sign} | {} | {} | {message} |\n", code_span(&place), code_span(item.rule.code))
    });
    table(comment, "| | where | rule | what |\n|---|---|---|---|\n", rows, items.len());
}

fn overview(comment: &mut String, changes: &Changes) {
    let rows = changes.iter().filter_map(row);
    table(
        comment,
        "| | module | version | change |\n|---|---|---|---|\n",
        rows,
        changes.iter().filter_map(row).count(),
    );
}

/// Returns the row of one change. A renamed module has one row, under its new name.
fn row(change: &ModuleChange) -> Option<String> {
    let name = code_span(change.name.as_str());
    let version = |version: &Option<String>| version.as_deref().map_or_else(String::new, code_span);
    let row = match &change.kind {
        ChangeKind::Added { version: new, renamed_from: None } => {
            format!("➕ | {name} | {} | added", version(new))
        }
        ChangeKind::Added { version: new, renamed_from: Some(old) } => {
            format!("➡️ | {name} | {} | renamed from {}", version(new), code_span(old.as_str()))
        }
        ChangeKind::Removed { version: old, renamed_to: None } => {
            format!("➖ | {name} | {} | removed", version(old))
        }
        ChangeKind::Removed { renamed_to: Some(_), .. } => return None,
        ChangeKind::Updated { from_version, to_version, fields } => {
            let (from, to) = (version(from_version), version(to_version));
            let versions = if from == to { to } else { format!("{from} → {to}") };
            match moved(change) {
                Some((old, _)) => format!("➡️ | {name} | {versions} | moved from {}", code_span(&old)),
                None => format!("✏️ | {name} | {versions} | {}", fields_but_version(fields)),
            }
        }
    };
    Some(format!("| {row} |\n"))
}
