//! The words for a value that breaks a keyword of its schema.

use std::collections::BTreeMap;

use jsonschema::{
    JsonType,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value as Json;

use super::{json_node::identity_key, proposals, rules, words};
use crate::{
    diagnostic::{Finding, Part, Rule},
    domain::{Pointer, closest, excerpt, parse_version, quoted},
    schema::violation::{Subject, Violation},
    source::{Format, Node, Value},
};

/// The rule, the message, the label and the help of a finding.
pub(super) struct Wording {
    pub(super) rule: &'static Rule,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

/// Describes what is wrong with a node that breaks a keyword that is about its own value.
pub(super) fn describe(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>) -> Wording {
    let field = words::field(&violation.route, subject.root);
    let expected = || violation.expected().map(|expected| format!("expected {expected}"));
    let wording = |rule, message: String, label: String| Wording { rule, message, label, help: expected() };
    match violation.kind {
        Kind::Type { kind } => of_type(subject, violation, node, kind),
        Kind::Enum { options } => of_enum(subject, &violation.route, node, options),
        Kind::Constant { expected_value } => Wording {
            rule: &rules::CONST,
            message: format!("{field} must be {}", words::json(expected_value)),
            label: format!("must be {}", words::json(expected_value)),
            help: expected().or_else(|| Some(format!("write {}", words::json(expected_value)))),
        },
        Kind::Pattern { pattern } => of_pattern(subject, violation, node, pattern),
        Kind::Format { format } => wording(
            &rules::FORMAT,
            format!("{} is not of the format {}", words::value(node), quoted(format)),
            format!("not a {}", excerpt(format)),
        ),
        Kind::MinItems { limit } => Wording {
            rule: &rules::MIN_ITEMS,
            message: format!("{field} needs at least {}, but has {}", count(*limit, "item"), length(node)),
            label: "too few items".to_owned(),
            help: expected().or_else(|| Some("add what is missing".to_owned())),
        },
        Kind::MaxItems { limit } => wording(
            &rules::MAX_ITEMS,
            format!("{field} takes at most {}, but has {}", count(*limit, "item"), length(node)),
            "too many items".to_owned(),
        ),
        Kind::MinProperties { limit } => wording(
            &rules::MIN_PROPERTIES,
            format!("{field} needs at least {}, but has {}", count(*limit, "field"), length(node)),
            "too few fields".to_owned(),
        ),
        Kind::MaxProperties { limit } => wording(
            &rules::MAX_PROPERTIES,
            format!("{field} takes at most {}, but has {}", count(*limit, "field"), length(node)),
            "too many fields".to_owned(),
        ),
        Kind::MinLength { limit } => wording(
            &rules::MIN_LENGTH,
            format!("{field} needs at least {}, but has {}", count(*limit, "character"), length(node)),
            "too short".to_owned(),
        ),
        Kind::MaxLength { limit } => wording(
            &rules::MAX_LENGTH,
            format!("{field} takes at most {}, but has {}", count(*limit, "character"), length(node)),
            "too long".to_owned(),
        ),
        Kind::Minimum { limit } => bound(&rules::MINIMUM, node, &field, "at least", limit, expected()),
        Kind::ExclusiveMinimum { limit } => {
            bound(&rules::MINIMUM, node, &field, "more than", limit, expected())
        }
        Kind::Maximum { limit } => bound(&rules::MAXIMUM, node, &field, "at most", limit, expected()),
        Kind::ExclusiveMaximum { limit } => {
            bound(&rules::MAXIMUM, node, &field, "less than", limit, expected())
        }
        Kind::MultipleOf { multiple_of } => wording(
            &rules::MULTIPLE_OF,
            format!("{field} must be a multiple of {multiple_of}, but is {}", words::value(node)),
            format!("not a multiple of {multiple_of}"),
        ),
        Kind::AdditionalItems { limit } => wording(
            &rules::ADDITIONAL_ITEMS,
            format!("{field} takes {}, but has {}", count(*limit as u64, "item"), length(node)),
            "too many items".to_owned(),
        ),
        Kind::UnevaluatedItems { .. } => wording(
            &rules::ADDITIONAL_ITEMS,
            format!("{field} has items that the schema does not describe"),
            "undescribed items".to_owned(),
        ),
        Kind::UniqueItems => wording(
            &rules::UNIQUE_ITEMS,
            format!("an item of {field} repeats another"),
            "repeated items".to_owned(),
        ),
        Kind::Contains => wording(
            &rules::CONTAINS,
            format!("{field} does not contain the items that the schema requires"),
            "required items are missing, or there are too many".to_owned(),
        ),
        Kind::FalseSchema => Wording {
            rule: &rules::FORBIDDEN,
            message: format!("{field} is not allowed here"),
            label: "not allowed".to_owned(),
            help: expected().or_else(|| Some("remove it".to_owned())),
        },
        kind => of_form(kind, &field, expected()),
    }
}

/// Describes a value that lacks a form that the schema describes in other ways than by one keyword.
fn of_form(kind: &Kind, field: &str, help: Option<String>) -> Wording {
    let wording =
        |rule, message: String, label: &str| Wording { rule, message, label: label.to_owned(), help };
    match kind {
        Kind::ContentEncoding { content_encoding } => wording(
            &rules::CONTENT,
            format!("{field} is not encoded as {}", quoted(content_encoding)),
            "wrong encoding",
        ),
        Kind::ContentMediaType { content_media_type } => wording(
            &rules::CONTENT,
            format!("{field} does not contain {}", quoted(content_media_type)),
            "wrong kind of content",
        ),
        Kind::FromUtf8 { .. } => {
            wording(&rules::CONTENT, format!("{field} does not decode to UTF-8"), "wrong encoding")
        }
        Kind::AnyOf { .. } => wording(
            &rules::ANY_OF,
            format!("{field} has none of the forms that are allowed here"),
            "none of the allowed forms",
        ),
        Kind::OneOfNotValid { .. } => wording(
            &rules::ONE_OF,
            format!("{field} has none of the forms that are allowed here"),
            "none of the allowed forms",
        ),
        Kind::OneOfMultipleValid { .. } => wording(
            &rules::ONE_OF,
            format!("{field} has more than one of the forms, of which exactly one is allowed"),
            "fits several forms",
        ),
        Kind::Not { .. } => {
            wording(&rules::NOT, format!("{field} has a form that is not allowed here"), "not allowed")
        }
        _ => Wording {
            rule: &rules::UNUSABLE,
            message: format!("the schema could not be applied to {field}"),
            label: "could not be checked".to_owned(),
            help: Some("check the files of `schema/`".to_owned()),
        },
    }
}

/// Returns a finding for each element that repeats one before it.
pub(super) fn repeated(subject: &Subject<'_>, route: &Pointer, array: Node<'_>) -> Vec<Finding> {
    let mut first_at = BTreeMap::new();
    let mut findings = Vec::new();
    for (index, element) in array.as_array().into_iter().flatten().enumerate() {
        let first = *first_at.entry(identity_key(element)).or_insert(index);
        if first != index {
            let original = words::field(&route.index(first), subject.root);
            findings.push(Finding {
                rule: &rules::UNIQUE_ITEMS,
                route: route.index(index),
                part: Part::Value,
                message: format!(
                    "{} repeats {original}: {}",
                    words::field(&route.index(index), subject.root),
                    words::value(element)
                ),
                label: format!("the same as {original}"),
                help: Some("remove one of the two".to_owned()),
            });
        }
    }
    findings
}

fn of_type(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>, kind: &TypeKind) -> Wording {
    let types: Vec<_> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(several) => several.iter().collect(),
    };
    let wanted = types.iter().copied().map(type_words).collect::<Vec<_>>().join(" or ");
    let help = proposals::of_type(subject, violation, node, &types);
    let help = help.or_else(|| violation.expected().map(|expected| format!("expected {expected}")));
    let is = match node.value() {
        Value::Number(_) if types.contains(&JsonType::Integer) => words::value(node),
        _ => words::kind(node).to_owned(),
    };
    Wording {
        rule: &rules::TYPE,
        message: format!("{} must be {wanted}, but is {is}", words::field(&violation.route, subject.root)),
        label: format!("{is}, not {wanted}"),
        help,
    }
}

fn type_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "a map",
        JsonType::String => "text",
    }
}

