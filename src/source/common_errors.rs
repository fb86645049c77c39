//! The texts of the errors that JSON and YAML have in common.

use super::{parse_error::ParseError, rules};
use crate::{
    diagnostic::Span,
    domain::quoted,
    source::tree::{node::Tree, spans::NodeSpans},
};

/// The most errors that are reported for one file: more than that have the same cause.
pub(super) const MAX_ERRORS: usize = 100;

/// Returns the findings on keys that repeat an earlier key of their object, which `duplicates` lists as pairs of nodes.
pub(super) fn duplicate_keys(
    text: &str,
    tree: &Tree,
    mut duplicates: Vec<(usize, usize)>,
    spans: &[NodeSpans],
) -> Vec<ParseError> {
    duplicates.sort_unstable_by_key(|&(_, second)| second);
    duplicates.truncate(MAX_ERRORS);
    let key_span = |node: usize| spans.get(node).map(|spans| spans.key.unwrap_or(spans.value).span());
    let error = |(first, second): (usize, usize)| {
        let (first, span, key) = (key_span(first)?, key_span(second)?, tree.node(second)?.key()?);
        let line = text[..first.start].bytes().filter(|&byte| byte == b'\n').count() + 1;
        let message = format!("the key {} appears twice in one object, first on line {line}", quoted(key));
        let error = ParseError::new(&rules::DUPLICATE_KEY, span, message, format!("first on line {line}"));
        Some(error.at(second).help("remove one of the two, or rename it"))
    };
    duplicates.into_iter().filter_map(error).collect()
}

/// Returns the error for a key `<<`.
pub(super) fn merge_key(span: Span, node: usize) -> ParseError {
    ParseError::new(&rules::MERGE_KEY, span, "merge keys (`<<`) are not supported", "merge key")
        .at(node)
        .help("write the merged fields out where they are needed")
}

/// Returns the error for a number that is not finite or out of range.
pub(super) fn bad_number(written: &str, span: Span, node: usize) -> ParseError {
    let message = format!("the number {} is not between -(2^53 - 1) and 2^53 - 1", quoted(written));
    ParseError::new(&rules::NUMBER, span, message, "out of range")
        .at(node)
        .help("put it in quotes if it is an identifier or a text, or use a smaller number")
}

/// Returns the error for a collection that is nested too deeply.
pub(super) fn too_deep(span: Span, depth: usize) -> ParseError {
    let message = format!("lists and objects are nested more than {depth} levels deep");
    ParseError::new(&rules::TOO_DEEP, span, message, format!("level {}", depth + 1))
        .help("flatten the structure, or raise `depth` under `[limits]` in `modreg.toml`")
}

/// Returns the error for a second document in one file.
pub(super) fn second_document(span: Span) -> ParseError {
    ParseError::new(
        &rules::MULTIPLE_DOCUMENTS,
        span,
        "the file contains more than one document",
        "the second one starts here",
    )
    .help("keep one document in the file, and move the others to files of their own")
}

/// Returns the error for the first conflict marker of git; for texts that cannot be read.
pub(super) fn conflict_marker(text: &str) -> Option<ParseError> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            let span = at..at + line.trim_end().len();
            let message = "this line is a marker of a merge conflict that was not resolved";
            return Some(
                ParseError::new(&rules::SYNTAX, span, message, "conflict marker")
                    .help("decide which side to keep, and remove the marker lines"),
            );
        }
        at += line.len();
    }
    None
}
