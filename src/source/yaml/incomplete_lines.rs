//! Lines that are neither a key nor a list item: a colon, a dash or a space is missing.

use super::{
    indentation,
    lines::{Level, Line, is_word, levels},
    quotes::{in_quotes, write},
};
use crate::{domain::quoted, source::parse_error::ParseError};

/// Returns the error for a line without a key, if its words show what is missing.
pub(super) fn error(text: &str, line: Line<'_>) -> Option<ParseError> {
    let parts = line.parts();
    let written = line.text[parts.content..].trim_end();
    let start = line.start + parts.content;
    let (first, rest) = written.split_once([' ', '\t']).unwrap_or((written, ""));
    let rest = rest.trim();
    if let Some(comment) = written.strip_prefix("//") {
        let error = ParseError::syntax(
            start..start + 2,
            "a comment starts with `#` in YAML, not with `//`",
            "comment",
        );
        return Some(
            error.help(
                write(&format!("# {}", comment.trim()))
                    .unwrap_or_else(|| "write `#` in place of `//`".to_owned()),
            ),
        );
    }
    if let Some(error) = dash(text, line).or_else(|| glued_colon(line)) {
        return Some(error);
    }
    if let Some(error) = indentation::text_of_key(text, line) {
        return Some(error);
    }
    if !is_word(first) {
        return None;
    }
    let value = rest.trim_start_matches(['=', ':']).trim_start();
    let value = if value.contains(": ") { in_quotes(value) } else { value.to_owned() };
    let fixed = format!("{first}: {value}");
    let message = format!("a colon is missing after the key {}", quoted(first));
    let mut help =
        write(fixed.trim_end()).unwrap_or_else(|| format!("write `:` and a space after {}", quoted(first)));
    if !rest.is_empty() && levels(text, line.start).last().is_some_and(Level::has_value) {
        help.push_str("; indent the line if it belongs to the text above");
    }
    Some(ParseError::syntax(start..start + first.len(), message, "expected `:` after this").help(help))
}

/// Returns the error for a line in a list that has no dash, or no space after it.
fn dash(text: &str, line: Line<'_>) -> Option<ParseError> {
    let parts = line.parts();
    let written = line.text[parts.content..].trim_end();
    let start = line.start + parts.content;
    if let Some(item) = written.strip_prefix('-').filter(|item| !item.starts_with('-') && !item.is_empty()) {
        let error =
            ParseError::syntax(start..start + 1, "a space is missing after this dash", "expected `- `");
        return Some(
            error
                .help(write(&format!("- {item}")).unwrap_or_else(|| "put a space after the dash".to_owned())),
        );
    }
    let open = levels(text, line.start);
    let index = open.iter().position(|level| level.key.is_none() && level.column == parts.column)?;
    let message = match index.checked_sub(1).and_then(|list| open[list].key) {
        Some(key) => format!("this line is within the list of {}, but has no dash", quoted(key)),
        None => "this line is within a list, but has no dash".to_owned(),
    };
    let error = ParseError::syntax(start..line.span().end, message, "expected `- ` before this");
    Some(error.help(write(&format!("- {written}")).unwrap_or_else(|| "put `- ` before it".to_owned())))
}

/// Returns the error for a key whose value follows its colon without a space: `name:tasks`.
fn glued_colon(line: Line<'_>) -> Option<ParseError> {
    let parts = line.parts();
    let (key, value) = line.text[parts.content..].trim_end().split_once(':')?;
    if !is_word(key) || value.is_empty() || value.starts_with("//") || value.starts_with([' ', '\t']) {
        return None;
    }
    let colon = line.start + parts.content + key.len();
    let message = format!("a space is missing after the colon of {}", quoted(key));
    let value = if value.contains(": ") { in_quotes(value) } else { value.to_owned() };
    let help = write(&format!("{key}: {value}")).unwrap_or_else(|| "put a space after the colon".to_owned());
    Some(ParseError::syntax(colon..colon + 1, message, "expected a space after this").help(help))
}
