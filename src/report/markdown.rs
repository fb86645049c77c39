//! The comment on a pull request: what a merge would change, and what is wrong.
//!
//! Every text of a manifest is in code spans and fenced blocks, which no renderer reads for markup, mentions or
//! links, and cannot end either: the back-ticks around it are more than any run of them in it.

use std::fmt::Write;

use super::{
    changes::{Invalid, Mark, is_version, lines, moved, permissions_first, phrase, summary},
    findings::Item,
    json::Refusal,
    text::{count, visible},
};
use crate::{
    diagnostic::{Diagnostic, Severity, clip},
    diff::{ChangeKind, Changes, FieldChange, ModuleChange, PermissionChange},
    domain::SnapshotVersion,
};

/// The most bytes of a comment, and so of its characters; hosts take 65,536 characters.
const MAX_COMMENT: usize = 60_000;

/// What is kept free for the lines that tell of what was left out.
const RESERVE: usize = 500;

/// The share of a comment that each of the two tables may take.
const MAX_TABLE: usize = 15_000;

/// The share of each of the two lists above them: permissions, and modules that are invalid.
const MAX_LIST: usize = 6_000;

/// The fewest bytes of names of permissions that fit into the row of a module, however many modules have one.
const MIN_NAMES: usize = 200;

/// What is kept free in the row of a module for the words around the names.
const ROW_WORDS: usize = 200;

/// The most bytes of one module's fenced diff.
const MAX_DIFF: usize = 12_000;

/// The most bytes of names of permissions at the top of a fenced diff.
const MAX_DIFF_NAMES: usize = 1_000;

/// What is kept free in the section of a module for its summary and its fence.
const SECTION_FRAME: usize = 500;

/// The fewest free bytes that a section is started with; with less, the modules that are left are counted.
const MIN_SECTION: usize = SECTION_FRAME + 2 * MAX_DIFF_NAMES;

/// The most characters of one code span.
const MAX_SPAN: usize = 300;

/// The comment for these changes against snapshot `from`, for these findings, for the modules that they make invalid, and
/// for the guard that would refuse a sync.
pub fn comment(
    from: SnapshotVersion,
    changes: &Changes,
    diagnostics: &[Diagnostic],
    invalid: &Invalid,
    refused: Option<&Refusal>,
) -> String {
    let mut comment = heading(changes, diagnostics, refused.is_some());
    if let Some(Refusal { reason, token, .. }) = refused {
        _ = write!(comment, "\n⛔ A sync would be refused: {}.", code(reason));
        if let Some(token) = token {
            _ = write!(
                comment,
                " {} lets exactly these removals through.",
                code(&format!("--allow-removals {token}"))
            );
        }
        comment.push('\n');
    }
    permissions(&mut comment, changes);
    let lines = invalid.lines(code);
    rows_within(MAX_LIST, &mut comment, "", lines.iter().map(|line| format!("- {line}\n")), lines.len());
    body(&mut comment, from, changes, diagnostics);
    comment
}

/// The permissions that modules gain and lose; a list above everything else.
pub(super) fn permissions(comment: &mut String, changes: &Changes) {
    let affected: Vec<_> = changes.iter().filter(|change| !change.permissions.is_empty()).collect();
    // The modules share the list, so that one with many permissions does not hide the others.
    let share = MAX_LIST / affected.len().max(1);
    let limit = share.saturating_sub(ROW_WORDS).max(MIN_NAMES);
    let rows = affected.iter().map(|change| {
        let new = if matches!(change.kind, ChangeKind::Added { .. }) { " (new)" } else { "" };
        format!("- {}{new} {}\n", code(change.name.as_str()), phrase(&change.permissions, limit, code))
    });
    rows_within(MAX_LIST, comment, "⚠️ Permissions:\n\n", rows, affected.len());
}

/// The part below the verdict.
pub(super) fn body(
    comment: &mut String,
    from: SnapshotVersion,
    changes: &Changes,
    diagnostics: &[Diagnostic],
) {
    if !changes.is_empty() {
        _ = write!(comment, "\nCompared with version {from} of the registry.\n");
    }
    findings(comment, &diagnostics.iter().map(Item::from).collect::<Vec<_>>());
    overview(comment, changes);
    details(comment, changes);
}

