//! The messages for texts that are not valid YAML, in an author's words.

use granit_parser::{ErrorKind, ScanError};

use super::{
    incomplete_lines, indentation,
    lines::{Line, levels, lines},
    messages::message_and_help,
    quotes::{self, in_quotes, rewrite},
};
use crate::{
    diagnostic::Span,
    domain::quoted,
    source::{common_errors::too_deep, parse_error::ParseError},
};

/// Returns the error for a text that the parser cannot read; `bracket` is where the outermost bracket is that is open there.
pub(super) fn explain(text: &str, error: &ScanError, depth: usize, bracket: Option<usize>) -> ParseError {
    let offset = error.marker().byte_offset().unwrap_or(text.len());
    let place = Place { text, at: text.floor_char_boundary(offset.min(text.len())) };
    let kind = error.kind();
    if let ErrorKind::RecursionLimitExceeded = kind {
        return too_deep(place.here(), depth);
    }
    let cause = match bracket {
        Some(bracket) => place.cause_within_brackets(kind, bracket).or_else(|| place.tab(kind)),
        None => place.tab(kind),
    };
    if let Some(error) = cause.or_else(|| place.usual_cause(kind)) {
        return error;
    }
    let (message, help) = message_and_help(kind);
    let error = ParseError::syntax(place.here(), message, "here");
    match help {
        "" => error,
        help => error.help(help),
    }
}

