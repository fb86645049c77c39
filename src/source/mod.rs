//! Reading: the bytes of one file in, one compact tree of nodes out, or every error that can be placed.
//!
//! JSON and YAML give the same [`Tree`]. Nothing here knows what a manifest is.

mod document;
mod pointer;
mod text;
mod tree;

pub use document::Document;
pub use pointer::Pointer;
pub use text::{Format, Position, SourceText};
pub use tree::{Members, Node, Number, Tree, TreeBuilder, Value};

use std::ops::Range;

/// A range of bytes in a source text; both ends lie on character boundaries.
pub type Span = Range<usize>;
