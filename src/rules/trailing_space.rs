//! `text/trailing-space`: invisible blanks at the end of a value.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::Pointer,
    manifest::ContextKey,
    source::{Node, Value},
};

/// The rule `text/trailing-space`.
pub static TRAILING_SPACE: Rule = Rule {
    code: "text/trailing-space",
    severity: Severity::Note,
    is_configurable: true,
    summary: "a value of the AI context ends with spaces or tabs",
    explanation: "A value ends with spaces or tabs. They are invisible and usually there by accident. A request that is typed without \
        the space does not find a keyword that ends with one.\n\n\
        Remove them by hand or with `modreg validate --fix`. Patterns and parameters are not reported: there a space may be \
        intended.",
};

/// The fields in which a space at the end may be meant, with everything below them.
const FREE: [&str; 2] = ["patterns", "parameters"];

/// Finds the values that end with spaces.
pub fn check(key: ContextKey, context: Node<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    walk(context, &key.route(), &mut findings);
    findings
}

fn walk(node: Node<'_>, route: &Pointer, findings: &mut Vec<Finding>) {
    match node.value() {
        Value::String(text) if has_trailing_space(text) => findings.push(finding(route.clone())),
        Value::Array(elements) => {
            for (index, element) in elements.enumerate() {
                walk(element, &route.index(index), findings);
            }
        }
        Value::Object(members) => {
            for (key, member) in members.filter(|(key, _)| !FREE.contains(key)) {
                walk(member, &route.key(key), findings);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns whether a text ends with spaces, apart from its last line break; one of nothing else is blank, which is another
/// matter.
fn has_trailing_space(text: &str) -> bool {
    trimmed(text) != text && !text.trim().is_empty()
}

/// Returns a text without the spaces and tabs at its end, but with the line breaks there, which are how block texts end.
pub fn trimmed(text: &str) -> String {
    let content = text.trim_end_matches(['\n', '\r']);
    format!("{}{}", content.trim_end_matches([' ', '\t']), &text[content.len()..])
}

fn finding(route: Pointer) -> Finding {
    Finding {
        rule: &TRAILING_SPACE,
        route,
        part: Part::Value,
        message: "the value ends with spaces".to_owned(),
        label: "spaces at the end".to_owned(),
        help: Some("remove them, or let `modreg validate --fix` do it".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn values_that_end_with_spaces_are_found() {
        let tree = tree(&json!({
            "purpose": "Stores files ", "keywords": ["a", "b\t", " c"], "patterns": ["show "],
            "actions": [{"description": "Block text  \n"}, {"description": "fine\n"}],
            "contextProviders": [{"parameters": {"sep": ", "}}], "concepts": ["  "],
        }));
        let mut findings = Vec::new();
        walk(tree.root(), &Pointer::new("/c"), &mut findings);
        let places: Vec<_> = findings.iter().map(|finding| finding.route.as_str()).collect();
        assert_eq!(places, ["/c/purpose", "/c/keywords/1", "/c/actions/0/description"]);
    }

    #[test]
    fn trimming_keeps_the_line_breaks_of_block_texts() {
        for (text, expected) in
            [("a ", "a"), ("a \t\n", "a\n"), ("a\n\n", "a\n\n"), ("a  b", "a  b"), ("", "")]
        {
            assert_eq!(trimmed(text), expected, "{text:?}");
        }
    }
}
