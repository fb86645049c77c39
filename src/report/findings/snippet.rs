//! Cuts out the few lines of a file that a diagnostic is about.
//!
//! A file can be one line of a megabyte, or contain characters that hide or reorder text. A snippet has one line of
//! context on each side; each line is cut to the width, every character is visible, and the place of the label is
//! adjusted.

use std::ops::Range;

use crate::{
    diagnostic::{Position, SourceText, Span},
    report::text::push_visible,
};

/// The spaces that are shown for a tab.
const TAB: &str = "    ";

/// The part of a file around a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The lines, joined by `\n`.
    pub(super) text: String,
    /// The number of the first line, counted from 1.
    pub(super) first_line: usize,
    /// The place of the label in bytes of `text`; it is within one line.
    pub(super) label: Range<usize>,
    /// The position in the file at which the span starts.
    pub(super) position: Position,
}

/// A line as it is shown, and the place of the label in bytes of it.
struct ShownLine {
    text: String,
    label: Range<usize>,
    cut_at_start: bool,
}

impl Snippet {
    /// Returns the lines around `span`, each of about `width` characters at most, or `None` if the text is empty.
    ///
    /// A span of several lines is labelled on its first line.
    pub(super) fn new(source: &SourceText, span: &Span, width: usize) -> Option<Self> {
        let text = source.text();
        if text.is_empty() {
            return None;
        }
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end).max(start);
        let line = line_at(text, start);
        // A place after the last line break of a file is shown at the end of the last line.
        let start = start.min(line.end);
        let end = start + text[start..end.min(line.end).max(start)].trim_end().len();
        let excerpt = excerpt(&text[line.clone()], start - line.start..end - line.start, width);

        let position = source.position(start);
        let mut snippet = Self { text: String::new(), first_line: position.line, label: 0..0, position };
        if !excerpt.cut_at_start && line.start > 0 {
            let before = line_at(text, line.start - 1);
            snippet.text = head(&text[before], width) + "\n";
            snippet.first_line -= 1;
        }
        let shift = snippet.text.len();
        snippet.label = excerpt.label.start + shift..excerpt.label.end + shift;
        snippet.text += &excerpt.text;
        if let Some(next) = text[line.end..].find('\n').map(|end| line.end + end + 1)
            && !excerpt.cut_at_start
            && next < text.len()
        {
            snippet.text.push('\n');
            snippet.text += &head(&text[line_at(text, next)], width);
        }
        Some(snippet)
    }
}

/// Returns the line that contains the byte at `offset`, without its line break.
fn line_at(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |end| offset + end);
    let trimmed = text[start..end].strip_suffix('\r').map_or(end, |line| start + line.len());
    start..trimmed
}

/// Returns the start of a line of context.
fn head(line: &str, width: usize) -> String {
    excerpt(line, 0..0, width).text
}

/// Returns the part of `line` that fits into `width` and contains the start of `label`.
fn excerpt(line: &str, label: Range<usize>, width: usize) -> ShownLine {
    let before = cells(line[..label.start].chars().rev().take(width + 1));
    let after = cells(line[label.start..].chars().take(width + 1));
    let (keep_before, keep_after) = if before + after <= width {
        (usize::MAX, usize::MAX)
    } else {
        let keep_after = after.min(width.saturating_sub(before).max(width * 2 / 3));
        (width - keep_after, keep_after)
    };

    let shown_from = label.start - fitting(line[..label.start].chars().rev(), keep_before);
    let shown_to = label.start + fitting(line[label.start..].chars(), keep_after);
    let (cut_at_start, cut_at_end) = (shown_from > 0, shown_to < line.len());

    let mut text = String::new();
    if cut_at_start {
        text.push('…');
    }
    let mut shown_label = text.len()..text.len();
    let mut previous = line[..shown_from].chars().next_back();
    for (offset, character) in line[shown_from..shown_to].char_indices() {
        let at = shown_from + offset;
        if at == label.start {
            shown_label.start = text.len();
        }
        push_cell(&mut text, character, previous, &line[at..]);
        previous = Some(character);
        if at < label.end {
            shown_label.end = text.len();
        }
    }
    if label.start == shown_to {
        shown_label.start = text.len();
    }
    shown_label.end = shown_label.end.max(shown_label.start);
    if cut_at_end {
        text.push('…');
    }
    if text.is_empty() {
        // Miette leaves out an empty line, and with it the label.
        text.push(' ');
    }
    ShownLine { text, label: shown_label, cut_at_start }
}

