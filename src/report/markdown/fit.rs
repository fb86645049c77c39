//! Fits rows into what hosts take.

use std::fmt::Write;

/// The most bytes of a comment, and so of its characters; hosts take 65,536 characters.
pub(super) const MAX_COMMENT: usize = 60_000;

/// What is kept free for the lines that tell of what was left out.
pub(super) const RESERVE: usize = 500;

/// The share of a comment that each of the two tables may take.
const MAX_TABLE: usize = 15_000;

/// The share of each of the two lists above them: permissions, and modules that are invalid.
pub(super) const MAX_LIST: usize = 6_000;

pub(super) fn table(comment: &mut String, head: &str, rows: impl Iterator<Item = String>, total: usize) {
    rows_within(MAX_TABLE, comment, head, rows, total);
}

/// Writes the rows that fit into `share` bytes, and how many more there are. A row that is too long does not keep
/// shorter ones after it from being written.
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
