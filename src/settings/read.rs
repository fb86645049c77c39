//! The settings file as its author wrote it: known keys of the right types, not yet checked for sense.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::Flaw;
use crate::source::Span;

/// Every section and its keys. The keys of `[rules]` are the codes of rules.
pub(super) const SECTIONS: [(&str, &[&str]); 6] = [
    ("modules", &["path"]),
    ("limits", &["manifest_size", "depth", "aliases"]),
    ("rules", &[]),
    ("guard", &["removals", "percent"]),
    ("push", &["remote", "branch", "attempts", "timeout"]),
    ("suppress", &["rule", "module", "pointer", "reason", "digest"]),
];

/// What stands in the file, with the place of each value.
#[derive(Debug, Default)]
pub(super) struct Unvalidated {
    pub(super) modules_path: Option<Spanned<String>>,
    pub(super) manifest_size: Option<Spanned<Amount>>,
    pub(super) depth: Option<Spanned<i64>>,
    pub(super) aliases: Option<Spanned<i64>>,
    pub(super) removals: Option<Spanned<i64>>,
    pub(super) percent: Option<Spanned<i64>>,
    pub(super) remote: Option<Spanned<String>>,
    pub(super) branch: Option<Spanned<String>>,
    pub(super) attempts: Option<Spanned<i64>>,
    pub(super) timeout: Option<Spanned<i64>>,
    pub(super) rules: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) suppressions: Vec<Spanned<RawSuppression>>,
}

/// A number of bytes.
#[derive(Debug)]
pub(super) enum Amount {
    /// `1048576`
    Bytes(i64),
    /// `"1 MiB"`
    Text(String),
}

/// One `[[suppress]]`.
#[derive(Debug)]
pub(super) struct RawSuppression {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) module: Option<Spanned<String>>,
    pub(super) pointer: Option<Spanned<String>>,
    pub(super) reason: Option<Spanned<String>>,
    pub(super) digest: Option<Spanned<String>>,
}

/// Takes the known keys out of the text. Where it is no TOML, nothing is taken: a guess would only add noise.
pub(super) fn read(text: &str, flaws: &mut Vec<Flaw>) -> Unvalidated {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        flaws.extend(errors.iter().map(|error| not_toml(text, error)));
        return Unvalidated::default();
    }
    let root = root.get_ref();
    refuse_unknown_keys(root, None, &SECTIONS.map(|(name, _)| name), flaws);
    let mut open = |name| section(root, name, flaws);
    let (modules, limits, rules, guard) = (open("modules"), open("limits"), open("rules"), open("guard"));
    let push = open("push");
    Unvalidated {
        modules_path: modules.and_then(|table| string(table, "path", flaws)),
        manifest_size: limits.and_then(|table| amount(table, "manifest_size", flaws)),
        depth: limits.and_then(|table| integer(table, "depth", flaws)),
        aliases: limits.and_then(|table| integer(table, "aliases", flaws)),
        removals: guard.and_then(|table| integer(table, "removals", flaws)),
        percent: guard.and_then(|table| integer(table, "percent", flaws)),
        remote: push.and_then(|table| string(table, "remote", flaws)),
        branch: push.and_then(|table| string(table, "branch", flaws)),
        attempts: push.and_then(|table| integer(table, "attempts", flaws)),
        timeout: push.and_then(|table| integer(table, "timeout", flaws)),
        rules: rules.map(|table| severities(table, flaws)).unwrap_or_default(),
        suppressions: root.get("suppress").map(|value| suppressions(value, flaws)).unwrap_or_default(),
    }
}

fn not_toml(text: &str, error: &toml::de::Error) -> Flaw {
    let span = error.span().unwrap_or_default();
    let line_start = text[..text.floor_char_boundary(span.start)].rfind('\n').map_or(0, |end| end + 1);
    let key =
        text[line_start..].lines().next().and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let help = key
        .filter(|key| key.contains('/') && !key.starts_with(['"', '\'']))
        .map(|key| format!("put the code in quotes: `\"{}\"`", key.escape_debug()));
    Flaw { span, message: format!("not valid TOML: {}", error.message().replace('\n', ", ")), help }
}

fn section<'t, 'i>(root: &'t DeTable<'i>, name: &str, flaws: &mut Vec<Flaw>) -> Option<&'t DeTable<'i>> {
    let value = root.get(name)?;
    let Some(table) = value.get_ref().as_table() else {
        flaws.push(wrong_type(
            value,
            name,
            "a table",
            Some(format!("write `[{name}]` on a line of its own")),
        ));
        return None;
    };
    let keys = SECTIONS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, keys)| keys);
    if !keys.is_empty() {
        refuse_unknown_keys(table, Some(name), keys, flaws);
    }
    Some(table)
}

fn refuse_unknown_keys(table: &DeTable<'_>, section: Option<&str>, known: &[&str], flaws: &mut Vec<Flaw>) {
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let name = key.get_ref().escape_debug();
        let (message, all) = match section {
            Some(section) => (format!("unknown key `{name}` in `{section}`"), "the keys here are"),
            None => (format!("unknown section `{name}`"), "the sections are"),
        };
        flaws.push(Flaw { span: key.span(), message, help: Some(suggestion(key.get_ref(), known, all)) });
    }
}

