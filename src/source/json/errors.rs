//! The errors for texts that are not valid JSON, in an author's words.

use serde_json::Value as Json;

use super::tokens::{Bracket, is_like_number, is_number};
use crate::{
    diagnostic::Span,
    domain::quoted,
    source::{parse_error::ParseError, rules},
};

/// The longest correction that a remedy spells out, in bytes.
const MAX_CORRECTION: usize = 100;

/// Returns the error for a file without a value.
pub(super) fn empty(text: &str) -> ParseError {
    let message = if text.trim().is_empty() { "the file is empty" } else { "the file has no content" };
    ParseError::syntax(0..0, message, "nothing here").help("write an object: `{ … }`")
}

/// Returns the error for a YAML file that is named as JSON.
pub(super) fn yaml(span: Span, file_name: &str, rename_to: &str) -> ParseError {
    let extension = file_name.rsplit('.').next().unwrap_or_default();
    ParseError::syntax(span, format!("this is YAML in a file named `.{extension}`"), "YAML").help(format!(
        "rename the file to {}, or write it as JSON: `{{ \"key\": \"value\" }}`",
        quoted(rename_to)
    ))
}

/// Returns the finding for text that the parser rejects although the lexer found no fault in it, which is not expected.
pub(super) fn unknown(span: Span) -> ParseError {
    ParseError::syntax(span, "this is not valid JSON", "reading ends here")
        .help("compare with a manifest that `modreg new` writes")
}

pub(super) fn comment(span: Span) -> ParseError {
    ParseError::syntax(span, "JSON has no comments", "comment")
        .help("remove the comment, or write the file as YAML, where comments start with `#`")
}

pub(super) fn unusual_space(text: &str, span: Span) -> ParseError {
    let code = u32::from(text[span.clone()].chars().next().unwrap_or_default());
    ParseError::syntax(
        span,
        format!("an unusual space (U+{code:04X}) is between the values"),
        "unusual space",
    )
    .help("replace it by an ordinary space")
}

/// Returns the error for a text in other quotes than straight double ones, at one end or both.
pub(super) fn other_quotes(text: &str, span: Span) -> ParseError {
    let written = &text[span.clone()];
    let is_quote = |next: char| "\"'`“”„‟‘’‚«»".contains(next);
    let content = written.strip_prefix(is_quote).unwrap_or(written);
    let content = content.strip_suffix(is_quote).unwrap_or(content);
    let error = ParseError::syntax(
        span,
        format!("{} is not in straight double quotes", quoted(written)),
        "needs straight double quotes",
    );
    error.help(corrected(content).map_or("use `\"` on both ends".to_owned(), |text| format!("write {text}")))
}

/// Returns the error for a text without its closing quote; `span` may reach over several lines.
pub(super) fn unclosed(text: &str, span: Span) -> ParseError {
    let line = text[span.clone()].lines().next().unwrap_or_default().len();
    let goes_on = line < span.len();
    let content = text[span.start..span.start + line].trim_start_matches('"');
    let span = span.start..span.start + line;
    if goes_on {
        return ParseError::syntax(
            span,
            "this text has no closing quote on its line",
            "the line ends within it",
        )
        .help("write a text on one line, and a line break within it as `\\n`");
    }
    if text[span.end..].starts_with(':') {
        let help = corrected(content).map_or("close it with `\"`".to_owned(), |key| format!("write {key}"));
        return ParseError::syntax(span, "this key has no closing quote", "starts here").help(help);
    }
    let help = corrected(content).filter(|_| !content.is_empty());
    ParseError::syntax(span, "this text has no closing quote", "starts here")
        .help(help.map_or("close it with `\"`".to_owned(), |text| format!("close it with `\"`: {text}")))
}

pub(super) fn unopened(text: &str, span: Span) -> ParseError {
    let content = text[span.clone()].trim_end_matches('"');
    let help = corrected(content).map_or("put a `\"` before it".to_owned(), |text| format!("write {text}"));
    ParseError::syntax(span, "this text has no opening quote", "ends with a quote").help(help)
}

pub(super) fn unescaped(text: &str, span: Span) -> ParseError {
    let written = &text[span.clone()];
    let content = written.trim_matches('"');
    if !content.contains('"') {
        let help = corrected(content).map_or("remove it".to_owned(), |text| format!("write {text}"));
        return ParseError::syntax(span, "this text has a quote too many", "quotes at its ends").help(help);
    }
    let help = "write a quote within a text as `\\\"`";
    let content = written.strip_prefix('"').unwrap_or(written);
    let content = content.strip_suffix('"').unwrap_or(content).replace("\\\"", "\"");
    let help = corrected(&content).map_or(help.to_owned(), |text| format!("{help}: {text}"));
    ParseError::syntax(span, "this text contains quotes that are not escaped", "quotes within it").help(help)
}

