//! `schema/unique-names`: the names of a module's actions, and of its context providers. JSON Schema cannot express this.

use std::collections::BTreeMap;

use crate::{
    diagnostic::{Finding, Part},
    domain::{Pointer, quoted},
    manifest::ContextKey,
    schema::rules::UNIQUE_NAMES,
    source::Node,
};

/// The lists whose elements have names of their own, and what such an element is called.
const NAMED: [(&str, &str); 2] = [("actions", "action"), ("contextProviders", "context provider")];

/// Returns a finding for each name that is repeated.
pub fn check(key: ContextKey, context: Node<'_>) -> Vec<Finding> {
    repeated(context, &key.route())
}

fn repeated(context: Node<'_>, route: &Pointer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (list, noun) in NAMED {
        let mut first_at = BTreeMap::new();
        for (index, element) in context.get(list).and_then(Node::as_array).into_iter().flatten().enumerate() {
            let Some(name) = element.get("name").and_then(Node::as_str) else {
                continue;
            };
            let first = *first_at.entry(name).or_insert(index);
            if first != index {
                findings.push(Finding {
                    rule: &UNIQUE_NAMES,
                    route: route.key(list).index(index).key("name"),
                    part: Part::Value,
                    message: format!("another {noun} is named {} too", quoted(name)),
                    label: format!("also the name of `{list}[{first}]`"),
                    help: Some("rename one of the two".to_owned()),
                });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn names_are_unique_within_their_list() {
        let tree = tree(&json!({
            "actions": [{"name": "a"}, {"name": "b"}, {"name": "a"}, {}],
            "contextProviders": [{"name": "a"}, {"name": "c"}, {"name": "c"}],
            "entities": [{"name": "x"}, {"name": "x"}],
        }));
        let places: Vec<_> = repeated(tree.root(), &Pointer::new("/c"))
            .into_iter()
            .map(|finding| finding.route.to_string())
            .collect();
        assert_eq!(places, ["/c/actions/2/name", "/c/contextProviders/2/name"]);
    }
}
