//! An error that a reader found, before it is known in which file.

use std::sync::Arc;

use super::rules;
use crate::{
    diagnostic::{Diagnostic, Finding, Part, Rule, SourceText, Span},
    domain::Pointer,
    source::tree::node::Tree,
};

/// An error at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParseError {
    pub(super) rule: &'static Rule,
    pub(super) span: Span,
    /// The node that it is in, if that came into the tree.
    pub(super) node: Option<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl ParseError {
    /// Returns an error without a node and without help.
    pub(super) fn new(
        rule: &'static Rule,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { rule, span, node: None, message: message.into(), label: label.into(), help: None }
    }

    /// Returns a syntax error.
    pub(super) fn syntax(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(&rules::SYNTAX, span, message, label)
    }

    /// Returns the same error, with what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns the same error, at a node.
    pub(super) fn at(mut self, node: usize) -> Self {
        self.node = Some(node);
        self
    }

    /// Places the error in its file. The span is cut to the text and widened to whole characters.
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
