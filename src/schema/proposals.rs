//! Proposals in place of a value of the wrong type, which can be copied into the file.

use jsonschema::JsonType;
use serde_json::{Value as Json, json};

use super::words;
use crate::{
    domain::{Pointer, nearest_version, quoted, quoted_in_full},
    schema::violation::{Subject, Violation},
    source::{Format, Node, Value},
};

/// The most characters of a proposal in a message.
const MAX_LENGTH: usize = 200;

/// Returns the help on a node of the wrong type.
pub(super) fn of_type(
    subject: &Subject<'_>,
    violation: &Violation<'_>,
    node: Node<'_>,
    types: &[JsonType],
) -> Option<String> {
    let takes = |wanted: JsonType| types.contains(&wanted);
    let proposal = match node.value() {
        Value::Null => return Some(of_null(subject, violation, node, takes(JsonType::Object))),
        Value::Number(_) | Value::Bool(_) if takes(JsonType::String) => {
            return Some(in_quotes(subject, violation, node));
        }
        Value::String(text) if takes(JsonType::Integer) || takes(JsonType::Number) => {
            number(subject, violation, node, text)
        }
        Value::String(text) if takes(JsonType::Array) && !takes(JsonType::String) && holds_texts(violation) => {
            items(text).and_then(|items| {
                let lead = if items.len() == 1 { "write a list, also of one item" } else { "write a list" };
                write(subject, violation, node, lead, &json!(items))
            })
        }
        Value::Array(elements) if takes(JsonType::String) => {
            let texts: Option<Vec<_>> = elements.map(Node::as_str).collect();
            let text = texts.filter(|texts| !texts.is_empty())?.join(", ");
            write(subject, violation, node, "write one text", &json!(text))
        }
        Value::Object(_) if takes(JsonType::String) => {
            let text = one_member(subject, violation, node)?;
            write(subject, violation, node, "put a text that contains `: ` in quotes", &json!(text))
        }
        Value::Object(_) if takes(JsonType::Array) => Some(match subject.format {
            Format::Json => "put it between `[` and `]`, to make it a list of one item".to_owned(),
            Format::Yaml => "put `- ` before its first key and two spaces before the other lines, to make it a list of one item"
                .to_owned(),
        }),
        Value::String(text) if takes(JsonType::Object) => match &required(violation.schema?)[..] {
            [only] => write(subject, violation, node, "write a map", &json!({ *only: text })),
            _ => None,
        },
        _ => None,
    };
    proposal.or_else(|| members(violation, takes(JsonType::Array)))
}

/// Returns the help on a field or item without a value.
fn of_null(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>, takes_object: bool) -> String {
    if takes_object && let Some(help) = members_beside(subject, violation) {
        return help;
    }
    if node.key().is_none() {
        return "write a value, or remove the item".to_owned();
    }
    let examples = violation.schema.and_then(|schema| schema.get("examples")?.as_array());
    let example = examples.and_then(|examples| examples.first());
    let proposal =
        example.and_then(|example| write(subject, violation, node, "write a value such as", example));
    match proposal {
        Some(help) => {
            format!("{}; a field that is not required can be left out", help.replacen(": `", " `", 1))
        }
        None => "write a value, or remove the field".to_owned(),
    }
}

/// Returns the help where the members of an object without a value are on the level of its key.
fn members_beside(subject: &Subject<'_>, violation: &Violation<'_>) -> Option<String> {
    let known = violation.schema?.get("properties")?.as_object()?;
    let around = subject.root.at(&violation.route.parent()?)?;
    let beside: Vec<_> =
        around.as_object()?.filter(|(key, _)| known.contains_key(*key)).map(|(key, _)| quoted(key)).collect();
    let (last, others) = beside.split_last()?;
    let keys = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    let holder = words::field(&violation.route, subject.root);
    Some(match subject.format {
        Format::Json => format!("move {keys} into {holder}"),
        Format::Yaml => {
            format!("indent {keys}, and the lines below them, by 2 spaces, so that they belong to {holder}")
        }
    })
}

/// Returns the help to put a number or a boolean in quotes, or what comes closest to a version.
fn in_quotes(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>) -> String {
    let spelling = (subject.spelling)(&violation.route).filter(|spelling| !spelling.is_empty());
    let spelling = spelling.unwrap_or_else(|| node.to_json().to_string());
    if let Some(help) = version(&violation.route, &spelling, subject.format) {
        return help;
    }
    // Quotes alone may not do where the text must have a form of its own.
    let pattern = violation.schema.and_then(|schema| schema.get("pattern")?.as_str());
    let form = violation.expected().filter(|_| node.key().is_some() && pattern.is_some_and(|it| it != "\\S"));
    if let Some(expected) = form {
        return format!("expected {expected}, in quotes");
    }
    let proposal = write(subject, violation, node, "quote it", &json!(spelling));
    proposal.unwrap_or_else(|| "quote it".to_owned())
}

/// Returns the help on a text where a number is wanted.
fn number(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>, text: &str) -> Option<String> {
    if violation.route.last().as_deref() == Some("cacheDuration") {
        let number = milliseconds(text)?;
        let is_plain = text == number.to_string();
        let lead = if is_plain { "remove the quotes" } else { "write a number of milliseconds" };
        return write(subject, violation, node, lead, &json!(number));
    }
    let number: serde_json::Number = text.trim().parse().ok()?;
    write(subject, violation, node, "remove the quotes", &json!(number))
}

