//! `text/smart-quotes`: typographic quotes around a value, where the quotes of YAML or JSON were meant.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::Pointer,
    source::{Node, Value},
};

/// The rule `text/smart-quotes`.
pub static SMART_QUOTES: Rule = Rule {
    code: "text/smart-quotes",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a value is enclosed in typographic quotes",
    explanation: "A word processor or a chat program replaced the straight quotes around a value by typographic ones. In YAML and JSON \
        these are a part of the text, so no request finds the keyword `“weather”`:\n\n    \
        keywords: [“weather”, “rain”]\n\n\
        Use `\"` or no quotes at all; `modreg validate --fix` removes typographic ones. Texts that only begin with a quotation, or \
        have quotes inside, are not reported, and neither are the values in `parameters`.",
};

/// The fields at the top level that have a text.
const TEXTS: [&str; 5] = ["name", "version", "status", "displayName", "description"];

/// Finds the values that have such quotes at their ends, in the fields that manifests have.
pub fn check(root: Node<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in TEXTS.into_iter().chain(["aiContext", "ai_context", "deprecated"]) {
        if let Some(node) = root.get(key) {
            walk(node, &Pointer::ROOT.key(key), &mut findings);
        }
    }
    findings
}

fn walk(node: Node<'_>, route: &Pointer, findings: &mut Vec<Finding>) {
    match node.value() {
        Value::String(text) if unquoted(text).is_some() => findings.push(finding(route.clone())),
        Value::Array(elements) => {
            for (index, element) in elements.enumerate() {
                walk(element, &route.index(index), findings);
            }
        }
        Value::Object(members) => {
            for (key, member) in members.filter(|(key, _)| *key != "parameters") {
                walk(member, &route.key(key), findings);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns a text without the typographic quotes at its ends, or `None` if not both ends have one, or they belong to
/// quotations in it.
///
/// One at a single end may be an apostrophe or a sign for inches, and guillemets are typed on purpose.
pub fn unquoted(text: &str) -> Option<&str> {
    let is_double = |character: char| matches!(character, '“' | '”' | '„' | '‟');
    let is_single = |character: char| matches!(character, '‘' | '’' | '‚' | '‛');
    let around = |is_quote: &dyn Fn(char) -> bool| text.strip_prefix(is_quote)?.strip_suffix(is_quote);
    let inner = around(&is_double).or_else(|| around(&is_single))?.trim();
    (!inner.contains(is_double) && !inner.is_empty()).then_some(inner)
}

fn finding(route: Pointer) -> Finding {
    Finding {
        rule: &SMART_QUOTES,
        route,
        part: Part::Value,
        message: "the value starts and ends with typographic quotes, which become a part of the text"
            .to_owned(),
        label: "not the quotes of YAML or JSON".to_owned(),
        help: Some("use straight quotes, or let `modreg validate --fix` remove these".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn quotes_at_the_ends_are_removed_and_quotations_are_left() {
        for (text, expected) in [
            ("“weather”", Some("weather")),
            ("„Wetter“", Some("Wetter")),
            ("“ rain ”", Some("rain")),
            ("‘rain’", Some("rain")),
            ("« météo »", None),
            ("“weather", None),
            ("monitors up to 27”", None),
            ("« Back", None),
            ("“Show” and “hide”", None),
            ("says “hello”", None),
            ("“Hello” it says", None),
            ("the users’", None),
            ("’90s music", None),
            ("the weather", None),
            ("“”", None),
            ("“", None),
            ("\"straight\"", None),
        ] {
            assert_eq!(unquoted(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_fields_of_manifests_are_checked() {
        let tree = tree(&json!({
            "displayName": "“Drive”", "note": "“mine”",
            "aiContext": {
                "keywords": ["file", "“folder”"], "patterns": ["“show my *”"],
                "contextProviders": [{"name": "‘recent’", "parameters": {"quote": "“”", "as": "“x”"}}],
            },
        }));
        let found = check(tree.root());
        let places: Vec<_> = found.iter().map(|finding| finding.route.as_str()).collect();
        assert_eq!(
            places,
            [
                "/displayName",
                "/aiContext/keywords/1",
                "/aiContext/patterns/0",
                "/aiContext/contextProviders/0/name"
            ]
        );
    }
}
