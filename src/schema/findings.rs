//! From the validator's errors to findings in an author's words: one for each mistake.
//!
//! Errors are distinguished by their typed kind, never by the validator's messages.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};

use super::{
    keywords::{self, Wording},
    objects, rules,
    violation::{Subject, Violation},
};
use crate::{
    diagnostic::{Finding, Part},
    domain::Pointer,
    source::Node,
};

/// Everything in a document that breaks the schema.
#[derive(Debug, Default)]
pub struct SchemaReport {
    /// One finding for each mistake, in reading order.
    pub findings: Vec<Finding>,
    /// The required fields that the root does not have.
    pub missing: BTreeSet<String>,
}

/// Returns the findings for the validator's errors.
pub(super) fn report<'e>(
    subject: &Subject<'_>,
    errors: impl Iterator<Item = ValidationError<'e>>,
) -> SchemaReport {
    let errors: Vec<_> = errors.collect();
    let mut violations = Vec::new();
    for error in &errors {
        collect(subject, error, &mut violations);
    }
    let at_root = violations.iter().filter(|violation| violation.route == Pointer::ROOT);
    let missing = at_root.filter_map(Violation::missing_field).map(str::to_owned).collect();
    let mut by_route: BTreeMap<Pointer, Vec<Violation<'_>>> = BTreeMap::new();
    for violation in violations {
        by_route.entry(violation.route.clone()).or_default().push(violation);
    }
    let mut findings: Vec<_> =
        by_route.into_values().flat_map(|violations| at_one_place(subject, &violations)).collect();
    findings.sort_by_cached_key(|finding| {
        let place = subject.root.at(&finding.route).map(Node::index);
        (place, finding.rule.code, finding.message.clone())
    });
    findings.dedup();
    SchemaReport { findings, missing }
}

/// Returns the only finding if the schema refers to itself so often that it would repeat the same errors without end.
pub(super) fn unlisted() -> Finding {
    Finding {
        rule: &rules::UNUSABLE,
        route: Pointer::ROOT,
        part: Part::Value,
        message:
            "the document breaks the schema, but the schema refers to itself too often to find the place"
                .to_owned(),
        label: "does not match the schema".to_owned(),
        help: Some(
            "nest the document less deeply, or let the files of `schema/` refer to themselves only once"
                .to_owned(),
        ),
    }
}

/// Adds the error, or in place of "fits no form" the errors of the form that was clearly meant.
fn collect<'a>(subject: &Subject<'a>, error: &'a ValidationError<'_>, violations: &mut Vec<Violation<'a>>) {
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        let mut meant = context.iter().filter(|branch| fits_kind(branch, error));
        if let (Some(branch), None) = (meant.next(), meant.next()) {
            for inner in branch {
                collect(subject, inner, violations);
            }
            return;
        }
    }
    violations.push(Violation {
        kind: error.kind(),
        route: Pointer::new(error.instance_path().as_str()),
        schema: error
            .absolute_keyword_location()
            .and_then(|location| subject.folder.holder(location.as_str())),
    });
}

/// Returns whether a branch of `anyOf` is about the kind of value at hand and fails only in its details.
fn fits_kind(branch: &[ValidationError<'static>], union: &ValidationError<'_>) -> bool {
    !branch.iter().any(|error| {
        let same_place = error.instance_path().as_str() == union.instance_path().as_str();
        same_place && matches!(error.kind(), Kind::Type { .. } | Kind::Constant { .. } | Kind::FalseSchema)
    })
}

/// Returns the findings on one node.
///
/// If its type is wrong, that is the only one. Otherwise they are the most basic one about its value, and one for each
/// missing and each unknown field of an object.
fn at_one_place(subject: &Subject<'_>, violations: &[Violation<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let most_basic = violations.iter().filter_map(|violation| Some((rank(violation.kind)?, violation)));
    if let Some((rank, violation)) = most_basic.min_by_key(|(rank, _)| *rank) {
        findings.extend(on_value(subject, violation));
        if rank == 0 {
            return findings;
        }
    }
    findings.extend(objects::findings(subject, violations));
    findings
}

/// Returns how basic a demand on a value is, the most basic 0; `None` for those about an object's fields.
fn rank(kind: &Kind) -> Option<u8> {
    match kind {
        Kind::Required { .. }
        | Kind::AdditionalProperties { .. }
        | Kind::UnevaluatedProperties { .. }
        | Kind::PropertyNames { .. } => None,
        Kind::Type { .. } | Kind::FalseSchema => Some(0),
        Kind::Constant { .. } | Kind::Enum { .. } => Some(1),
        Kind::MinLength { .. }
        | Kind::MinItems { .. }
        | Kind::MinProperties { .. }
        | Kind::Minimum { .. }
        | Kind::ExclusiveMinimum { .. } => Some(2),
        Kind::MaxLength { .. }
        | Kind::MaxItems { .. }
        | Kind::MaxProperties { .. }
        | Kind::Maximum { .. }
        | Kind::ExclusiveMaximum { .. }
        | Kind::AdditionalItems { .. }
        | Kind::UnevaluatedItems { .. } => Some(3),
        Kind::Format { .. } | Kind::Pattern { .. } | Kind::MultipleOf { .. } | Kind::UniqueItems => Some(4),
        Kind::ContentEncoding { .. }
        | Kind::ContentMediaType { .. }
        | Kind::FromUtf8 { .. }
        | Kind::Contains => Some(5),
        Kind::AnyOf { .. }
        | Kind::OneOfMultipleValid { .. }
        | Kind::OneOfNotValid { .. }
        | Kind::Not { .. } => Some(6),
        Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::Custom { .. }
        | Kind::Referencing(_) => Some(7),
    }
}

fn on_value(subject: &Subject<'_>, violation: &Violation<'_>) -> Vec<Finding> {
    let Some(node) = subject.root.at(&violation.route) else {
        return Vec::new();
    };
    if matches!(violation.kind, Kind::UniqueItems) {
        return keywords::repeated(subject, &violation.route, node);
    }
    let Wording { rule, message, label, help } = keywords::describe(subject, violation, node);
    let (route, part) = (violation.route.clone(), Part::Value);
    vec![Finding { rule, route, part, message, label, help }]
}
