//! Writes the rows that fit into the limits of code hosts, and counts the others.

use std::fmt::Write;

/// The most bytes of a comment, and so of its characters; hosts accept 65,536 characters.
pub(super) const MAX_COMMENT: usize = 60_000;

/// The number of bytes that are reserved for the lines that count what was left out.
pub(super) const RESERVE: usize = 500;

/// The most bytes of each of the two tables of a comment.
const MAX_TABLE: usize = 15_000;

/// The most bytes of each of the two lists above them: permissions, and modules that are invalid.
pub(super) const MAX_LIST: usize = 6_000;

pub(super) fn table(comment: &mut String, head: &str, rows: impl Iterator<Item = String>, total: usize) {
    rows_within(MAX_TABLE, comment, head, rows, total);
}

/// Writes the rows that fit into `share` bytes, and how many more there are. A row that is too long is left out, and
/// shorter ones after it are still written.
pub(super) fn rows_within(
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
