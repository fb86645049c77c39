//! The rules about manifests beyond their schema, one file each, and the table of every rule of the program.
//!
//! A rule's file contains its [`Rule`], its check, its messages and its table of tests. Adding one takes that file, a line in
//! [`RULES`] and, where it looks at one manifest at a time, a line in [`MANIFEST_CHECKS`]; or in [`DOCUMENT_CHECKS`] or
//! [`CONTEXT_CHECKS`] where it makes sense for a manifest or an AI context that breaks its schema too. A test then asks for a
//! failing case in `tests/cases/NAMESPACE/CODE`.

pub mod alias;
mod apply_settings;
pub mod name_duplicate;
pub mod name_mismatch;
pub mod near_miss;
pub mod outdated_copy;
pub mod permission_form;
pub mod registry;
pub mod schedule;
pub mod smart_quotes;
pub mod status;
pub mod trailing_space;
pub mod unique_names;
pub mod version;

pub use apply_settings::apply_settings;

use std::sync::LazyLock;

use crate::{
    diagnostic::{Finding, Rule},
    domain::closest,
    manifest::{self, ContextKey, Manifest},
    schema,
    source::{self, Document, Node},
};

/// The revision of the rules: of what they accept, apart from the schemas.
///
/// Raise it when a rule of severity error is added or removed, and when any rule starts to accept or refuse other manifests. It
/// is part of the inputs of every snapshot, so that the next sync checks every manifest again, also those that did not change.
pub const REVISION: u32 = 2;

/// Every rule, by code.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut rules: Vec<&'static Rule> = vec![
        &alias::AI_CONTEXT,
        &manifest::rules::CONFLICT,
        &manifest::rules::RESERVED,
        &name_duplicate::DUPLICATE,
        &name_mismatch::MISMATCH,
        &near_miss::FIELD,
        &near_miss::STATUS,
        &outdated_copy::OUTDATED_COPY,
        &permission_form::FORM,
        &schedule::INVALID,
        &smart_quotes::SMART_QUOTES,
        &status::UNREGISTRABLE,
        &trailing_space::TRAILING_SPACE,
        &version::DECREASED,
        &version::NOT_BUMPED,
    ];
    rules.extend(registry::ALL);
    rules.extend(schema::rules::RULES);
    rules.extend(source::rules::ALL);
    rules.sort_by_key(|rule| rule.code);
    rules
});

/// The checks of one valid manifest.
pub const MANIFEST_CHECKS: &[fn(&Manifest) -> Vec<Finding>] = &[name_mismatch::check, status::check];

/// The checks of one document, valid or not.
pub const DOCUMENT_CHECKS: &[fn(Node<'_>) -> Vec<Finding>] =
    &[near_miss::check, schedule::check, smart_quotes::check];

/// The checks of one AI context under its key, valid or not.
pub const CONTEXT_CHECKS: &[fn(ContextKey, Node<'_>) -> Vec<Finding>] =
    &[alias::check, unique_names::check, permission_form::check, trailing_space::check];

/// Returns every finding of the checks of one manifest.
pub fn check(manifest: &Manifest) -> Vec<Finding> {
    let of_manifest = MANIFEST_CHECKS.iter().flat_map(|check| check(manifest));
    of_manifest.chain(check_document(manifest.document())).collect()
}

/// Returns every finding of the checks of a document, and of its AI context, if it has one, and not two.
pub fn check_document(document: &Document) -> Vec<Finding> {
    let root = document.root();
    let of_document = DOCUMENT_CHECKS.iter().flat_map(|check| check(root));
    let under = |key: ContextKey| Some((key, root.get(key.as_str())?));
    let ([Some((key, context)), None] | [None, Some((key, context))]) = ContextKey::ALL.map(under) else {
        return of_document.collect();
    };
    of_document.chain(CONTEXT_CHECKS.iter().flat_map(|check| check(key, context))).collect()
}

/// Returns the rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// Returns the code that a misspelt one was most likely to be; also the one whose last part alone was given.
pub fn suggest(code: &str) -> Option<&'static str> {
    let codes = || RULES.iter().map(|rule| rule.code);
    let by_name = || codes().find(|known| known.split_once('/').is_some_and(|(_, name)| name == code));
    closest(code, codes()).or_else(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    #[test]
    fn every_rule_has_a_unique_code_and_an_explanation() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted() && codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
        for rule in RULES.iter() {
            let parts: Vec<_> = rule.code.split('/').collect();
            let kebab = |part: &str| {
                !part.is_empty()
                    && part
                        .split('-')
                        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
            };
            assert!(parts.len() == 2 && parts.iter().all(|part| kebab(part)), "{}", rule.code);
            assert!(rule.explanation.len() > 40 && rule.explanation.ends_with('.'), "{}", rule.code);
        }
    }

    /// A summary that starts with what is wrong cannot describe the ideal state ("no key is repeated").
    #[test]
    fn every_summary_states_the_violation_in_one_line() {
        for Rule { code, summary, .. } in RULES.iter() {
            let subject = summary.split(' ').next().unwrap_or_default();
            let is_named = subject.starts_with('`') || ["a", "an", "the", "two"].contains(&subject);
            assert!(is_named, "{code}: a summary names what breaks the rule first: {summary}");
            let is_clause = !summary.contains('\n') && !summary.ends_with('.') && summary.len() <= 80;
            assert!(is_clause, "{code}: a summary is a short line without a final period: {summary}");
        }
    }

    #[test]
    fn every_explanation_ends_with_a_paragraph_of_its_own_on_what_to_do() {
        for rule in RULES.iter() {
            let paragraphs = rule.explanation.split("\n\n").filter(|paragraph| !paragraph.starts_with(' '));
            let has_source_layout = rule.explanation.contains("  \\") || rule.explanation.contains("\n\n\n");
            assert!(paragraphs.count() > 1 && !has_source_layout, "{}", rule.code);
        }
    }

    /// If this fails, raise [`REVISION`] in the same commit; otherwise a registry keeps entries that the new rules refuse.
    /// It notices rules that come and go, not a check that changes.
    #[test]
    fn the_revision_belongs_to_these_rules_of_severity_error() {
        // The schemas themselves are part of the inputs; of their rules, one is a check of its own.
        let is_by_schema =
            |rule: &Rule| schema::rules::RULES.contains(&rule) && *rule != schema::rules::UNIQUE_NAMES;
        let is_revised = |rule: &&&Rule| {
            rule.severity == Severity::Error && !registry::ALL.contains(rule) && !is_by_schema(rule)
        };
        let codes: Vec<_> = RULES.iter().filter(is_revised).map(|rule| rule.code).collect();
        // Do not accept a difference with a tool: raise the revision, and correct the list by hand.
        insta::assert_snapshot!(format!("revision {REVISION}\n{}", codes.join("\n")), @"
        revision 2
        alias/conflict
        name/duplicate
        name/mismatch
        name/reserved
        schema/unique-names
        source/duplicate-key
        source/encoding
        source/lfs-pointer
        source/merge-key
        source/multiple-documents
        source/number
        source/symlink
        source/syntax
        source/too-deep
        source/too-large
        source/too-many-aliases
        source/unreadable
        status/near-miss
        ");
    }

    #[test]
    fn rules_are_found_and_suggested_by_code() {
        assert_eq!(find("schema/required"), Some(&schema::rules::REQUIRED));
        assert_eq!(find("schema/requird"), None);
        assert_eq!(suggest("schema/requird"), Some("schema/required"));
        assert_eq!(suggest("not-bumped"), Some("version/not-bumped"));
        assert_eq!(suggest("something/else"), None);
    }
}
