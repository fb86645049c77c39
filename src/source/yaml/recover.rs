//! The syntax errors after the first: the lines of each one found are blanked in a copy, which is read again.
//!
//! Blanking keeps every byte at its place, so that spans are those of the original. It only removes, so that a second finding
//! is a mistake of its own. The number of copies is bounded, and so is the time.

use super::{
    indentation,
    lines::{Level, Line, block_end, levels},
};
use crate::{
    diagnostic::Span,
    source::{parse_error::ParseError, rules},
};

/// The most syntax errors that one file is searched for.
const MAX_COUNT: usize = 20;

/// Returns all syntax errors that can be found, starting from the first one; `read` returns the first one of another text.
pub(super) fn all(
    text: &str,
    first: ParseError,
    read: impl Fn(&str) -> Option<ParseError>,
) -> Vec<ParseError> {
    let mut found = vec![first];
    let mut copy = text.to_owned();
    while let Some(last) = found.last().filter(|last| last.rule == &rules::SYNTAX)
        && found.len() < MAX_COUNT
    {
        let damaged = damage(&copy, last.span.start);
        // What starts with a `?` takes part of the lines that follow, and those after the error would make no sense alone.
        if copy[damaged.clone()].trim_start().starts_with('?') {
            break;
        }
        let start = damaged.start;
        let is_value = Line::at(&copy, start).start < start;
        blank(&mut copy, damaged);
        if is_value && copy[start..].starts_with(' ') {
            // The key keeps a value, so that what follows is not taken for one.
            copy.replace_range(start..=start, "0");
        }
        if copy.trim().is_empty() {
            break;
        }
        let line_of = |error: &ParseError| Line::at(text, text.floor_char_boundary(error.span.start)).start;
        // What comes before the lines that were blanked was read without an error.
        let is_new = |next: &ParseError| {
            next.span.start >= start
                && next.rule != &rules::TOO_MANY_ALIASES
                && !found.iter().any(|known| line_of(known) == line_of(next))
        };
        match read(&copy).filter(is_new) {
            Some(next) => found.push(next),
            None => break,
        }
    }
    found
}

/// Returns the bytes that a mistake at an offset spoils: the value of its key with all lines below it, or the whole of its
/// lines.
fn damage(text: &str, offset: usize) -> Span {
    let line = Line::at(text, text.floor_char_boundary(offset.min(text.len())));
    let parts = line.parts();
    if line.tab().is_some() {
        let last = indentation::tab_run(text, line);
        return line.start..last.span().end;
    }
    let is_in_value = (parts.key.is_some() || parts.dash.is_some()) && offset >= line.start + parts.value_at;
    if is_in_value {
        let column = if parts.key.is_some() { parts.content } else { parts.dash.unwrap_or(parts.content) };
        return line.start + parts.value_at..block_end(text, line.start, column);
    }
    let Some(expected) = indentation::expected_column(text, line) else {
        // A text that should be indented is as long as nothing below looks like a key.
        let open = levels(text, line.start);
        let is_text = parts.key.is_none() && open.last().is_some_and(Level::is_block_text);
        let last = if is_text { text_end(text, line) } else { line };
        return line.start..block_end(text, last.start, line.indentation());
    };
    let last = indentation::run(text, line, expected);
    line.start..block_end(text, last.start, line.indentation().max(expected))
}

/// Returns the last of the lines from this one on that have neither a key nor a dash.
fn text_end<'a>(text: &'a str, line: Line<'a>) -> Line<'a> {
    let is_text = |line: &Line<'_>| {
        let parts = line.parts();
        parts.word().is_none() && parts.dash.is_none()
    };
    super::lines::lines(text, line.start).take_while(is_text).last().unwrap_or(line)
}

/// Replaces all bytes but line ends by spaces.
fn blank(text: &mut String, span: Span) {
    let blanked: String = text[span.clone()]
        .chars()
        .flat_map(|character| {
            let (shown, length) = match character {
                '\n' | '\r' => (character, 1),
                other => (' ', other.len_utf8()),
            };
            std::iter::repeat_n(shown, length)
        })
        .collect();
    text.replace_range(span, &blanked);
}
