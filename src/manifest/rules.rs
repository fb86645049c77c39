//! The rules that validation itself needs, besides those of the schemas.

use super::ContextKey;
use crate::diagnostic::{Finding, Part, Rule, Severity};

/// `alias/conflict`.
pub static CONFLICT: Rule = Rule {
    code: "alias/conflict",
    severity: Severity::Error,
    fixed: true,
    summary: "a manifest has one AI context",
    explanation: "The manifest has both `aiContext` and `ai_context`, and nothing says which of them counts. Merge the two \
        into `aiContext`, and remove the other.",
};

/// The finding on the second of two AI contexts.
pub fn conflict(second: ContextKey) -> Finding {
    Finding {
        rule: &CONFLICT,
        route: second.route(),
        part: Part::Key,
        message: "both `aiContext` and `ai_context` are given".to_owned(),
        label: "a second AI context".to_owned(),
        help: Some("merge the two into `aiContext`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_contexts_conflict_at_the_second() {
        let finding = conflict(ContextKey::Snake);
        assert_eq!((finding.rule.code, finding.route.as_str()), ("alias/conflict", "/ai_context"));
    }
}
