//! Reading: the bytes of one file in, one compact tree of nodes out, or every error that can be placed.
//!
//! JSON and YAML give the same [`Tree`], in one dialect that is the common ground of `serde_json` and `serde_yaml`:
//! what is accepted here, those accept with the same value. It is stricter than they are:
//!
//! * UTF-8, with or without a byte order mark; in YAML no raw control characters and no line breaks but LF, CRLF and CR.
//! * One document, which is not empty. YAML directives (`%YAML`) are refused.
//! * Every key once in its object. YAML keys are plain or quoted scalars; an unquoted `1:` is the key `1`.
//! * No key `<<`, quoted or not, in JSON either: other readers would merge it.
//! * Numbers within ±(2^53 − 1). What only looks like a number (`.inf`, `1e999`) is refused rather than read as text.
//! * In YAML, further lines of a text in quotes or within brackets are indented below the key or item that they belong to;
//!   only a closing bracket may be on the column of its key.
//! * No YAML tags. An alias repeats its anchor's node, within [`Limits::aliases`].
//!
//! Nothing here knows what a manifest is.

mod decode;
mod document;
mod format;
mod json;
mod lfs;
mod limits;
mod problem;
pub mod rules;
mod tree;
mod yaml;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;

pub use document::Document;
pub use format::Format;
pub use limits::Limits;
pub use tree::{Elements, Members, Node, Number, Tree, TreeBuilder, Value};

use std::sync::Arc;

use crate::diagnostic::{Span, quoted};
use crate::{
    diagnostic::{Diagnostic, SourceText},
    domain::RepoPath,
};
use problem::{Problem, Reading};
use tree::{ByteRange, NodeSpans};

/// The most findings that reading a file gives: what goes wrong more often than that has one cause.
const MAX_PROBLEMS: usize = 100;

/// What reading a file gave.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The document, where a tree could be built. It may come with errors: then it is good for finding more of them,
    /// but not for compiling. A number out of range is the nearest one within, what could not be resolved is null.
    pub document: Option<Document>,
    /// What is wrong, in the order of the text; never empty without a document.
    pub diagnostics: Vec<Diagnostic>,
}

/// The finding on a file that is larger than `limit` bytes, which is known without its content.
pub fn too_large(path: &RepoPath, limit: usize) -> Diagnostic {
    decode::too_large(limit).diagnose(&Arc::new(SourceText::new(path.clone(), "")), None)
}

/// The finding on a file of which a commit contains only a pointer of Git LFS.
pub fn lfs_pointer(path: &RepoPath) -> Diagnostic {
    lfs::stored_elsewhere().diagnose(&Arc::new(SourceText::new(path.clone(), "")), None)
}

/// Reads the bytes of one file in the format that its name tells.
pub fn parse(path: &RepoPath, bytes: &[u8], limits: &Limits) -> Parsed {
    let limits = limits.bounded();
    let text = match decode::decode(bytes, &limits) {
        Ok(text) => text,
        Err(decode::Undecodable { text, problem }) => {
            let source = Arc::new(SourceText::new(path.clone(), text));
            return Parsed { document: None, diagnostics: vec![problem.diagnose(&source, None)] };
        }
    };
    if let Some(problem) = lfs::pointer(text) {
        let source = Arc::new(SourceText::new(path.clone(), text));
        return Parsed { document: None, diagnostics: vec![problem.diagnose(&source, None)] };
    }
    let Reading { tree, spans, mut problems } = match Format::of(path) {
        Format::Json => json::read(text, path, &limits),
        Format::Yaml => yaml::read(text, &limits),
    };
    let source = Arc::new(SourceText::new(path.clone(), text));
    if tree.is_none()
        && let Some(marker) = problem::conflict_marker(text)
    {
        problems = vec![marker];
    }
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    problems.truncate(MAX_PROBLEMS);
    let diagnostics = problems.into_iter().map(|problem| problem.diagnose(&source, tree.as_ref())).collect();
    Parsed { document: tree.map(|tree| Document::new(source, tree, spans)), diagnostics }
}

/// The findings on keys that repeat an earlier key of their object, which `duplicates` lists as pairs of nodes.
fn duplicate_keys(
    text: &str,
    tree: &Tree,
    mut duplicates: Vec<(usize, usize)>,
    spans: &[NodeSpans],
) -> Vec<Problem> {
    duplicates.sort_unstable_by_key(|&(_, second)| second);
    duplicates.truncate(MAX_PROBLEMS);
    let key_span = |node: usize| spans.get(node).map(|spans| spans.key.unwrap_or(spans.value).span());
    let problem = |(first, second): (usize, usize)| {
        let (first, span, key) = (key_span(first)?, key_span(second)?, tree.node(second)?.key()?);
        let line = text[..first.start].bytes().filter(|&byte| byte == b'\n').count() + 1;
        let message = format!("the key {} appears twice in one object, first on line {line}", quoted(key));
        let problem = Problem::new(&rules::DUPLICATE_KEY, span, message, format!("first on line {line}"));
        Some(problem.at(second).help("remove one of the two, or rename it"))
    };
    duplicates.into_iter().filter_map(problem).collect()
}

/// The finding on a key `<<`.
fn merge_key(span: Span, node: usize) -> Problem {
    Problem::new(&rules::MERGE_KEY, span, "the key `<<` is not read as a merge", "merge key")
        .at(node)
        .help("write the merged fields out where they are needed")
}

/// The finding on a number that is none or out of range.
fn bad_number(written: &str, span: Span, node: usize) -> Problem {
    let message = format!("the number {} is not between -(2^53 - 1) and 2^53 - 1", quoted(written));
    Problem::new(&rules::NUMBER, span, message, "out of range")
        .at(node)
        .help("put it in quotes if it is an identifier or a text, or use a smaller number")
}

/// The finding on a collection that is nested too deeply.
fn too_deep(span: Span, depth: usize) -> Problem {
    let message = format!("lists and objects lie more than {depth} levels deep within each other");
    Problem::new(&rules::TOO_DEEP, span, message, format!("level {}", depth + 1))
        .help("flatten the structure, or raise `depth` under `[limits]` in `modreg.toml`")
}