fn push_cell(text: &mut String, character: char, previous: Option<char>, rest: &str) {
    if character == '\t' { text.push_str(TAB) } else { push_visible(text, character, previous, rest) }
}

/// Returns how many columns these characters take.
fn cells(characters: impl Iterator<Item = char>) -> usize {
    characters.map(cell).sum()
}

/// Returns how many bytes of these characters fit into `limit` columns.
fn fitting(characters: impl Iterator<Item = char>, limit: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|&character| {
            used += cell(character);
            used <= limit
        })
        .map(char::len_utf8)
        .sum()
}

/// Returns how many columns this character takes.
fn cell(character: char) -> usize {
    if matches!(character, ' '..='~') {
        return 1;
    }
    let mut shown = String::new();
    push_cell(&mut shown, character, None, "");
    shown.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::RepoPath;

    fn snippet(text: &str, span: Span, width: usize) -> Option<Snippet> {
        Snippet::new(&SourceText::new(RepoPath::new("a.yaml"), text), &span, width)
    }

    fn check(text: &str, span: Span, shown: &str, label: &str, first_line: usize) {
        let snippet = snippet(text, span.clone(), 20).unwrap();
        let got = (snippet.text.as_str(), &snippet.text[snippet.label.clone()], snippet.first_line);
        assert_eq!(got, (shown, label, first_line), "{text:?} {span:?}");
    }

    #[test]
    fn a_snippet_contains_the_line_and_its_neighbours() {
        let text = "one: 1\r\ntwo: 2\nthree: 3\n\nfive: 5\n";
        check(text, 5..6, "one: 1\ntwo: 2", "1", 1);
        check(text, 8..11, "one: 1\ntwo: 2\nthree: 3", "two", 1);
        check(text, 15..20, "two: 2\nthree: 3\n ", "three", 2);
        check(text, 24..24, "three: 3\n \nfive: 5", "", 3);
        check(text, 8..33, "one: 1\ntwo: 2\nthree: 3", "two: 2", 1);
        check(text, 33..33, "five: 5\n ", "", 5);
        check(text, 99..99, "five: 5\n ", "", 5);
        check(text, 6..7, "one: 1\ntwo: 2", "", 1);
        check("x", 0..1, "x", "x", 1);
        assert_eq!(snippet("", 0..0, 20), None);
    }

    #[test]
    fn hidden_characters_are_escaped_and_the_label_moves_with_them() {
        check("a\u{202e}b\tc", 6..7, "a\\u{202e}b    c", "c", 1);
        check("a\u{202e}b", 1..4, "a\\u{202e}b", "\\u{202e}", 1);
        check("\tkey", 1..4, "    key", "key", 1);
        check("ä: ö", 1..2, "ä: ö", "ä", 1);
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let line = "0123456789abcdefghijklmnopqrstuvwxyz";
        check(line, 0..2, "0123456789abcdefghij…", "01", 1);
        check(line, 20..22, "…defghijklmnopqrstuvw…", "kl", 1);
        check(line, 34..36, "…ghijklmnopqrstuvwxyz", "yz", 1);
        check(line, 36..36, "…ghijklmnopqrstuvwxyz", "", 1);
        check(line, 2..36, "0123456789abcdefghij…", "23456789abcdefghij", 1);
        check(&format!("a: 1\n{line}\nb: 2"), 39..41, "…ghijklmnopqrstuvwxyz", "yz", 2);
        let million = "x".repeat(1_000_000);
        assert!(snippet(&million, 500_000..900_000, 80).unwrap().text.len() < 100);
    }

    proptest! {
        #[test]
        fn every_span_has_a_short_visible_snippet(
            text in "([a-z\\n\\r\\t\u{202e}\u{85}ä文]){1,80}", start in 0usize..200, length in 0usize..200,
        ) {
            let snippet = snippet(&text, start..start + length, 20).unwrap();
            prop_assert!(snippet.text.get(snippet.label.clone()).is_some_and(|label| !label.contains('\n')));
            prop_assert!(snippet.text.lines().count() <= 3);
            prop_assert!(snippet.text.lines().all(|line| line.chars().count() <= 22));
            let has_hidden = snippet.text.contains(['\r', '\t', '\u{202e}', '\u{85}']);
            prop_assert!(!has_hidden);
            prop_assert!(snippet.first_line <= snippet.position.line);
        }
    }
}
