//! Reading: the bytes of one file in, one compact tree of nodes out, or every error that can be placed.
//!
//! JSON and YAML are read into the same [`Tree`], in one dialect that is the common ground of `serde_json` and `serde_yaml`:
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
//!
//! # What users can rely on
//!
//! Users see a [`Document`], its [`Node`]s and the [`Value`]s in them. They do not see how the tree is stored, nor which format
//! it was read from, so a faster parser or another tree changes no user.
//!
//! * **Order.** Elements and members come in the order of the text. [`Node::index`] numbers all nodes in reading order: a
//!   collection comes before what it contains, and the root is 0.
//! * **Look-up.** [`Node::get`] returns the first member with a key; a key is repeated only in a document that comes with an
//!   error. [`Node::at`] follows a [`Pointer`](crate::domain::Pointer) from any node.
//! * **Values.** A text is decoded: its quotes, escapes, line folds and block indentation are resolved. The copy of a node by an
//!   alias is like any other node.
//! * **Spans.** A check never computes bytes. It names a route and a [`Part`](crate::diagnostic::Part), and
//!   [`Document::locate`] alone turns them into a [`Span`](crate::diagnostic::Span) of the original text:
//!   * A key, or a text in quotes, includes its quotes.
//!   * A text below `|` or `>` starts at its first character, after the indentation, and ends after its last character that is
//!     not blank.
//!   * An array or object in brackets includes its brackets. In block style it starts at its first `-` or key and ends with its
//!     last value.
//!   * A value that is not written (`key:`) is empty, right after what precedes it.
//!   * An alias has the span of `*name`; the nodes in its copy have the spans of the nodes of the anchor.
//!
//! Characters within a text have no spans of their own yet. A further `Part` with a range of the decoded text fits here: only
//! [`Document::locate`] has to know how decoded characters correspond to bytes.

mod common_errors;
mod decode;
mod document;
mod format;
mod json;
mod lfs;
mod limits;
mod parse_error;
mod reading;
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
#[cfg(test)]
pub(crate) use tree::TreeBuilder;
pub use tree::{Elements, Members, Node, Number, Tree, Value};

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, SourceText},
    domain::RepoPath,
};
use common_errors::MAX_ERRORS;
use reading::Reading;

/// The result of reading a file.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The document, where a tree could be built. It may come with errors: then it is good for finding more of them,
    /// but not for compiling. A number out of range is the nearest one within, what could not be resolved is null.
    pub document: Option<Document>,
    /// The errors in the order of the text; never empty without a document.
    pub diagnostics: Vec<Diagnostic>,
}

/// Returns the error for a file that is larger than `limit` bytes, which is known without its content.
pub fn too_large(path: &RepoPath, limit: usize) -> Diagnostic {
    decode::too_large(limit).diagnose(&Arc::new(SourceText::new(path.clone(), "")), None)
}

/// Returns the error for a file of which a commit contains only a pointer of Git LFS.
pub fn lfs_pointer(path: &RepoPath) -> Diagnostic {
    lfs::stored_elsewhere().diagnose(&Arc::new(SourceText::new(path.clone(), "")), None)
}

/// Reads the bytes of one file, in the format of its file name.
pub fn parse(path: &RepoPath, bytes: &[u8], limits: &Limits) -> Parsed {
    let limits = limits.bounded();
    let text = match decode::decode(bytes, &limits) {
        Ok(text) => text,
        Err(decode::Undecodable { text, error }) => {
            let source = Arc::new(SourceText::new(path.clone(), text));
            return Parsed { document: None, diagnostics: vec![error.diagnose(&source, None)] };
        }
    };
    if let Some(error) = lfs::pointer(text) {
        let source = Arc::new(SourceText::new(path.clone(), text));
        return Parsed { document: None, diagnostics: vec![error.diagnose(&source, None)] };
    }
    let Reading { tree, spans, mut errors } = match Format::of(path) {
        Format::Json => json::read(text, path, &limits),
        Format::Yaml => yaml::read(text, &limits),
    };
    let source = Arc::new(SourceText::new(path.clone(), text));
    if tree.is_none()
        && let Some(marker) = common_errors::conflict_marker(text)
    {
        errors = vec![marker];
    }
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.truncate(MAX_ERRORS);
    let diagnostics = errors.into_iter().map(|error| error.diagnose(&source, tree.as_ref())).collect();
    Parsed { document: tree.map(|tree| Document::new(source, tree, spans)), diagnostics }
}
