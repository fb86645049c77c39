//! The lines of a YAML text as an author sees them: indentation, dashes, key and value.
//!
//! It looks at the layout only, and is meant for texts that the parser refused: what it cannot recognize makes a message less
//! precise, never wrong values.

use crate::diagnostic::Span;

/// The indentation below a key, unless the file shows another habit.
pub(super) const STEP: usize = 2;

/// One line, without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// The offset at which it starts in the text.
    pub(super) start: usize,
    /// The text of the line.
    pub(super) text: &'a str,
}

/// The parts of a line; all columns are bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The column after the indentation.
    pub(super) column: usize,
    /// The column of the last of its dashes, if it starts a list item.
    pub(super) dash: Option<usize>,
    /// The column after the dashes.
    pub(super) content: usize,
    /// The key as it is written.
    pub(super) key: Option<&'a str>,
    /// The column at which the value starts; the end of the line if there is none.
    pub(super) value_at: usize,
    /// The value, without the spaces around it.
    pub(super) value: &'a str,
}

/// An open list item or key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level<'a> {
    /// The column of the dash or the key.
    pub(super) column: usize,
    /// The key; a list item has none.
    pub(super) key: Option<&'a str>,
    /// The value on its line.
    pub(super) value: &'a str,
    /// The offset at which its line starts.
    pub(super) line: usize,
}

impl<'a> Line<'a> {
    /// Returns the line that contains an offset.
    pub(super) fn at(text: &'a str, offset: usize) -> Self {
        let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let length = text[start..].find('\n').unwrap_or(text.len() - start);
        Self { start, text: text[start..start + length].trim_end_matches('\r') }
    }

    /// Returns its place in the text.
    pub(super) fn span(&self) -> Span {
        self.start..self.start + self.text.len()
    }

    /// Returns how many spaces and tabs it starts with.
    pub(super) fn indentation(&self) -> usize {
        self.text.len() - self.text.trim_start_matches([' ', '\t']).len()
    }

    /// Returns whether it is empty, or contains only a comment.
    pub(super) fn is_blank(&self) -> bool {
        let content = self.text.trim_start();
        content.is_empty() || content.starts_with('#')
    }

    /// Returns where the first tab of its indentation is, in the text.
    pub(super) fn tab(&self) -> Option<usize> {
        self.text[..self.indentation()].find('\t').map(|tab| self.start + tab)
    }

    /// Returns its parts.
    pub(super) fn parts(&self) -> Parts<'a> {
        let column = self.indentation();
        let (mut dash, mut content) = (None, column);
        while let Some(rest) = self.text[content..].strip_prefix('-').filter(|rest| is_apart(rest)) {
            dash = Some(content);
            content = self.text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        let written = &self.text[content..];
        let colon = colon(written);
        let after = content + colon.map_or(0, |colon| colon + 1);
        let value = self.text[after..].trim();
        let value_at = self.text.len() - self.text[after..].trim_start().len();
        Parts { column, dash, content, key: colon.map(|colon| written[..colon].trim_end()), value_at, value }
    }
}

impl<'a> Parts<'a> {
    /// Returns the key, if it looks like one: a word without spaces.
    pub(super) fn word(&self) -> Option<&'a str> {
        self.key.filter(|key| is_word(key))
    }
}

impl Level<'_> {
    /// Returns whether a value follows on the same line, so that nothing but more of it may follow below.
    pub(super) fn has_value(&self) -> bool {
        !self.value.is_empty() && !self.value.starts_with('#') && !self.value.starts_with('&')
    }

    /// Returns whether a text in the lines below is announced.
    pub(super) fn is_block_text(&self) -> bool {
        self.value.starts_with(['|', '>'])
    }
}

/// Returns the lines from one that starts at `start` on.
pub(super) fn lines(text: &str, start: usize) -> impl Iterator<Item = Line<'_>> {
    let mut at = start;
    text[start..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        Line { start, text: line.trim_end_matches(['\n', '\r']) }
    })
}

/// Returns the number of the line that contains an offset, from 1.
pub(super) fn number(text: &str, offset: usize) -> usize {
    text[..offset].bytes().filter(|&byte| byte == b'\n').count() + 1
}

