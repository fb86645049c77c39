//! The errors within the quotes of a JSON text: control characters, unknown escapes and halves of characters.

use crate::{diagnostic::Span, domain::quoted, source::parse_error::ParseError};

/// Returns the findings within the text at `span`, in the order of the text; each is made when it is asked for.
pub(super) fn errors<'a>(text: &'a str, span: &Span) -> impl Iterator<Item = ParseError> + use<'a> {
    let (offset, written) = (span.start, &text[span.clone()]);
    let mut at = 0;
    let pieces = std::iter::from_fn(move || {
        let start = at + written[at..].find(|next: char| next == '\\' || next < ' ')?;
        let (length, error) = match written[start..].strip_prefix('\\') {
            Some(escaped) => escape(escaped),
            None => control_character(&written[start..]),
        };
        at = start + length;
        Some((start..at, error))
    });
    pieces.filter_map(move |(piece, error)| {
        let span = offset + piece.start..offset + piece.end;
        error.map(|error| error(span, &written[piece]))
    })
}

/// Makes the finding on a piece of a text.
type Make = fn(Span, &str) -> ParseError;

/// Returns the length of an escape whose backslash is followed by `escaped`, and what is wrong with it.
fn escape(escaped: &str) -> (usize, Option<Make>) {
    match escaped.chars().next() {
        Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => (2, None),
        Some('u') => match unit(&escaped[1..]) {
            None => (2, Some(unknown_escape)),
            Some(0xD800..0xDC00) if low_surrogate(&escaped[5..]) => (12, None),
            Some(0xD800..0xE000) => (6, Some(half_of_a_character)),
            Some(_) => (6, None),
        },
        next => (1 + next.map_or(0, char::len_utf8), Some(unknown_escape)),
    }
}

/// Returns the UTF-16 code unit of the four digits that `text` starts with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn low_surrogate(text: &str) -> bool {
    text.strip_prefix("\\u").and_then(unit).is_some_and(|unit| (0xDC00..0xE000).contains(&unit))
}

/// Returns the length of the equal control characters that `text` starts with, and the finding on them.
fn control_character(text: &str) -> (usize, Option<Make>) {
    let first = text.chars().next().unwrap_or_default();
    (
        text.len() - text.trim_start_matches(first).len(),
        Some(if first == '\t' { tab } else { other_control_character }),
    )
}

fn tab(span: Span, written: &str) -> ParseError {
    let (message, label) = if written.len() == 1 {
        ("this text contains a tab", "tab")
    } else {
        ("this text contains tabs", "tabs")
    };
    ParseError::syntax(span, message, label)
        .help(format!("write `{}`, or spaces", "\\t".repeat(written.len().min(8))))
}

fn other_control_character(span: Span, written: &str) -> ParseError {
    let code = u32::from(written.chars().next().unwrap_or_default());
    ParseError::syntax(
        span,
        format!("this text contains a control character (U+{code:04X})"),
        "control character",
    )
    .help(format!("remove it, or write it as `\\u{code:04x}`"))
}

fn unknown_escape(span: Span, written: &str) -> ParseError {
    ParseError::syntax(span, format!("{} is not an escape of JSON", quoted(written)), "unknown escape")
        .help("write a backslash as `\\\\`")
}

fn half_of_a_character(span: Span, _: &str) -> ParseError {
    ParseError::syntax(span, "this `\\u` escape is half of a character", "half a character")
        .help("write the character itself; JSON needs two `\\u` escapes for characters above U+FFFF")
}
