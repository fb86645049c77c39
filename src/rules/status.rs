//! `status/unregistrable`: why a valid module is skipped.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{Pointer, Status},
    manifest::{ContextKey, Manifest},
};

/// The rule `status/unregistrable`.
pub static UNREGISTRABLE: Rule = Rule {
    code: "status/unregistrable",
    severity: Severity::Note,
    is_configurable: true,
    summary: "a valid module is not registered",
    explanation: "A valid module is skipped if it has no `aiContext`, because an assistant could not use it, or if its \
        status is neither `ACTIVE` nor `APPROVED`. That is often intended; the note is for the cases in which it is not.\n\n\
        Add an `aiContext`, or set `status` to `ACTIVE`, to register the module.",
};

/// Returns why the module is skipped, if it is.
pub fn check(manifest: &Manifest) -> Vec<Finding> {
    reason(manifest.status(), manifest.context_key()).into_iter().collect()
}

fn reason(status: Status, context: Option<ContextKey>) -> Option<Finding> {
    let note = |route, part, message: String, label: &str, help| {
        let label = label.to_owned();
        Some(Finding { rule: &UNREGISTRABLE, route, part, message, label, help: Some(help) })
    };
    if context.is_none() {
        return note(
            Pointer::ROOT,
            Part::Key,
            "the module is skipped: it has no `aiContext`".to_owned(),
            "no `aiContext` in here",
            "add `aiContext`, so that assistants can find the module".to_owned(),
        );
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
    use super::*;

    #[test]
    fn skipped_modules_say_why() {
        let context = Some(ContextKey::Camel);
        for (status, context, expected) in [
            (Status::Active, context, None),
            (Status::Approved, context, None),
            (Status::Draft, context, Some(("/status", "the module is skipped: its status is `DRAFT`"))),
            (Status::Draft, None, Some(("", "the module is skipped: it has no `aiContext`"))),
        ] {
            let finding = reason(status, context);
            let found = finding.as_ref().map(|finding| (finding.route.as_str(), finding.message.as_str()));
            assert_eq!(found, expected, "{status} {context:?}");
        }
    }
}
