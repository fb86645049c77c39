//! A parsed file: its text, its tree, and the way back from a route to a place in the text.

use std::sync::{Arc, OnceLock};

use super::json;
use crate::{
    diagnostic::{Diagnostic, Finding, Part, SourceText, Span},
    domain::Pointer,
    source::{
        format::Format,
        tree::{
            node::{Node, Tree},
            spans::NodeSpans,
        },
    },
};

/// A parsed file.
///
/// The places of its nodes are kept from reading YAML; those of JSON, which is read without them, are found when the
/// first finding asks.
#[derive(Debug, Clone)]
pub struct Document {
    source: Arc<SourceText>,
    tree: Tree,
    spans: OnceLock<Vec<NodeSpans>>,
}

impl Document {
    /// Pairs a text with the tree that was read from it.
    pub(super) fn new(source: Arc<SourceText>, tree: Tree, spans: Option<Vec<NodeSpans>>) -> Self {
        Self { source, tree, spans: spans.map_or_else(OnceLock::new, OnceLock::from) }
    }

    /// Returns the root node.
    pub fn root(&self) -> Node<'_> {
        self.tree.root()
    }

    /// Returns the text.
    pub fn source(&self) -> &Arc<SourceText> {
        &self.source
    }

    /// Returns the format that the text is written in.
    pub fn format(&self) -> Format {
        Format::of(self.source.path())
    }

    /// Places findings in the text.
    pub fn diagnose(&self, findings: Vec<Finding>) -> Vec<Diagnostic> {
        findings
            .into_iter()
            .map(|finding| {
                let span = self.locate(&finding.route, finding.part);
                Diagnostic::new(finding, Arc::clone(&self.source), span)
            })
            .collect()
    }

    /// Returns the bytes of a part of the node that `pointer` leads to; if there is no such node, of the nearest one
    /// above.
    ///
    /// A node in the copy of a YAML alias has the place of its original in the anchor's node.
    pub fn locate(&self, pointer: &Pointer, part: Part) -> Span {
        let spans = self.spans()[self.nearest(pointer).index()];
        match part {
            Part::Key => spans.key.unwrap_or(spans.value).span(),
            Part::Value => spans.value.span(),
        }
    }

    fn nearest(&self, pointer: &Pointer) -> Node<'_> {
        let mut node = self.root();
        for segment in pointer.segments() {
            let child = match node.as_array() {
                Some(mut elements) => segment.parse().ok().and_then(|index| elements.nth(index)),
                None => node.get(&segment),
            };
            let Some(child) = child else { break };
            node = child;
        }
        node
    }

    fn spans(&self) -> &[NodeSpans] {
        self.spans.get_or_init(|| match self.format() {
            Format::Json => json::spans(self.source.text()),
            Format::Yaml => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::RepoPath,
        source::{limits::Limits, parse},
    };

    fn located(path: &str, text: &str, pointer: &str, part: Part) -> String {
        let document = parse(&RepoPath::new(path), text.as_bytes(), &Limits::default()).document.unwrap();
        let span = document.locate(&Pointer::new(pointer), part);
        document.source().slice(&span).to_owned()
    }

    #[test]
    fn a_route_leads_to_its_bytes_in_json() {
        let text = r#" { "a" : [ 1, "x\"y", {"b":-1.5e3} ], "\u0061b": {"c": null} } "#;
        for (pointer, key, value) in [
            ("", text.trim(), text.trim()),
            ("/a", r#""a""#, r#"[ 1, "x\"y", {"b":-1.5e3} ]"#),
            ("/a/1", r#""x\"y""#, r#""x\"y""#),
            ("/a/2/b", r#""b""#, "-1.5e3"),
            ("/ab", r#""\u0061b""#, r#"{"c": null}"#),
            ("/ab/c", r#""c""#, "null"),
            ("/ab/none/deeper", r#""\u0061b""#, r#"{"c": null}"#),
            ("/a/7", r#""a""#, r#"[ 1, "x\"y", {"b":-1.5e3} ]"#),
        ] {
            assert_eq!(located("a.json", text, pointer, Part::Key), key, "{pointer}");
            assert_eq!(located("a.json", text, pointer, Part::Value), value, "{pointer}");
        }
    }

    #[test]
    fn a_route_leads_to_its_bytes_in_yaml() {
        let text =
            "# c\na: &x\n  - 1\n  - \"x y\"\n  -\n    b: |\n      t\n\n\n'd': *x\ne:\nf: {g: 1}\n\n# c\n";
        for (pointer, key, value) in [
            ("", text[4..].trim_end_matches("\n\n# c\n"), text[4..].trim_end_matches("\n\n# c\n")),
            ("/a", "a", "- 1\n  - \"x y\"\n  -\n    b: |\n      t"),
            ("/a/1", "\"x y\"", "\"x y\""),
            ("/a/2/b", "b", "t"),
            ("/d", "'d'", "*x"),
            ("/d/1", "\"x y\"", "\"x y\""),
            ("/e", "e", ""),
            ("/f", "f", "{g: 1}"),
            ("/f/h", "f", "{g: 1}"),
        ] {
            assert_eq!(located("a.yaml", text, pointer, Part::Key), key, "{pointer}");
            assert_eq!(located("a.yaml", text, pointer, Part::Value), value, "{pointer}");
        }
    }
}