/// The place where the parser stopped.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Place<'a> {
    fn here(self) -> Span {
        let next = self.text[self.at..].chars().next().filter(|&next| next != '\n' && next != '\r');
        self.at..self.at + next.map_or(0, char::len_utf8)
    }

    fn line(self) -> Line<'a> {
        Line::at(self.text, self.at)
    }

    /// Returns whether the line has only spaces before the place.
    fn starts_line(self) -> bool {
        let line = self.line();
        self.at == line.start + line.indentation()
    }

    /// Returns a tab in the indentation. For a text without quotes the parser only reports the line on which it started.
    fn tab(self, kind: &ErrorKind) -> Option<ParseError> {
        let is_about_tabs = matches!(
            kind,
            ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInIndentation
                | ErrorKind::TabInPlainScalar
        );
        let line = self.line();
        let reach = if is_about_tabs { usize::MAX } else { 1 };
        let line = lines(self.text, line.start).take(reach).find(|line| line.tab().is_some())?;
        indentation::tab(self.text, line)
    }

    /// Causes within brackets, where the layout of lines does not count.
    fn cause_within_brackets(self, kind: &ErrorKind, bracket: usize) -> Option<ParseError> {
        let (line, opening) = (self.line(), Line::at(self.text, bracket));
        let leaves_block = line.start > opening.start
            && line.indentation() <= opening.indentation()
            && line.parts().key.is_some();
        if leaves_block || is_unclosed(kind) {
            return Some(self.unclosed_bracket(bracket));
        }
        let is_quote = self.text[self.at..].starts_with(['"', '\'']);
        let is_separator = match kind {
            ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator => true,
            ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                is_quote
            }
            _ => false,
        };
        let before = self.text[..self.at].trim_end();
        if !is_separator || before.ends_with([',', '[', '{', ':']) {
            return None;
        }
        let last = before.chars().next_back().map_or(0, char::len_utf8);
        let span = before.len() - last..before.len();
        let error =
            ParseError::syntax(span, "a comma is missing after this value", "expected `,` after this");
        Some(error.help("add a comma"))
    }

    /// Returns a bracket without its counterpart, in a value of one line or more.
    fn unclosed_bracket(self, bracket: usize) -> ParseError {
        let open = self.text.get(bracket..=bracket).unwrap_or("[");
        let message = format!("this `{open}` is never closed");
        let line = Line::at(self.text, bracket);
        let parts = line.parts();
        let close = if open == "[" { "]" } else { "}" };
        let is_whole = line.start + parts.value_at == bracket
            && !parts.value.ends_with([',', '[', '{'])
            && parts.value.matches(open).count() == parts.value.matches(close).count() + 1;
        let fixed = rewrite(self.text, line, &format!("{}{close}", parts.value)).filter(|_| is_whole);
        let help = fixed.unwrap_or_else(|| {
            format!("add the missing `{close}`, or put a text that starts with a bracket in quotes")
        });
        ParseError::syntax(bracket..bracket + 1, message, "opened here").help(help)
    }

    /// Returns the error for a cause that the text around the place shows better than the parser's error.
    fn usual_cause(self, kind: &ErrorKind) -> Option<ParseError> {
        use ErrorKind as Kind;
        match kind {
            Kind::UnexpectedCharacter { character } => {
                let sign = quoted(character.encode_utf8(&mut [0; 4]));
                let message = format!("a text cannot start with {sign}");
                let error = ParseError::syntax(self.here(), message, "needs quotes");
                Some(
                    error.help(
                        value_in_quotes(self.text, self.at)
                            .unwrap_or_else(|| "put the text in quotes".to_owned()),
                    ),
                )
            }
            Kind::MismatchedFlowCollectionEnd { open, close } => {
                let message = format!("`{open}` is closed by `{close}`");
                let error = ParseError::syntax(self.here(), message, "wrong bracket");
                Some(error.help(format!("close `{open}` by `{}`", if *open == '[' { ']' } else { '}' })))
            }
            Kind::UnclosedFlowCollection { .. } => Some(self.unclosed_bracket(self.at)),
            Kind::UnclosedQuotedScalar
            | Kind::UnexpectedEof
            | Kind::DocumentIndicatorInQuotedScalar
            | Kind::InvalidQuotedScalarIndent
            | Kind::CommentNotSeparated
            | Kind::InvalidTrailingSingleQuotedScalar
            | Kind::InvalidTrailingDoubleQuotedScalar => quotes::error(self.text, self.at),
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidUnicodeEscape => quotes::escape(self.text, self.at),
            Kind::MappingValueNotAllowed if self.text[self.at..].starts_with('?') => self.needs_quotes(),
            Kind::MappingValueNotAllowed => self.unexpected_colon(),
            Kind::MappingKeyNotAllowed
            | Kind::BlockSequenceEntryNotAllowed
            | Kind::InvalidBlockScalarHeader
            | Kind::MissingAnchorOrAliasName
                if value_in_quotes(self.text, self.at).is_some() =>
            {
                self.needs_quotes()
            }
            Kind::SimpleKeyExpected
            | Kind::InvalidSimpleKey
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::ExpectedDocumentStart
            | Kind::BlockSequenceEntryNotAllowed
            | Kind::InvalidIndentation
                if self.starts_line() =>
            {
                let line = self.line();
                indentation::wrong_column(self.text, line)
                    .or_else(|| incomplete_lines::error(self.text, line))
            }
            Kind::ExpectedBlockMappingKey | Kind::ExpectedBlockSequenceEntry => self.text_after_bracket(),
            _ => None,
        }
    }

    /// Returns a text that starts with a sign that means something else.
    fn needs_quotes(self) -> Option<ParseError> {
        let help = value_in_quotes(self.text, self.at)?;
        let sign = quoted(&self.text[self.here()]);
        Some(
            ParseError::syntax(
                self.here(),
                format!("a text cannot start with {sign} and a space"),
                "needs quotes",
            )
            .help(help),
        )
    }

    /// Returns the error for more text after a list or object in brackets: `purpose: [Team] Keeps tasks`.
    fn text_after_bracket(self) -> Option<ParseError> {
        let line = self.line();
        let parts = line.parts();
        let is_bracket = parts.value.starts_with(['[', '{']) && self.at > line.start + parts.value_at;
        let help = value_in_quotes(self.text, line.start + parts.value_at).filter(|_| is_bracket)?;
        Some(
            ParseError::syntax(self.here(), "there is more text after the closing bracket", "not expected")
                .help(help),
        )
    }

    /// Returns a colon where no key can be: a second one in an unquoted text, the most common of all mistakes (`title: Chat:
    /// the beginning`), or that of a key on a line that went wrong before it.
    fn unexpected_colon(self) -> Option<ParseError> {
        let line = self.line();
        let parts = line.parts();
        if self.at < line.start + parts.value_at && parts.key.is_some() {
            let open = levels(self.text, line.start);
            let since = open.last().map_or(0, |last| last.line);
            let mut before = lines(&self.text[..line.start], since).filter(|line| !line.is_blank());
            let stray = before.find(|before| {
                let parts = before.parts();
                let is_dashed = parts.key.is_some_and(|key| key.starts_with('-'));
                is_dashed || open.is_empty() && parts.key.is_none() && parts.dash.is_none()
            });
            if let Some(error) = stray.and_then(|stray| incomplete_lines::error(self.text, stray)) {
                return Some(error);
            }
            if let Some(error) = indentation::wrong_column(self.text, line) {
                return Some(error);
            }
            let owner = open.last().and_then(|last| last.key)?;
            let message = format!("the unquoted text of {} contains {}", quoted(owner), quoted(": "));
            return Some(
                ParseError::syntax(self.here(), message, "colon").help("put the whole text in quotes"),
            );
        }
        let is_unquoted =
            !parts.value.is_empty() && !parts.value.starts_with(['"', '\'', '[', '{', '|', '>', '#']);
        let key = parts.key.filter(|_| is_unquoted)?;
        let message = format!("the unquoted text of {} contains {}", quoted(key), quoted(": "));
        let help = value_in_quotes(self.text, line.start + parts.value_at)?;
        Some(ParseError::syntax(self.here(), message, "second colon").help(help))
    }
}

