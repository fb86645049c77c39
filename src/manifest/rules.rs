//! The rules that validation itself needs, besides those of the schemas.

use super::context_key::ContextKey;
use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::Pointer,
};

/// The rule `alias/conflict`.
pub static CONFLICT: Rule = Rule {
    code: "alias/conflict",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest has both `aiContext` and `ai_context`",
    explanation: "The manifest has both `aiContext` and `ai_context`, so it is unclear which of them applies.\n\n\
        Merge the two into `aiContext`, and remove the other one.",
};

/// The rule `name/reserved`.
pub static RESERVED: Rule = Rule {
    code: "name/reserved",
    severity: Severity::Error,
    is_configurable: false,
    summary: "the name of a module is one that Windows reserves",
    explanation: "Windows reserves `con`, `prn`, `aux`, `nul`, `com0` to `com9` and `lpt0` to `lpt9` for devices, in every \
        folder and with every extension. The entry of a module with such a name could not be checked out there. An entry \
        that was registered before this rule existed is held.\n\n\
        Choose another name.",
};

/// Returns the finding on a name that Windows reserves.
pub fn reserved(name: &str) -> Finding {
    Finding {
        rule: &RESERVED,
        route: Pointer::ROOT.key("name"),
        part: Part::Value,
        message: format!("`{name}` is a name that Windows reserves"),
        label: "reserved".to_owned(),
        help: Some("choose another name, for example one of two words".to_owned()),
    }
}

/// Returns the finding on the second of two AI contexts.
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