fn of_enum(subject: &Subject<'_>, route: &Pointer, node: Node<'_>, options: &Json) -> Wording {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let allowed = || options.iter().filter_map(Json::as_str);
    let what = match node.key() {
        Some(_) => words::with_article(&excerpt(&words::spaced(&route.last().unwrap_or_default()))),
        None => "allowed here".to_owned(),
    };
    let meant = node.as_str().and_then(|text| closest(text, allowed()));
    let list = if allowed().next().is_some() {
        words::list(allowed())
    } else {
        options.iter().map(words::json).collect::<Vec<_>>().join(", ")
    };
    let help = match meant.or_else(|| in_list(node, allowed())) {
        _ if commented(subject, node, allowed()) => "put a space before `#` to start a comment".to_owned(),
        Some(meant) => format!("did you mean {}? Allowed are {}", quoted(meant), list),
        None => format!("use {list}"),
    };
    Wording {
        rule: &rules::ENUM,
        message: format!("{} is not {what}", words::value(node)),
        label: format!("not {what}"),
        help: Some(help),
    }
}

/// Returns the option that is the only item of a list.
fn in_list<'a>(node: Node<'_>, mut allowed: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut items = node.as_array()?;
    let (item, None) = (items.next()?.as_str()?, items.next()) else { return None };
    allowed.find(|option| *option == item)
}