/// A did-you-mean where something known is near, else all that is known.
pub(super) fn suggestion(written: &str, known: &[&str], all: &str) -> String {
    let distance = |candidate: &&&str| strsim::osa_distance(&written.to_lowercase(), candidate);
    match known.iter().min_by_key(distance) {
        Some(nearest) if distance(&nearest) <= nearest.len() / 3 => format!("did you mean `{nearest}`?"),
        _ => format!("{all} `{}`", known.join("`, `")),
    }
}

fn string(table: &DeTable<'_>, key: &str, flaws: &mut Vec<Flaw>) -> Option<Spanned<String>> {
    let value = table.get(key)?;
    text_of(value, key, flaws)
}

fn text_of(value: &Spanned<DeValue<'_>>, key: &str, flaws: &mut Vec<Flaw>) -> Option<Spanned<String>> {
    if let Some(text) = value.get_ref().as_str() {
        return Some(Spanned::new(value.span(), text.to_owned()));
    }
    let is_scalar = !value.get_ref().is_table() && !value.get_ref().is_array();
    flaws.push(wrong_type(value, key, "a text", is_scalar.then(|| "put it in quotes".to_owned())));
    None
}

fn integer(table: &DeTable<'_>, key: &str, flaws: &mut Vec<Flaw>) -> Option<Spanned<i64>> {
    let value = table.get(key)?;
    let Some(integer) = value.get_ref().as_integer() else {
        flaws.push(wrong_type(value, key, "a whole number", None));
        return None;
    };
    // What does not fit is out of every range, on the side of its sign.
    let saturated = if integer.as_str().starts_with('-') { i64::MIN } else { i64::MAX };
    let number = i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or(saturated);
    Some(Spanned::new(value.span(), number))
}

fn amount(table: &DeTable<'_>, key: &str, flaws: &mut Vec<Flaw>) -> Option<Spanned<Amount>> {
    let value = table.get(key)?;
    if let Some(text) = value.get_ref().as_str() {
        return Some(Spanned::new(value.span(), Amount::Text(text.to_owned())));
    }
    if !value.get_ref().is_integer() {
        let help = "write a number of bytes, or a text such as \"1 MiB\"".to_owned();
        flaws.push(wrong_type(value, key, "a whole number or a text", Some(help)));
        return None;
    }
    integer(table, key, flaws).map(|bytes| Spanned::new(bytes.span(), Amount::Bytes(bytes.into_inner())))
}

fn severities(table: &DeTable<'_>, flaws: &mut Vec<Flaw>) -> Vec<(Spanned<String>, Spanned<String>)> {
    let mut severities = Vec::new();
    for (code, value) in table {
        if value.get_ref().is_table() {
            let help = "write the whole code in quotes: `\"namespace/name\" = \"warning\"`".to_owned();
            flaws.push(wrong_type(value, code.get_ref(), "a text", Some(help)));
        } else if let Some(severity) = text_of(value, code.get_ref(), flaws) {
            severities.push((Spanned::new(code.span(), code.get_ref().as_ref().to_owned()), severity));
        }
    }
    severities
}

fn suppressions(value: &Spanned<DeValue<'_>>, flaws: &mut Vec<Flaw>) -> Vec<Spanned<RawSuppression>> {
    let help = || Some("write `[[suppress]]`, once for each".to_owned());
    let Some(array) = value.get_ref().as_array() else {
        flaws.push(wrong_type(value, "suppress", "a list of tables", help()));
        return Vec::new();
    };
    let mut suppressions = Vec::new();
    for element in array {
        let Some(table) = element.get_ref().as_table() else {
            flaws.push(wrong_type(element, "suppress", "a table", help()));
            continue;
        };
        refuse_unknown_keys(table, Some("suppress"), SECTIONS[5].1, flaws);
        let mut field = |key| string(table, key, flaws);
        let raw = RawSuppression {
            rule: field("rule"),
            module: field("module"),
            pointer: field("pointer"),
            reason: field("reason"),
            digest: field("digest"),
        };
        refuse_missing_keys(table, element.span(), flaws);
        suppressions.push(Spanned::new(element.span(), raw));
    }
    suppressions
}

fn refuse_missing_keys(table: &DeTable<'_>, span: Span, flaws: &mut Vec<Flaw>) {
    for key in ["rule", "module", "pointer", "reason"].into_iter().filter(|&key| !table.contains_key(key)) {
        let help = Some(format!("add `{key} = \"…\"`"));
        flaws.push(Flaw { span: span.clone(), message: format!("`suppress` lacks `{key}`"), help });
    }
}

fn wrong_type(value: &Spanned<DeValue<'_>>, key: &str, wanted: &str, help: Option<String>) -> Flaw {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("`{}` must be {wanted}, not {found}", key.escape_debug());
    Flaw { span: value.span(), message, help }
}
