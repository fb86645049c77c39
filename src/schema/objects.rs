//! Findings about the fields of an object: missing ones, unknown ones, and keys of the wrong form.

use std::collections::BTreeSet;

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};

use super::{rules, words};
use crate::{
    diagnostic::{Finding, Part},
    domain::{Pointer, closest, quoted},
    schema::violation::{Subject, Violation},
};

/// Returns the findings about one object. A missing field and an unknown one that spells it almost are one mistake: the
/// unknown field is reported, and its hint names the missing one.
pub(super) fn findings(subject: &Subject<'_>, violations: &[Violation<'_>]) -> Vec<Finding> {
    let missing: BTreeSet<_> = violations.iter().filter_map(Violation::missing_field).collect();
    let mut found = Vec::new();
    let mut misspelt = BTreeSet::new();
    for violation in violations {
        match violation.kind {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for field in unexpected {
                    let meant = meant(subject, violation, field);
                    misspelt.extend(meant.filter(|meant| missing.contains(meant)));
                    found.push(unknown(subject, violation, field, meant));
                }
            }
            Kind::PropertyNames { .. } => found.push(key_form(violation)),
            _ => {}
        }
    }
    let missing = violations.iter().filter_map(|violation| Some((violation, violation.missing_field()?)));
    found.extend(
        missing
            .filter(|(_, field)| !misspelt.contains(field))
            .map(|(violation, field)| required(subject, violation, field)),
    );
    found
}

fn properties<'a>(violation: &Violation<'a>) -> Option<&'a Map<String, Value>> {
    violation.schema?.get("properties")?.as_object()
}

/// Returns the known field that an unknown one was most likely to be, of those that the object does not have yet.
fn meant<'a>(subject: &Subject<'_>, violation: &Violation<'a>, field: &str) -> Option<&'a str> {
    let object = subject.root.at(&violation.route)?;
    let open = properties(violation)?.keys().map(String::as_str).filter(|known| object.get(known).is_none());
    closest(field, open)
}

fn unknown(subject: &Subject<'_>, violation: &Violation<'_>, field: &str, meant: Option<&str>) -> Finding {
    let known = || properties(violation).into_iter().flat_map(Map::keys).map(String::as_str);
    let belongs_above = || {
        const TOP_LEVEL: [&str; 8] =
            ["name", "version", "status", "displayName", "description", "deprecated", "sync", "tests"];
        TOP_LEVEL.contains(&field)
            && subject.root.get("name").or_else(|| subject.root.get("version")).is_some()
    };
    let help = if let Some(meant) = meant {
        Some(format!("did you mean {}?", quoted(meant)))
    } else if !violation.route.as_str().is_empty() && belongs_above() {
        Some(format!("move {} out, to the top level of the manifest", quoted(field)))
    } else if let Some(twin) = closest(field, known()) {
        Some(format!("{} is present already: remove this field", quoted(twin)))
    } else if known().next().is_some() {
        Some(format!("remove it; the fields here are {}", words::list(known())))
    } else {
        Some("remove it".to_owned())
    };
    Finding {
        rule: &rules::UNKNOWN_FIELD,
        route: violation.route.key(field),
        part: Part::Key,
        message: format!("unknown field {}", quoted(field)),
        label: "not a known field".to_owned(),
        help,
    }
}

fn required(subject: &Subject<'_>, violation: &Violation<'_>, field: &str) -> Finding {
    let name = quoted(field);
    let holder = words::field(&violation.route, subject.root);
    let message = match violation.route.as_str() {
        "" => format!("{name} is missing"),
        _ => format!("{name} is missing in {holder}"),
    };
    Finding {
        rule: &rules::REQUIRED,
        route: violation.route.clone(),
        part: Part::Key,
        message,
        label: format!("{name} is missing here"),
        help: Some(
            misspelt(subject, violation, field)
                .or_else(|| misplaced(subject, violation, field))
                .unwrap_or_else(|| add(violation, field)),
        ),
    }
}

/// Returns the hint where an object that takes any field has one that spells the missing one almost.
fn misspelt(subject: &Subject<'_>, violation: &Violation<'_>, field: &str) -> Option<String> {
    let known = properties(violation);
    let members = subject.root.at(&violation.route)?.as_object()?.map(|(key, _)| key);
    let unknown = members.filter(|key| known.is_none_or(|known| !known.contains_key(*key)));
    let (wrong, right) = (quoted(closest(field, unknown)?), quoted(field));
    Some(format!("rename {wrong} to {right}"))
}

/// Returns the hint where an object around this one, or one inside it, has the field.
fn misplaced(subject: &Subject<'_>, violation: &Violation<'_>, field: &str) -> Option<String> {
    let (name, here) = (quoted(field), words::field(&violation.route, subject.root));
    let has = |route: &Pointer| subject.root.at(route).and_then(|node| node.get(field)).is_some();
    if violation.route.parent().is_some() {
        return has(&Pointer::ROOT).then(|| format!("move {name} from the top level into {here}"));
    }
    let inner = subject.root.as_object()?.map(|(key, _)| key).find(|key| has(&Pointer::ROOT.key(key)))?;
    let declares = |key: &str| ["aiContext", "ai_context"].contains(&key);
    declares(inner).then(|| format!("move {name} out of {}, to the top level", quoted(inner)))
}

/// Returns the help that describes what to add.
fn add(violation: &Violation<'_>, field: &str) -> String {
    let schema = properties(violation).and_then(|properties| properties.get(field));
    let text = |key: &str| schema?.get(key)?.as_str();
    let name = quoted(field);
    let options = schema.and_then(|schema| schema.get("enum")?.as_array());
    if let Some(options) = options {
        return format!("add {name}: {}", words::list(options.iter().filter_map(Value::as_str)));
    }
    match text("description").or_else(|| text("x-expected")) {
        Some(description) => format!("add {name}: {}", first_sentence(description)),
        None => format!("add {name}"),
    }
}

fn first_sentence(text: &str) -> String {
    let sentence = text.split_once(". ").map_or(text, |(sentence, _)| sentence).trim_end_matches('.');
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn key_form(violation: &Violation<'_>) -> Finding {
    let key = match violation.kind {
        Kind::PropertyNames { error } => error.instance().as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    Finding {
        rule: &rules::PROPERTY_NAMES,
        route: violation.route.key(&key),
        part: Part::Key,
        message: format!("the key {} does not have the required form", quoted(&key)),
        label: "not of the required form".to_owned(),
        help: violation.expected().map(|expected| format!("expected {expected}")),
    }
}