/// Returns the help on a version that is not semantic, or `None` if it is one that the schema excludes.
pub(super) fn version(route: &Pointer, written: &str, format: Format) -> Option<String> {
    if *route != Pointer::ROOT.key("version") {
        return None;
    }
    let nearest = nearest_version(written).filter(|nearest| nearest != written)?;
    Some(format!("write {}", words::member("version", &nearest, format)))
}

/// Returns the help on a path that does not start with a slash.
pub(super) fn path(route: &Pointer, written: &str, format: Format) -> Option<String> {
    let key = route.last().filter(|key| key == "endpoint")?;
    let rest = match written.trim().split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => written.trim(),
    };
    let is_path = !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace);
    is_path.then(|| format!("write {}", words::member(&key, &format!("/{rest}"), format)))
}

/// Returns a proposal after what leads to it: `` write a list: `keywords: ["a"]` ``.
fn write(
    subject: &Subject<'_>,
    violation: &Violation<'_>,
    node: Node<'_>,
    lead: &str,
    value: &Json,
) -> Option<String> {
    let value = words::flow(value);
    let key = violation.route.last().filter(|_| node.key().is_some());
    let proposal = match (key, subject.format) {
        (Some(key), Format::Json) => format!("{}: {value}", Json::from(key)),
        (Some(key), Format::Yaml) => format!("{key}: {value}"),
        (None, _) => value,
    };
    (proposal.chars().count() <= MAX_LENGTH).then(|| format!("{lead}: {}", quoted_in_full(&proposal)))
}

/// Returns whether the items of the list that the schema wants are texts.
fn holds_texts(violation: &Violation<'_>) -> bool {
    let kind = violation.schema.and_then(|schema| schema.get("items")?.get("type")?.as_str());
    kind.is_none_or(|kind| kind == "string")
}

/// Returns the items of a list that was written as a text: with commas, or with dashes that lack a space, or `None` if they
/// are more than a proposal has room for.
fn items(text: &str) -> Option<Vec<&str>> {
    let dashed = text.strip_prefix('-').map(|text| text.split(" -").collect::<Vec<_>>());
    let parts = dashed.unwrap_or_else(|| text.split([',', ';', '\n']).collect());
    // Each takes a character or more. The search for repeated ones takes the square of their number, so few may reach it.
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<_> = parts.take(MAX_LENGTH + 1).collect();
    if parts.len() > MAX_LENGTH {
        return None;
    }
    let mut items: Vec<&str> = Vec::new();
    for part in parts {
        if !items.contains(&part) {
            items.push(part);
        }
    }
    Some(items)
}

/// Returns the text that YAML reads as an object because a colon and a space are in it.
fn one_member(subject: &Subject<'_>, violation: &Violation<'_>, node: Node<'_>) -> Option<String> {
    let mut members = node.as_object()?;
    let ((key, value), None) = (members.next()?, members.next()) else { return None };
    let is_scalar = !matches!(value.value(), Value::Array(_) | Value::Object(_) | Value::Null);
    let spelling = (subject.spelling)(&violation.route.key(key)).unwrap_or_default();
    let value = value.as_str().map_or(spelling, str::to_owned);
    (is_scalar && subject.format == Format::Yaml && !value.is_empty()).then(|| format!("{key}: {value}"))
}

fn required(schema: &serde_json::Map<String, Json>) -> Vec<&str> {
    let required = schema.get("required").and_then(Json::as_array);
    required.into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Returns the help that lists the fields of a map, or of the maps in a list.
fn members(violation: &Violation<'_>, takes_list: bool) -> Option<String> {
    let schema = violation.schema?;
    let (lead, fields) = match schema.get("items").and_then(Json::as_object) {
        Some(items) if takes_list => ("write a list of maps, each with", required(items)),
        _ => ("write a map with", required(schema)),
    };
    let fields: Vec<_> = fields.into_iter().map(quoted).collect();
    let (last, others) = fields.split_last()?;
    let fields = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    Some(format!("{lead} {fields}"))
}

/// Returns a duration in words as milliseconds: `5m`, `5 minutes`, `300_000`.
fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|next: char| next.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let digits: String = number.chars().filter(|next| !matches!(next, '_' | ',' | ' ')).collect();
    let factor = match unit.trim() {
        "" | "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor).filter(|&total| total <= 1 << 53)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_milliseconds() {
        for (text, expected) in [
            ("300000", Some(300_000)),
            ("300_000", Some(300_000)),
            ("5m", Some(300_000)),
            ("5 minutes", Some(300_000)),
            ("1h", Some(3_600_000)),
            ("10 sec", Some(10_000)),
            ("250ms", Some(250)),
            ("soon", None),
            ("-5m", None),
            ("1.5h", None),
            ("99999999999999d", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_are_lists_of_their_items() {
        for (text, expected) in [
            ("weather, rain", &["weather", "rain"][..]),
            ("weather", &["weather"]),
            ("a,,b, a;c", &["a", "b", "c"]),
            ("-task -todo-list", &["task", "todo-list"]),
            (",", &[]),
        ] {
            assert_eq!(items(text).as_deref(), Some(expected), "{text}");
        }
        for (many, expected) in [(MAX_LENGTH, Some(&["a"][..])), (MAX_LENGTH + 1, None), (500_000, None)] {
            assert_eq!(items(&"a,".repeat(many)).as_deref(), expected, "{many}");
        }
        let numbers: Vec<_> = (0..100_000).map(|number| number.to_string()).collect();
        assert_eq!(items(&numbers.join(",")), None);
    }
}
