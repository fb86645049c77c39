//! What a reader found, before it is known in which file.

use std::sync::Arc;

use super::{NodeSpans, Tree, rules};
use crate::{
    diagnostic::{Diagnostic, Finding, Part, Rule, SourceText, Span},
    domain::Pointer,
};

/// Something wrong at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) rule: &'static Rule,
    pub(super) span: Span,
    /// The node that it is in, if that came into the tree.
    pub(super) node: Option<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl Problem {
    /// A problem without a node and without help.
    pub(super) fn new(
        rule: &'static Rule,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { rule, span, node: None, message: message.into(), label: label.into(), help: None }
    }

    /// The same problem, with what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem, at a node.
    pub(super) fn at(mut self, node: usize) -> Self {
        self.node = Some(node);
        self
    }

    /// Places the problem in its file. The span is cut to the text and widened to whole characters.
    pub(super) fn diagnose(self, source: &Arc<SourceText>, tree: Option<&Tree>) -> Diagnostic {
        let Self { rule, span, node, message, label, help } = self;
        let text = source.text();
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end.max(start));
        let route = tree.zip(node).map_or(Pointer::ROOT, |(tree, node)| tree.root().route_to(node));
        let finding = Finding { rule, route, part: Part::Value, message, label, help };
        Diagnostic::new(finding, Arc::clone(source), start..end)
    }
}

/// What reading a text gave.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The tree, where the text could be read to its end.
    pub(super) tree: Option<Tree>,
    /// The places of the tree's nodes, in the order of the nodes, where they are known already.
    pub(super) spans: Option<Vec<NodeSpans>>,
    pub(super) problems: Vec<Problem>,
}

/// The finding on the first conflict marker of git; for texts that cannot be read.
pub(super) fn conflict_marker(text: &str) -> Option<Problem> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            let span = at..at + line.trim_end().len();
            let message = "this line is left over from a merge conflict of git";
            return Some(
                Problem::new(&rules::SYNTAX, span, message, "conflict marker")
                    .help("decide which side to keep, and remove the marker lines"),
            );
        }
        at += line.len();
    }
    None
}
