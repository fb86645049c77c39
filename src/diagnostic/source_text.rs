//! The text of one file, and the line and column of a byte in it.

use std::ops::Range;

use crate::domain::RepoPath;

/// A range of bytes in a source text; both ends are on character boundaries.
pub type Span = Range<usize>;

/// The text of one file. A byte order mark is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    path: RepoPath,
    text: Box<str>,
}

/// A place in a text as people count it: line and column start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl SourceText {
    /// Pairs a text with the file it was read from.
    pub fn new(path: RepoPath, text: impl Into<Box<str>>) -> Self {
        Self { path, text: text.into() }
    }

    /// Returns the file.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the part of the text that `span` covers.
    pub fn slice(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Returns the place of a byte; an offset past the end, or inside a character, counts as the last place before it.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = SourceText::new(RepoPath::new("a.yaml"), "ä: 1\r\nb: é\n");
        for (offset, line, column) in
            [(0, 1, 1), (2, 1, 2), (1, 1, 1), (7, 2, 1), (10, 2, 4), (12, 2, 5), (13, 3, 1), (99, 3, 1)]
        {
            assert_eq!(source.position(offset), Position { line, column }, "offset {offset}");
        }
    }
}
