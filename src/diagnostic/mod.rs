//! Mistakes in authored files as values: they are collected, sorted, and shown by `report`.
//!
//! A check names a *route* and returns a [`Finding`]; [`crate::source::Document`] turns it into a [`Diagnostic`] with
//! a place in the text. Nothing here prints.

mod rule;
mod source_text;

pub use rule::{Rule, Severity};
pub use source_text::{Position, SourceText, Span};

use std::sync::Arc;

use crate::domain::Pointer;

/// The part of a node that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The key of the node; for an element or the root, the value.
    Key,
    /// The value.
    Value,
}

/// A mistake that a check found, at a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// The node it is about.
    pub route: Pointer,
    /// The part of the node that the label points at.
    pub part: Part,
    /// One line in an author's words, lower case, without a final period.
    pub message: String,
    /// A few words right at the place.
    pub label: String,
    /// The help: what to do, in the imperative.
    pub help: Option<String>,
}

/// A mistake with its place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// The severity, from the rule or the registry's settings.
    pub severity: Severity,
    /// The file.
    pub source: Arc<SourceText>,
    /// The node it is about.
    pub pointer: Pointer,
    /// The bytes that the label points at.
    pub span: Span,
    /// One line in an author's words, lower case, without a final period.
    pub message: String,
    /// A few words right at the place.
    pub label: String,
    /// The help: what to do, in the imperative.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Places a finding in its file.
    pub fn new(finding: Finding, source: Arc<SourceText>, span: Span) -> Self {
        let Finding { rule, route, part: _, message, label, help } = finding;
        Self { rule, severity: rule.severity, source, pointer: route, span, message, label, help }
    }

    /// Returns the position of its first character.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Returns the position after its last character.
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }

    /// Returns whether it makes the manifest invalid.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts diagnostics in the order in which every report shows them: by file, then by place, then by code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key =
            |diagnostic: &Diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.rule.code);
        (a.source.path(), key(a), &a.pointer, &a.message).cmp(&(
            b.source.path(),
            key(b),
            &b.pointer,
            &b.message,
        ))
    });
}
