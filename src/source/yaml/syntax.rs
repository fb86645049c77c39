//! What is wrong with a text that is no YAML, in an author's words.

use granit_parser::{ErrorKind, ScanError};

use super::words::words;
use crate::source::{Problem, Span, quote, rules, too_deep};

/// The finding on a text that the parser cannot read.
pub(super) fn explain(text: &str, error: &ScanError, depth: usize) -> Problem {
    let offset = error.marker().byte_offset().unwrap_or(text.len());
    let place = Place { text, at: text.floor_char_boundary(offset.min(text.len())) };
    if let ErrorKind::RecursionLimitExceeded = error.kind() {
        return too_deep(place.here(), depth);
    }
    if let Some(problem) = place.usual_cause(error.kind()) {
        return problem;
    }
    let (message, help) = words(error.kind());
    let problem = syntax(place.here(), message, "here");
    match help {
        "" => problem,
        help => problem.help(help),
    }
}

/// The place where the parser stopped.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    at: usize,
}

impl Place<'_> {
    fn here(self) -> Span {
        let next = self.text[self.at..].chars().next().filter(|&next| next != '\n' && next != '\r');
        self.at..self.at + next.map_or(0, char::len_utf8)
    }

    /// The line of the place, without its end.
    fn line(self) -> Span {
        let start = self.text[..self.at].rfind('\n').map_or(0, |newline| newline + 1);
        let length = self.text[start..].find(['\n', '\r']).unwrap_or(self.text.len() - start);
        start..start + length
    }

    /// Causes that the text around the place gives away better than the parser's error.
    fn usual_cause(self, kind: &ErrorKind) -> Option<Problem> {
        let line = self.line();
        let written = &self.text[line.clone()];
        let indentation = written.len() - written.trim_start().len();
        if let Some(tab) = written[..indentation].find('\t') {
            let tab = line.start + tab;
            return Some(
                syntax(tab..tab + 1, "this line is indented with a tab", "tab").help("indent with spaces"),
            );
        }
        match kind {
            ErrorKind::UnexpectedCharacter { character } => {
                let message =
                    format!("a text cannot start with {}", quote(character.encode_utf8(&mut [0; 4])));
                Some(syntax(self.here(), message, "needs quotes").help("put the text in quotes"))
            }
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
                let message = format!("`{open}` is closed by `{close}`");
                Some(
                    syntax(self.here(), message, "wrong bracket")
                        .help("close each bracket by its counterpart"),
                )
            }
            ErrorKind::UnclosedFlowCollection { open } => {
                let message = format!("this `{open}` is never closed");
                let help = "add the missing bracket, or put a text that starts with a bracket in quotes";
                Some(syntax(self.here(), message, "opened here").help(help))
            }
            ErrorKind::MappingValueNotAllowed => self.second_colon(),
            _ => None,
        }
    }

    /// A colon and a space in an unquoted text, the most common of all mistakes: `title: Chat: the beginning`.
    fn second_colon(self) -> Option<Problem> {
        let line = self.line();
        let written = &self.text[line.clone()];
        let entry = written.trim_start_matches([' ', '-']);
        let (key, value) = entry.split_once(": ")?;
        let value = value.trim();
        let is_unquoted = !value.is_empty() && !value.starts_with(['"', '\'', '[', '{', '|', '>', '#']);
        if !is_unquoted || self.at < line.end - value.len().min(line.end - line.start) {
            return None;
        }
        Some(
            syntax(
                self.here(),
                format!("a colon stands in the unquoted text of {}", quote(key)),
                "second colon",
            )
            .help("put the text in quotes"),
        )
    }
}

fn syntax(span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
    Problem::new(&rules::SYNTAX, span, message, label)
}

/// The finding on a file without content.
pub(super) fn empty(text: &str) -> Problem {
    let message = if text.trim().is_empty() { "the file is empty" } else { "the file has no content" };
    syntax(0..0, message, "nothing here").help("write an object: lines of `key: value`")
}

/// The finding on an alias before a colon.
pub(super) fn alias_as_key(span: Span) -> Problem {
    syntax(span, "an alias cannot be a key", "alias")
        .help("write the key itself; put a key that starts with `*` in quotes")
}

/// The finding on a list or object before a colon.
pub(super) fn collection_as_key(text: &str, span: &Span) -> Problem {
    let problem =
        syntax(span.clone(), "a list or an object cannot be a key", "stands where a key is expected");
    if text[..span.start].ends_with('{') || text[span.start..].starts_with("{{") {
        return problem.help("put a text that holds `{{ … }}` in quotes");
    }
    problem.help("write a plain text before the colon")
}

/// The finding on an alias without an anchor.
pub(super) fn unknown_anchor(name: &str, span: Span) -> Problem {
    syntax(
        span,
        format!("no anchor {} stands before this alias", quote(&format!("&{name}"))),
        "unknown alias",
    )
    .help("put a text that starts with `*` in quotes, or define the anchor first")
}

/// The finding on an alias to a node that cannot be copied.
pub(super) fn alias_of_open(span: Span) -> Problem {
    syntax(span, "this alias stands for a key, or for a list or object that it lies in itself", "alias")
        .help("write the content out")
}

/// The finding on an escape that is half of a character.
pub(super) fn surrogate(span: Span) -> Problem {
    syntax(span, "this `\\u` escape is half of a character", "half a character")
        .help("write the character itself, or `\\U` and 8 digits")
}