fn is_unclosed(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    )
}

/// The most bytes around an offset that are searched for the value that starts there. The keys of YAML are shorter, and of a
/// longer value no message shows anything.
const MAX_DISTANCE: usize = 2048;

/// Returns how to write the value that starts at an offset in quotes, if one does.
pub(super) fn value_in_quotes(text: &str, at: usize) -> Option<String> {
    let Line { start, text: whole } = Line::at(text, at);
    // A line may be as long as the file, and have a mistake at each of its bytes.
    if at - start > MAX_DISTANCE {
        return None;
    }
    let line = Line { start, text: &whole[..whole.floor_char_boundary(at - start + MAX_DISTANCE)] };
    let parts = line.parts();
    let value = parts.value.split(" #").next().unwrap_or_default().trim_end();
    let is_value = (parts.key.is_some() || parts.dash.is_some()) && at == line.start + parts.value_at;
    if !is_value || value.is_empty() {
        return None;
    }
    Some(rewrite(text, line, &in_quotes(value)).unwrap_or_else(|| "put the whole text in quotes".to_owned()))
}

/// Returns the error for a file without content.
pub(super) fn empty(text: &str) -> ParseError {
    let message = if text.trim().is_empty() { "the file is empty" } else { "the file has no content" };
    ParseError::syntax(0..0, message, "nothing here")
        .help("write lines of `key: value`, or remove the file: `modreg new NAME` writes one to start from")
}

/// Returns the error for an alias before a colon.
pub(super) fn alias_as_key(span: Span) -> ParseError {
    ParseError::syntax(span, "an alias cannot be a key", "alias")
        .help("write the key itself; put a key that starts with `*` in quotes")
}

/// Returns the error for a list or object before a colon.
pub(super) fn collection_as_key(text: &str, span: &Span) -> ParseError {
    let error =
        ParseError::syntax(span.clone(), "a list or an object cannot be a key", "expected a key here");
    if text[..span.start].ends_with('{') || text[span.start..].starts_with("{{") {
        let help =
            value_in_quotes(text, span.start).or_else(|| value_in_quotes(text, span.start.saturating_sub(1)));
        return error.help(help.unwrap_or_else(|| "put a text that contains `{{ … }}` in quotes".to_owned()));
    }
    error.help("write a plain text before the colon")
}

/// Returns the error for an alias without an anchor.
pub(super) fn unknown_anchor(text: &str, name: &str, span: Span) -> ParseError {
    let help = value_in_quotes(text, span.start);
    let help = help.unwrap_or_else(|| "put a text that starts with `*` in quotes".to_owned());
    let message = format!("there is no anchor {} before this alias", quoted(&format!("&{name}")));
    ParseError::syntax(span, message, "unknown alias").help(format!("{help}, or define the anchor first"))
}

/// Returns the error for a tag.
pub(super) fn tag(text: &str, span: Span) -> ParseError {
    let help = match value_in_quotes(text, span.start) {
        Some(help) => format!("remove it, or {help}"),
        None => "remove it; put a value in quotes to make it a text".to_owned(),
    };
    ParseError::syntax(span.clone(), format!("the tag {} is not read", quoted(&text[span])), "YAML tag")
        .help(help)
}

/// Returns the error for an alias to a node that cannot be copied.
pub(super) fn alias_of_open(span: Span) -> ParseError {
    ParseError::syntax(span, "this alias refers to a key, or to a list or object that contains it", "alias")
        .help("write the content out")
}

/// Returns the error for an escape that is half of a character.
pub(super) fn surrogate(span: Span) -> ParseError {
    ParseError::syntax(span, "this `\\u` escape is half of a character", "half a character")
        .help("write the character itself, or `\\U` and 8 digits")
}