/// A list of lines of plain text.
pub(super) fn list(comment: &mut String, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {}\n", code(&line))).collect();
    table(comment, "", lines.iter().cloned(), lines.len());
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

/// The table of findings.
pub(super) fn findings(comment: &mut String, items: &[Item]) {
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
            Some(help) => format!("{}<br>{}", code(&item.message), code(help)),
            None => code(&item.message),
        };
        format!("| {sign} | {} | {} | {message} |\n", code(&place), code(item.rule.code))
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

fn table(comment: &mut String, head: &str, rows: impl Iterator<Item = String>, total: usize) {
    rows_within(MAX_TABLE, comment, head, rows, total);
}

/// Writes the rows that fit into `share` bytes, and how many more there are. A row that is too long does not keep
/// shorter ones after it from being written.
fn rows_within(
    share: usize,
    comment: &mut String,
    head: &str,
    rows: impl Iterator<Item = String>,
    total: usize,
) {
    if total == 0 {
        return;
    }
    _ = write!(comment, "\n{head}");
    let limit = (comment.len() + share).min(MAX_COMMENT - RESERVE);
    let mut shown = 0;
    for row in rows {
        if comment.len() + row.len() <= limit {
            *comment += &row;
            shown += 1;
        }
    }
    if shown < total {
        _ = write!(comment, "\n… and {} more\n", total - shown);
    }
}

/// The line of one change; a renamed module has one, under its new name.
fn row(change: &ModuleChange) -> Option<String> {
    let name = code(change.name.as_str());
    let version = |version: &Option<String>| version.as_deref().map_or_else(String::new, code);
    let row = match &change.kind {
        ChangeKind::Added { version: new, renamed_from: None } => {
            format!("➕ | {name} | {} | added", version(new))
        }
        ChangeKind::Added { version: new, renamed_from: Some(old) } => {
            format!("➡️ | {name} | {} | renamed from {}", version(new), code(old.as_str()))
        }
        ChangeKind::Removed { version: old, renamed_to: None } => {
            format!("➖ | {name} | {} | removed", version(old))
        }
        ChangeKind::Removed { renamed_to: Some(_), .. } => return None,
        ChangeKind::Updated { from_version, to_version, fields } => {
            let (from, to) = (version(from_version), version(to_version));
            let versions = if from == to { to } else { format!("{from} → {to}") };
            match moved(change) {
                Some((old, _)) => format!("➡️ | {name} | {versions} | moved from {}", code(&old)),
                None => format!("✏️ | {name} | {versions} | {}", fields_but_version(fields)),
            }
        }
    };
    Some(format!("| {row} |\n"))
}

fn details(comment: &mut String, changes: &Changes) {
    let updated: Vec<_> = changes
        .iter()
        .filter(|change| !change.is_move())
        .filter_map(|change| match &change.kind {
            ChangeKind::Updated { fields, .. } if !fields.iter().all(is_version) => Some((change, fields)),
            ChangeKind::Added { .. } | ChangeKind::Updated { .. } | ChangeKind::Removed { .. } => None,
        })
        .collect();
    let mut shown = 0;
    for (change, fields) in &updated {
        let room = (MAX_COMMENT - RESERVE).saturating_sub(comment.len());
        if room < MIN_SECTION {
            break;
        }
        let limit = MAX_DIFF.min(room - SECTION_FRAME);
        let section = format!(
            "\n<details><summary><code>{}</code>: {}</summary>\n\n{}\n</details>\n",
            change.name,
            fields_but_version(fields),
            fenced(&diff(fields, &change.permissions, limit)),
        );
        // Only a long fence around long runs of back-ticks does not fit.
        if section.len() <= room {
            *comment += &section;
            shown += 1;
        }
    }
    if shown < updated.len() {
        let left = count(updated.len() - shown, "more module");
        _ = write!(comment, "\n… and the fields of {left}\n");
    }
}

/// How many fields changed next to the version, which has a column of its own.
fn fields_but_version(fields: &[FieldChange]) -> String {
    match fields.iter().filter(|field| !is_version(field)).count() {
        0 => "version alone".to_owned(),
        number => count(number, "field"),
    }
}

/// The changed fields in about `limit` bytes, each line with a sign before it, and first the permissions.
fn diff(fields: &[FieldChange], permissions: &[PermissionChange], limit: usize) -> String {
    let mut diff = String::new();
    if !permissions.is_empty() {
        let name = |name: &str| clip(&visible(name), MAX_SPAN).into_owned();
        _ = writeln!(diff, "! {}", phrase(permissions, MAX_DIFF_NAMES, name));
    }
    let mut all = permissions_first(fields).flat_map(|field| lines(field, 0));
    while let Some(line) = all.next() {
        let text = line.text();
        if diff.len() + text.len() > limit {
            _ = writeln!(diff, "  … and {}", count(1 + all.count(), "more line"));
            break;
        }
        _ = match line.mark {
            Mark::Place => writeln!(diff, "@@ {text} @@"),
            mark @ (Mark::Same | Mark::Removed | Mark::Added | Mark::Updated) => {
                writeln!(diff, "{} {text}", mark.sign())
            }
        };
    }
    diff
}

/// A code block that no text in it can end. Every line of `body` ends with a line break.
fn fenced(body: &str) -> String {
    let fence = "`".repeat(longest_run(body).max(2) + 1);
    format!("{fence}diff\n{body}{fence}\n")
}

/// A code span that no text in it can end, in a table or outside of one.
fn code(text: &str) -> String {
    let text = visible(text).replace('|', "\\u{7c}");
    let text = clip(&text, MAX_SPAN);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A renderer takes one space off each end, so that a back-tick can be there.
    let pad =
        if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// The length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
