//! The places of the nodes of a tree in the text.

use std::ops::Range;

use super::index::to_u32;
use crate::diagnostic::Span;

/// A range of bytes of a text below 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct ByteRange {
    start: u32,
    end: u32,
}

/// The places of the parts of a node in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct NodeSpans {
    /// The key, quotes included, where the node is a member of an object.
    pub(in crate::source) key: Option<ByteRange>,
    /// The value; of a collection from its first to its last byte, without what follows its last element.
    pub(in crate::source) value: ByteRange,
}

impl ByteRange {
    /// Takes a range; one that ends before it starts is empty.
    pub(in crate::source) fn new(range: Range<usize>) -> Self {
        Self { start: to_u32(range.start), end: to_u32(range.end.max(range.start)) }
    }

    /// Returns the same range with another end.
    pub(in crate::source) fn until(self, end: usize) -> Self {
        Self::new(self.start as usize..end)
    }

    /// Returns the range as the rest of the program writes it.
    pub(in crate::source) fn span(self) -> Span {
        self.start as usize..self.end as usize
    }
}
