//! Texts in quotes that do not end where their author meant.

use super::lines::{Line, Parts, block, closing_quote, lines};
use crate::{
    domain::{quoted, quoted_verbatim},
    source::parse_error::ParseError,
};

/// The characters that may follow a backslash in double quotes.
const KNOWN_ESCAPES: &str = "0abt\tnvfre \"/\\N_LPxuU";

/// Returns a text as YAML takes it in quotes.
pub(super) fn in_quotes(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}

/// Returns the help to write a line with another value, where that fits into a message and is the whole of the value.
pub(super) fn rewrite(text: &str, line: Line<'_>, value: &str) -> Option<String> {
    let parts = line.parts();
    let start = if parts.key.is_some() { parts.content } else { parts.dash.unwrap_or(parts.content) };
    let before = line.text[start..parts.value_at].trim_end();
    let separator = if before.is_empty() { "" } else { " " };
    let help = write(&format!("{before}{separator}{value}"))?;
    block(text, line.start, start).next().is_none().then_some(help)
}

/// Returns the help to write this, where it can be shown.
pub(super) fn write(piece: &str) -> Option<String> {
    quoted_verbatim(piece).map(|piece| format!("write {piece}"))
}

/// Returns the error for what the parser stumbled over at `at`, after a quote that closes a text or in a text that never
/// ends.
pub(super) fn error(text: &str, at: usize) -> Option<ParseError> {
    let line = Line::at(text, at);
    let parts = line.parts();
    if let Some(end) = closed_at(&parts).filter(|end| line.start + parts.value_at + end < at) {
        return more_text(text, line, &parts, end);
    }
    let opening = opening(text, at)?;
    Some(unclosed(text, opening))
}

/// Returns where the text in quotes that is the value of a line ends, in the value.
fn closed_at(parts: &Parts<'_>) -> Option<usize> {
    let quote = parts.value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    closing_quote(parts.value, quote)
}

/// Returns the last line up to `at` that starts a text in quotes and does not end it, if that text reaches to `at`.
fn opening(text: &str, at: usize) -> Option<Line<'_>> {
    let is_open = |line: &Line<'_>| {
        let parts = line.parts();
        !line.is_blank() && parts.value.starts_with(['"', '\'']) && closed_at(&parts).is_none()
    };
    let end = Line::at(text, at).span().end;
    let opening = lines(&text[..end], 0).filter(is_open).last()?;
    let start = opening.start + opening.parts().value_at;
    let quote = text[start..].chars().next()?;
    let reaches = |closed: usize| start + closed >= at || text[start + closed + 1..at].trim().is_empty();
    closing_quote(&text[start..], quote).is_none_or(reaches).then_some(opening)
}

/// Returns the error for a backslash that starts no escape, in the text in double quotes that starts at `at` or around it.
pub(super) fn escape(text: &str, at: usize) -> Option<ParseError> {
    let line = Line::at(text, at);
    let parts = line.parts();
    let end = closed_at(&parts).filter(|&end| end + 1 == parts.value.len())?;
    let inner = &parts.value[1..end];
    let mut escapes = inner.match_indices('\\').map(|(backslash, _)| backslash);
    let wrong = escapes.find(|backslash| {
        let before = &inner[..*backslash];
        let is_second = (before.len() - before.trim_end_matches('\\').len()) % 2 == 1;
        !is_second && !inner[backslash + 1..].starts_with(|next| KNOWN_ESCAPES.contains(next))
    })?;
    let start = line.start + parts.value_at + 1 + wrong;
    let length = inner[wrong + 1..].chars().next().map_or(1, |next| 1 + next.len_utf8());
    let written = &text[start..start + length];
    let message = format!("{} is not an escape that YAML knows", quoted(written));
    let help = rewrite(text, line, &in_quotes(inner)).unwrap_or_else(|| {
        "write a backslash as `\\\\`, or use single quotes, where backslashes mean themselves".to_owned()
    });
    Some(ParseError::syntax(start..start + length, message, "unknown escape").help(help))
}

fn unclosed(text: &str, line: Line<'_>) -> ParseError {
    let parts = line.parts();
    let start = line.start + parts.value_at;
    let message = match parts.key {
        Some(key) => format!("the text of {} has no closing quote", quoted(key)),
        None => "this text has no closing quote".to_owned(),
    };
    let next = lines(text, line.start).skip(1).find(|line| !line.is_blank());
    let goes_on = next.is_some_and(|next| {
        let key = parts.dash.map_or(parts.content, |dash| dash.max(parts.content));
        next.indentation() > key && next.parts().key.is_none()
    });
    let sign = &parts.value[..1];
    let fixed = rewrite(text, line, &format!("{}{sign}", parts.value)).filter(|_| !goes_on);
    let help = fixed.unwrap_or_else(|| format!("add {} at the end of the text", quoted(sign)));
    ParseError::syntax(start..start + 1, message, "opened here").help(help)
}

/// Returns the error for text after a closing quote on the same line; `end` is where the quote is in the value.
fn more_text(text: &str, line: Line<'_>, parts: &Parts<'_>, end: usize) -> Option<ParseError> {
    let (value, start) = (parts.value, line.start + parts.value_at);
    let rest = &value[end + 1..];
    if rest.starts_with('#') {
        let message = "a space is missing before the comment";
        let error =
            ParseError::syntax(start + end + 1..start + end + 2, message, "expected a space before this");
        let fixed = format!("{} {rest}", &value[..=end]);
        let help = rewrite(text, line, &fixed).unwrap_or_else(|| "put a space before `#`".to_owned());
        return Some(error.help(help));
    }
    let sign = value.chars().next()?;
    let letters = |text: Option<char>| text.is_some_and(char::is_alphanumeric);
    let is_apostrophe = sign == '\'' && letters(value[..end].chars().last()) && letters(rest.chars().next());
    let meant = match value.strip_suffix(sign) {
        Some(value) => &value[1..],
        None if is_apostrophe => &value[1..],
        None => value,
    };
    let message = match parts.key {
        Some(key) => format!("there is more text after the closing quote of {}", quoted(key)),
        None => "there is more text after the closing quote".to_owned(),
    };
    let help = rewrite(text, line, &in_quotes(meant)).unwrap_or_else(|| {
        "put all of it within the quotes; write `\"` within `\"…\"` as `\\\"`, and `'` within `'…'` as `''`".to_owned()
    });
    Some(ParseError::syntax(start + end..start + end + 1, message, "closes the text").help(help))
}