/// Returns a text as JSON writes it, in backticks, unless it is long or has characters that cannot be shown.
fn corrected(content: &str) -> Option<String> {
    let content = content.trim();
    let is_shown = |next: char| next != '`' && (matches!(next, '"' | '\'') || next.escape_debug().len() == 1);
    (content.len() <= MAX_CORRECTION && content.chars().all(is_shown))
        .then(|| format!("`{}`", Json::from(content)))
}

/// Returns the error for a key that is not in quotes.
pub(super) fn unquoted_key(text: &str, span: Span) -> ParseError {
    let written = &text[span.clone()];
    let help = corrected(written).map_or("put it in double quotes".to_owned(), |key| format!("write {key}"));
    ParseError::syntax(
        span,
        format!("the key {} is not in double quotes", quoted(written)),
        "key without quotes",
    )
    .help(help)
}

/// Returns the error for something else where a key is expected.
pub(super) fn no_key(text: &str, span: Span) -> ParseError {
    let message = format!("expected a key in double quotes, found {}", quoted(&text[span.clone()]));
    ParseError::syntax(span, message, "expected a key").help("write each member as `\"key\": value`")
}

pub(super) fn key_missing(span: Span) -> ParseError {
    ParseError::syntax(span, "a key is missing before this colon", "expected a key before it")
        .help("write each member as `\"key\": value`")
}

/// Returns the error for a word that is not a value by itself, if it is not.
pub(super) fn bad_value(text: &str, span: Span) -> Option<ParseError> {
    let word = &text[span.clone()];
    if matches!(word, "true" | "false" | "null") {
        return None;
    }
    if is_number(word) {
        let is_finite = word.parse::<f64>().is_ok_and(f64::is_finite);
        let error = || ParseError::new(&rules::NUMBER, span, "this number is too large", "too large");
        return (!is_finite).then(|| error().help("put it in quotes if it is a text"));
    }
    if is_like_number(word) {
        let help = match corrected(word) {
            Some(text) => format!(
                "write a number as `0.5`, `-1` or `10`, without a leading `0` or `+`, or a text in quotes: {text}"
            ),
            None => "write a number as `0.5`, `-1` or `10`, or put a text in double quotes".to_owned(),
        };
        let message = format!("{} is not a number as JSON writes them", quoted(word));
        return Some(ParseError::syntax(span, message, "not a number").help(help));
    }
    let instead = match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        "none" | "nil" | "null" | "undefined" => Some("null"),
        _ => None,
    };
    let help = match (instead, corrected(word)) {
        (Some(instead), _) => format!("write `{instead}`, or put a text in double quotes"),
        (None, Some(text)) => format!("put a text in double quotes: {text}"),
        (None, None) => "put a text in double quotes".to_owned(),
    };
    Some(
        ParseError::syntax(span, format!("{} is not a value of JSON", quoted(word)), "not a value")
            .help(help),
    )
}

pub(super) fn colon_missing(text: &str, key: Span) -> ParseError {
    let written = quoted(&text[key.clone()]);
    ParseError::syntax(key, "a colon is missing after this key", "expected `:` after this")
        .help(format!("add a colon after {written}"))
}

pub(super) fn equals(span: Span) -> ParseError {
    ParseError::syntax(span, "a key and its value are joined by a colon", "expected `:`").help("write `:`")
}

pub(super) fn two_colons(span: Span) -> ParseError {
    ParseError::syntax(span, "two colons follow each other", "expected a value").help("remove one of them")
}

/// Returns the error for a colon after a value.
pub(super) fn colon_after_value(span: Span) -> ParseError {
    ParseError::syntax(span, "a colon follows a value", "expected `,`")
        .help("put a text that contains a colon in double quotes")
}

pub(super) fn value_missing(text: &str, key: Span) -> ParseError {
    let message = format!("the key {} has no value", quoted(text[key.clone()].trim_matches('"')));
    ParseError::syntax(key, message, "a value is missing after this")
        .help("write a value after the colon, or remove the key")
}

/// Returns the error for a key that is followed by the members of its value.
pub(super) fn brace_missing(text: &str, key: Span) -> ParseError {
    value_missing(text, key).help("write `{` after its colon, and `}` after the last member of its value")
}

