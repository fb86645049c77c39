//! `status/unregistrable`: why a valid module is skipped.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::Status,
    manifest::{ContextKey, Manifest},
    schema::{closest, quoted},
    source::{Node, Pointer},
};

/// `status/unregistrable`.
pub static UNREGISTRABLE: Rule = Rule {
    code: "status/unregistrable",
    severity: Severity::Note,
    fixed: false,
    summary: "a module that has no entry says why",
    explanation: "A valid module is skipped where it has no `aiContext`, because there is nothing to tell an assistant about \
        it, or where its status is neither `ACTIVE` nor `APPROVED`. That is often as it should be; the note says so, in case \
        it is not.",
};

/// Tells why the module is skipped, where it is.
pub fn check(manifest: &Manifest) -> Vec<Finding> {
    reason(manifest.document().root(), manifest.status(), manifest.context_key()).into_iter().collect()
}

fn reason(root: Node<'_>, status: Status, context: Option<ContextKey>) -> Option<Finding> {
    let note = |route, part, message: String, label: &str, help| {
        let label = label.to_owned();
        Some(Finding { rule: &UNREGISTRABLE, route, part, message, label, help: Some(help) })
    };
    if context.is_none() {
        let keys = root.as_object()?.map(|(key, _)| key);
        return match closest("aiContext", keys) {
            Some(key) => note(
                Pointer::ROOT.key(key),
                Part::Key,
                format!("the module is skipped: it has no `aiContext`, but {}", quoted(key)),
                "not `aiContext`",
                format!("if {} is meant to be it, rename it to `aiContext`", quoted(key)),
            ),
            None => note(
                Pointer::ROOT,
                Part::Key,
                "the module is skipped: it has no `aiContext`".to_owned(),
                "no `aiContext` in here",
                "add `aiContext` for assistants to know the module".to_owned(),
            ),
        };
    }
    if status.is_registrable() {
        return None;
    }
    note(
        Pointer::ROOT.key("status"),
        Part::Value,
        format!("the module is skipped: its status is `{status}`"),
        "not registered",
        "only modules that are `ACTIVE` or `APPROVED` are registered".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn skipped_modules_say_why() {
        let check = |manifest: Value, status, context, expected: Option<(&str, &str)>| {
            let tree = tree(&manifest);
            let finding = reason(tree.root(), status, context);
            let said = finding.as_ref().map(|finding| (finding.route.as_str(), finding.message.as_str()));
            assert_eq!(said, expected, "{manifest}");
        };
        let context = Some(ContextKey::Camel);
        check(json!({"aiContext": {}}), Status::Active, context, None);
        check(json!({"aiContext": {}}), Status::Approved, context, None);
        check(
            json!({"aiContext": {}, "status": "DRAFT"}),
            Status::Draft,
            context,
            Some(("/status", "the module is skipped: its status is `DRAFT`")),
        );
        check(
            json!({"name": "x"}),
            Status::Draft,
            None,
            Some(("", "the module is skipped: it has no `aiContext`")),
        );
        check(
            json!({"aicontext": {}}),
            Status::Active,
            None,
            Some(("/aicontext", "the module is skipped: it has no `aiContext`, but `aicontext`")),
        );
    }
}
