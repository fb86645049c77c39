//! The result of the readers of JSON and YAML.

use super::parse_error::ParseError;
use crate::source::tree::{node::Tree, spans::NodeSpans};

/// The result of reading a text.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The tree, where the text could be read to its end.
    pub(super) tree: Option<Tree>,
    /// The places of the tree's nodes, in the order of the nodes, where they are known already.
    pub(super) spans: Option<Vec<NodeSpans>>,
    pub(super) errors: Vec<ParseError>,
}
