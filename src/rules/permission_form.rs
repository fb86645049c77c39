//! `permission/form`: a permission that is not of the form in which modules name them.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::quoted,
    manifest::ContextKey,
    source::Node,
};

/// The rule `permission/form`.
pub static FORM: Rule = Rule {
    code: "permission/form",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a permission does not have the form `module:verb` or `module:noun:verb`",
    explanation: "Consumers compare the permissions of an action with those of a user, letter by letter. If a permission is \
        spelled in another way, no user has it:\n\n    \
        permissions: [\"tasks:write\"]          not tasks.write, tasks/write or Tasks:Write\n\n\
        Write two or three parts in small letters, digits, `-`, `_` and `.`, joined by colons.",
};

/// Finds the permissions of another form.
pub fn check(key: ContextKey, context: Node<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (action, node) in elements(context, "actions") {
        for (index, permission) in elements(node, "permissions") {
            let route = key.route().key("actions").index(action).key("permissions").index(index);
            let broken = permission.as_str().filter(|text| !text.trim().is_empty() && !has_form(text));
            findings.extend(broken.map(|text| Finding {
                rule: &FORM,
                route,
                part: Part::Value,
                message: format!(
                    "the permission {} is not `module:verb` or `module:noun:verb`",
                    quoted(text)
                ),
                label: "another form".to_owned(),
                help: Some(match nearest(text) {
                    Some(nearest) => format!("write {}", quoted(&nearest)),
                    None => {
                        "write the module and the verb in small letters, such as `tasks:write`".to_owned()
                    }
                }),
            }));
        }
    }
    findings
}

/// Returns the elements of a list under a key, with their indexes.
fn elements<'a>(node: Node<'a>, key: &str) -> impl Iterator<Item = (usize, Node<'a>)> {
    node.get(key).and_then(Node::as_array).into_iter().flatten().enumerate()
}

/// Returns whether a text is two or three words that are joined by colons.
fn has_form(text: &str) -> bool {
    let is_word = |word: &str| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        !word.is_empty() && word.bytes().all(is_part)
    };
    (2..=3).contains(&text.split(':').count()) && text.split(':').all(is_word)
}

/// Returns the permission that a text of another form most likely means: its words in small letters, joined by colons.
fn nearest(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let separates = |character: char| character.is_ascii() && !character.is_ascii_alphanumeric();
    let words = lower.split(|character: char| separates(character) && !matches!(character, '-' | '_'));
    let joined = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(":");
    has_form(&joined).then_some(joined)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn other_forms_are_found_and_the_meant_one_is_named() {
        for (permission, help) in [
            ("tasks:write", ""),
            ("team-chat:messages:read_all", ""),
            ("v1.tasks:write", ""),
            ("tasks.write", "write `tasks:write`"),
            ("tasks;write", "write `tasks:write`"),
            ("Tasks:Write", "write `tasks:write`"),
            ("tasks: write", "write `tasks:write`"),
            ("tasks::write", "write `tasks:write`"),
            ("write", "write the module and the verb in small letters, such as `tasks:write`"),
            ("a:b:c:d", "write the module and the verb in small letters, such as `tasks:write`"),
            ("tâches:écrire", "write the module and the verb in small letters, such as `tasks:write`"),
        ] {
            let tree = tree(&json!({"actions": [{"permissions": ["tasks:read", permission]}]}));
            let found = check(ContextKey::Camel, tree.root());
            let found: Vec<_> = found
                .iter()
                .map(|finding| (finding.route.as_str(), finding.help.as_deref().unwrap()))
                .collect();
            let expected: &[_] =
                if help.is_empty() { &[] } else { &[("/aiContext/actions/0/permissions/1", help)] };
            assert_eq!(found, expected, "{permission}");
        }
    }
}
