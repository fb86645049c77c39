//! From a change of a value to the edit of the text that makes it: the span to replace, and by what.
//!
//! Where the text is not in a form whose edit is plain to see, there is none.

use crate::{
    diagnostic::{Part, Span},
    domain::Pointer,
    source::Document,
};

use super::Change;

/// Returns the edit that makes a change at a route.
pub(super) fn edit(document: &Document, route: &Pointer, change: &Change) -> Option<(Span, String)> {
    match change {
        Change::RenameKey(key) => rewrite(document, document.locate(route, Part::Key), key),
        Change::SetText(text) => {
            let old = document.root().at(route)?.as_str()?;
            let span = document.locate(route, Part::Value);
            // A space that is written as an escape is meant.
            let is_other_space = old.trim() == text.trim() && !is_word(text);
            let written = || rewrite(document, span.clone(), text).filter(|_| !is_other_space);
            trim(document, &span, old, text).or_else(written)
        }
        Change::Remove => {
            let removal = remove_from_flow(document, route).or_else(|| remove_line(document, route))?;
            Some((removal, String::new()))
        }
    }
}

/// Writes a text in the quotes of the one before; a word without quotes where that has none.
fn rewrite(document: &Document, span: Span, text: &str) -> Option<(Span, String)> {
    let written = match document.source().slice(&span).chars().next() {
        _ if text.is_empty() => return None,
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        Some('"') => serde_json::Value::from(text).to_string(),
        _ if is_word(text) => text.to_owned(),
        _ => serde_json::Value::from(text).to_string(),
    };
    Some((span, written))
}

/// Returns whether a text needs no quotes, in whatever style its neighbours are.
fn is_word(text: &str) -> bool {
    let is_plain = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    let is_a_value = ["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str());
    is_plain && !is_a_value && !text.starts_with(|first: char| first.is_ascii_digit())
}

/// Removes the blanks before the closing quote, or at the end of a block text, which the span does not reach.
fn trim(document: &Document, span: &Span, old: &str, new: &str) -> Option<(Span, String)> {
    let content = old.trim_end_matches(['\n', '\r']);
    let blanks = content.len() - content.trim_end_matches([' ', '\t']).len();
    let is_trimmed = blanks > 0 && content[..content.len() - blanks] == *new.trim_end_matches(['\n', '\r']);
    if !is_trimmed {
        return None;
    }
    let text = document.source().text();
    let written = document.source().slice(span);
    let end = match written.chars().next_back() {
        Some(quote @ ('"' | '\'')) if written.len() > 1 && written.starts_with(quote) => span.end - 1,
        _ => {
            let rest = &text[span.end..];
            span.end + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
        }
    };
    let start = end.checked_sub(blanks)?;
    let are_blanks = text.get(start..end)?.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    are_blanks.then(|| (start..end, String::new()))
}

/// Returns the element of a list in brackets, with the comma before it.
fn remove_from_flow(document: &Document, route: &Pointer) -> Option<Span> {
    let list = document.locate(&route.parent()?, Part::Value);
    if !document.source().slice(&list).starts_with('[') {
        return None;
    }
    let before = route.parent()?.index(route.last()?.parse::<usize>().ok()?.checked_sub(1)?);
    let (before, element) = (document.locate(&before, Part::Value), document.locate(route, Part::Value));
    let between = document.source().text().get(before.end..element.start)?;
    (between.trim() == ",").then_some(before.end..element.end)
}

/// Returns the lines of an element that has lines of its own, without a comment that would go with them.
fn remove_line(document: &Document, route: &Pointer) -> Option<Span> {
    let text = document.source().text();
    let element = document.locate(route, Part::Value);
    let start = text[..element.start].rfind('\n')? + 1;
    let end = text[element.end..].find('\n').map_or(text.len(), |end| element.end + end + 1);
    let is_marked = text[start..element.start].trim() == "-";
    let is_alone = text[element.end..end].trim().is_empty();
    let has_comment = text[start..end].lines().skip(1).any(|line| line.contains('#'));
    (is_marked && is_alone && !has_comment).then_some(start..end)
}
