//! `alias/ai-context`: the AI context under its other spelling.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    manifest::ContextKey,
    source::Node,
};

/// The rule `alias/ai-context`.
pub static AI_CONTEXT: Rule = Rule {
    code: "alias/ai-context",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "the AI context is spelled `ai_context`",
    explanation: "The key `ai_context` is accepted, but editors, searches and other programs that read manifests look for \
        `aiContext`.\n\n\
        Rename the key. The entry does not change.",
};

/// Warns where the manifest uses the alias.
pub fn check(key: ContextKey, _context: Node<'_>) -> Vec<Finding> {
    spelling(key).into_iter().collect()
}

fn spelling(key: ContextKey) -> Option<Finding> {
    match key {
        ContextKey::Camel => None,
        ContextKey::Snake => Some(Finding {
            rule: &AI_CONTEXT,
            route: key.route(),
            part: Part::Key,
            message: "`ai_context` should be spelled `aiContext`".to_owned(),
            label: "the other spelling".to_owned(),
            help: Some("rename the key to `aiContext`".to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_alias_is_warned_about() {
        assert_eq!(spelling(ContextKey::Camel), None);
        let finding = spelling(ContextKey::Snake).unwrap();
        assert_eq!(
            (finding.rule.code, finding.route.as_str(), finding.part),
            ("alias/ai-context", "/ai_context", Part::Key)
        );
    }
}