/// Returns the error for a value without a key.
pub(super) fn value_without_key(span: Span, text: &str) -> ParseError {
    no_key(text, span)
        .help("put several values of one key in a list: `[ … ]`, or write a key before this one")
}

/// Returns the error for a closing bracket without an opening one.
pub(super) fn unopened_bracket(text: &str, span: Span, bracket: Bracket) -> ParseError {
    let message = format!("no bracket is open that {} could close", quoted(&text[span.clone()]));
    let opening = if bracket == Bracket::Object { '{' } else { '[' };
    ParseError::syntax(span, message, "closes nothing")
        .help(format!("remove it, or add the missing `{opening}`"))
}

/// Returns the error for a list in braces.
pub(super) fn list_in_braces(text: &str, item: Span) -> ParseError {
    let message = format!("{} is in an object, but has no colon and no value", quoted(&text[item.clone()]));
    ParseError::syntax(item, message, "neither a key nor a value")
        .help("write a member as `\"key\": value`; a list is in brackets: `[ … ]`")
}

/// Returns the error for a comma that follows another one.
pub(super) fn two_commas(span: Span) -> ParseError {
    ParseError::syntax(span, "two commas follow each other", "no value before it").help("remove one of them")
}

/// Returns the error for a comma before the first value.
pub(super) fn early_comma(span: Span) -> ParseError {
    ParseError::syntax(span, "no value precedes this comma", "no value before it").help("remove the comma")
}

pub(super) fn trailing_comma(span: Span) -> ParseError {
    ParseError::syntax(span, "a comma precedes the closing bracket", "no value follows")
        .help("remove the comma")
}

pub(super) fn comma_missing(value: Span) -> ParseError {
    ParseError::syntax(value, "a comma is missing after this value", "expected `,` after this")
        .help("add a comma")
}

/// Returns the error for a text that is followed by something that could be the rest of it.
pub(super) fn comma_or_escape_missing(value: Span) -> ParseError {
    comma_missing(value)
        .help("add a comma; if the text was meant to go on, write a quote within it as `\\\"`")
}

pub(super) fn semicolon(span: Span) -> ParseError {
    ParseError::syntax(span, "a semicolon separates two values", "expected `,`").help("write `,`")
}

/// Returns the error for a member that is directly in a list.
pub(super) fn key_in_list(colon: Span) -> ParseError {
    ParseError::syntax(colon, "a list cannot contain keys", "a key precedes this")
        .help("put the member in braces: `{ \"key\": value }`")
}

pub(super) fn wrong_bracket(span: Span, open: Bracket) -> ParseError {
    let (name, closing) = names(open);
    ParseError::syntax(span, format!("the wrong bracket closes this {name}"), format!("expected `{closing}`"))
        .help(format!("write `{closing}`"))
}

/// Returns the error for a collection whose closing bracket is missing before the key of an object around it.
pub(super) fn unclosed_before_key(text: &str, opening: Span, open: Bracket, key: &Span) -> ParseError {
    let has_comma = text[..key.start].trim_end().ends_with(',');
    let key = quoted(text[key.clone()].trim_matches('"'));
    unclosed_before(
        opening,
        open,
        &if has_comma {
            format!("the comma that precedes the key {key}")
        } else {
            format!("the key {key}, and a comma after it")
        },
    )
}

/// Returns the error for a collection whose closing bracket is missing `before` something.
pub(super) fn unclosed_before(opening: Span, open: Bracket, before: &str) -> ParseError {
    let (name, closing) = names(open);
    ParseError::syntax(opening, format!("this {name} is never closed"), "opened here")
        .help(format!("add the missing `{closing}` before {before}"))
}

/// Returns the error for a collection that is open at the end of the file.
pub(super) fn unclosed_at_end(opening: Span, open: Bracket) -> ParseError {
    let (name, closing) = names(open);
    ParseError::syntax(opening, format!("this {name} is never closed"), "opened here")
        .help(format!("add the missing `{closing}`; the file may have been cut off"))
}

pub(super) fn no_braces(span: Span) -> ParseError {
    ParseError::syntax(span, "the braces around the members are missing", "expected `{` before it")
        .help("write `{` before the first member and `}` after the last one")
}

pub(super) fn after_the_end(span: Span) -> ParseError {
    ParseError::syntax(span, "there is more text after the end of the document", "not part of it")
        .help("remove it, or check for a closing bracket too many before it")
}

/// Returns the name of a collection, and the bracket that closes it.
fn names(bracket: Bracket) -> (&'static str, char) {
    match bracket {
        Bracket::Object => ("object", '}'),
        Bracket::List => ("list", ']'),
    }
}
