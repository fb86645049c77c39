//! Code spans and code blocks that no text can leave.
//!
//! No renderer reads markup, mentions or links in them, and the back-ticks around a text are more than any run of them in it.

use crate::{diagnostic::clip, report::text::visible};

/// The most characters of one code span.
pub(super) const MAX_SPAN: usize = 300;

/// A code span that no text in it can end, in a table or outside of one.
pub(super) fn code_span(text: &str) -> String {
    let text = visible(text).replace('|', "\\u{7c}");
    let text = clip(&text, MAX_SPAN);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A renderer takes one space off each end, so that a back-tick can be there.
    let pad =
        if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A code block that no text in it can end. Every line of `body` ends with a line break.
pub(super) fn diff_block(body: &str) -> String {
    let fence = "`".repeat(longest_run(body).max(2) + 1);
    format!("{fence}diff\n{body}{fence}\n")
}

/// The length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}