/// Returns whether a text is an option with a comment that lacks the space before it.
fn commented<'a>(subject: &Subject<'_>, node: Node<'_>, mut allowed: impl Iterator<Item = &'a str>) -> bool {
    let before = node.as_str().and_then(|text| text.split_once('#')).map(|(before, _)| before);
    subject.format == Format::Yaml && before.is_some_and(|before| allowed.any(|option| option == before))
}

fn of_pattern(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>, pattern: &str) -> Wording {
    let field = words::field(&violation.route, subject.root);
    let text = node.as_str().unwrap_or_default();
    let is_version = violation.route == Pointer::ROOT.key("version");
    // The pattern of a registry's own schema can exclude versions that are semantic.
    let invalid_version = is_version.then(|| parse_version(text).err()).flatten();
    let (message, label) = match invalid_version {
        _ if text.trim().is_empty() => (format!("{field} is blank"), "blank".to_owned()),
        Some(message) => (message, "not a semantic version".to_owned()),
        None => (format!("{field} cannot be {}", words::value(node)), "not of the expected form".to_owned()),
    };
    let proposal = proposals::version(&violation.route, text, subject.format)
        .or_else(|| proposals::path(&violation.route, text, subject.format));
    let help = match violation.expected() {
        _ if proposal.is_some() => proposal.unwrap_or_default(),
        Some(expected) => format!("expected {expected}"),
        None => format!("expected text that matches {}", quoted(pattern)),
    };
    Wording { rule: &rules::PATTERN, message, label, help: Some(help) }
}

fn bound(
    rule: &'static Rule,
    node: Node<'_>,
    field: &str,
    relation: &str,
    limit: &Json,
    help: Option<String>,
) -> Wording {
    Wording {
        rule,
        message: format!("{field} must be {relation} {limit}, but is {}", words::value(node)),
        label: format!("must be {relation} {limit}"),
        help,
    }
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn length(node: Node<'_>) -> String {
    let length = match node.value() {
        Value::Array(elements) => elements.count(),
        Value::Object(members) => members.count(),
        Value::String(text) => text.chars().count(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    if length == 0 { "none".to_owned() } else { length.to_string() }
}
