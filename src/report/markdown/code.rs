//! Writes code spans and code blocks that no text can end.
//!
//! Renderers read no markup, mentions or links in them, and the fence has more back-ticks than any run of them in the
//! text.

use crate::{domain::clip, report::text::visible};

/// The most characters of a code span.
pub(super) const MAX_SPAN: usize = 300;

/// Returns a code span that no text can end, in a table or outside of one.
pub(super) fn code_span(text: &str) -> String {
    let text = visible(text).replace('|', "\\u{7c}");
    let text = clip(&text, MAX_SPAN);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A renderer removes one space at each end, so that a text can start or end with a back-tick.
    let pad =
        if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Returns a code block that no text can end. Every line of `body` ends with a line break.
pub(super) fn diff_block(body: &str) -> String {
    let fence = "`".repeat(longest_run(body).max(2) + 1);
    format!("{fence}diff\n{body}{fence}\n")
}

/// Returns the length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}