/// Returns the list items and keys that are open before the line that starts at `end`, outermost first.
pub(super) fn levels(text: &str, end: usize) -> Vec<Level<'_>> {
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut is_text = false;
    for line in lines(&text[..end], 0).filter(|line| !line.is_blank() && !line.text.starts_with("---")) {
        let parts = line.parts();
        let is_below = levels.last().is_some_and(|last| parts.column > last.column);
        if is_text && is_below {
            continue;
        }
        let continues = |level: &Level<'_>| {
            let is_list_of = parts.dash.is_some() && level.key.is_some() && !level.has_value();
            level.column < parts.column || level.column == parts.column && is_list_of
        };
        while levels.last().is_some_and(|last| !continues(last)) {
            levels.pop();
        }
        let (value, start) = (parts.value, line.start);
        if let Some(dash) = parts.dash {
            let value = if parts.key.is_some() { "" } else { value };
            levels.push(Level { column: dash, key: None, value, line: start });
        }
        if parts.key.is_some() {
            levels.push(Level { column: parts.content, key: parts.key, value, line: start });
        }
        is_text = levels.last().is_some_and(Level::has_value);
    }
    levels
}

/// Returns the lines that are indented further than `column`, from the line after the one that starts at `start`, without
/// blank ones. The items of a list may be at the column of its key.
pub(super) fn block(text: &str, start: usize, column: usize) -> impl Iterator<Item = Line<'_>> {
    let parts = Line::at(text, start).parts();
    let is_key = parts.dash.is_none() || parts.key.is_some() && parts.content == column;
    let belongs = move |line: &Line<'_>| {
        let is_item = is_key && line.indentation() == column && line.parts().dash.is_some();
        line.indentation() > column || is_item
    };
    lines(text, start).skip(1).filter(|line| !line.is_blank()).take_while(belongs)
}

/// Returns where the last of the lines of a [`block`] ends, or the one before it where there are none.
pub(super) fn block_end(text: &str, start: usize, column: usize) -> usize {
    block(text, start, column).last().unwrap_or_else(|| Line::at(text, start)).span().end
}

/// Returns whether a key is a word without spaces and signs.
pub(super) fn is_word(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Returns whether a space or the end follows.
fn is_apart(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// Returns where the colon after a key is.
fn colon(written: &str) -> Option<usize> {
    if let Some(quote) = written.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let end = closing_quote(written, quote)? + 1;
        let colon = end + written[end..].find(|next: char| next != ' ')?;
        return written[colon..].starts_with(':').then_some(colon);
    }
    if written.starts_with(['[', '{', '#', '|', '>']) {
        return None;
    }
    let end = written.find(" #").unwrap_or(written.len());
    let mut colons = written[..end].match_indices(':').map(|(colon, _)| colon);
    colons.find(|&colon| is_apart(&written[colon + 1..]))
}

/// Returns where the quote is that closes the text at the start, on the same line.
pub(super) fn closing_quote(written: &str, quote: char) -> Option<usize> {
    let bytes = written.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == '"' => at += 1,
            b'\'' if quote == '\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if char::from(byte) == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_parts() {
        for (text, column, dash, key, value) in [
            ("name: x", 0, None, Some("name"), "x"),
            ("  - a: b: c", 2, Some(2), Some("a"), "b: c"),
            ("- - x", 0, Some(2), None, "x"),
            ("-x: y", 0, None, Some("-x"), "y"),
            ("\"a: b\": c", 0, None, Some("\"a: b\""), "c"),
            ("http://x", 0, None, None, "http://x"),
            ("a:", 0, None, Some("a"), ""),
            ("[a: b]", 0, None, None, "[a: b]"),
            ("text # a: b", 0, None, None, "text # a: b"),
        ] {
            let parts = Line { start: 0, text }.parts();
            assert_eq!(
                (parts.column, parts.dash, parts.key, parts.value),
                (column, dash, key, value),
                "{text}"
            );
        }
    }

    #[test]
    fn open_levels_leave_out_texts() {
        for (text, open) in [
            ("a:\n  b: |\n    c: d\n  e: f\n", "a e"),
            ("a:\n- b: c\n  d:\n", "a - d"),
            ("a:\n- b: c\nd: x\n", "d"),
            ("a: b\n  c: d\n", "a"),
            ("a:\n  - b\n  - c\n", "a -"),
        ] {
            let names: Vec<_> =
                levels(text, text.len()).iter().map(|level| level.key.unwrap_or("-")).collect();
            assert_eq!(names.join(" "), open, "{text:?}");
        }
    }
}
