//! The shape of the settings file: its sections, and the keys of each. Adding a section takes a file of its own and a line
//! here.

use toml::de::{DeTable, DeValue};

use super::{
    auth,
    error::{SettingsFault, suggestion, wrong_type},
    guard, limits, modules, push, schedule, serve, suppression, webhooks,
};
use crate::domain::quoted;

/// Every section by its path, each after the one that contains it.
pub(super) const SECTIONS: &[(&str, Shape)] = &[
    ("modules", Shape::Table(modules::KEYS)),
    ("limits", Shape::Table(limits::KEYS)),
    ("rules", Shape::Map),
    ("guard", Shape::Table(guard::KEYS)),
    ("push", Shape::Table(push::KEYS)),
    ("serve", Shape::Table(serve::KEYS)),
    ("serve.limits", Shape::Table(serve::LIMITS)),
    ("serve.auth", Shape::Table(auth::KEYS)),
    ("serve.auth.keys", Shape::Tables(auth::KEY_KEYS)),
    ("serve.auth.issuers", Shape::Tables(auth::ISSUER_KEYS)),
    ("serve.auth.issuers.claims", Shape::Map),
    ("suppress", Shape::Tables(suppression::KEYS)),
    ("schedule", Shape::Table(schedule::KEYS)),
    ("webhooks", Shape::Tables(webhooks::KEYS)),
];

/// The shape of a section.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A table `[name]` with these keys.
    Table(&'static [&'static str]),
    /// A list of tables `[[name]]` with these keys.
    Tables(&'static [&'static str]),
    /// A table `[name]` with keys of the owner's choice.
    Map,
}

impl Shape {
    /// Returns the keys that it may have, unless they are free.
    pub(super) const fn keys(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Table(keys) | Self::Tables(keys) => Some(keys),
            Self::Map => None,
        }
    }
}

/// Reports what has another shape, and every key that is not known.
pub(super) fn check(root: &DeTable<'_>, faults: &mut Vec<SettingsFault>) {
    check_table(root, "", Some(&[]), faults);
}

fn check_table(table: &DeTable<'_>, path: &str, keys: Option<&[&str]>, faults: &mut Vec<SettingsFault>) {
    if let Some(keys) = keys {
        let known: Vec<&str> = keys.iter().copied().chain(below(path).map(|(name, ..)| name)).collect();
        refuse_unknown_keys(table, path, &known, faults);
    }
    for (name, path, shape) in below(path) {
        let Some(value) = table.get(name) else { continue };
        match (shape, value.get_ref()) {
            (Some(Shape::Tables(keys)), DeValue::Array(elements)) => {
                for element in elements {
                    match element.get_ref().as_table() {
                        Some(table) => check_table(table, path, Some(keys), faults),
                        None => faults.push(wrong_type(element, path, "a table", Some(write_each(path)))),
                    }
                }
            }
            (Some(Shape::Tables(_)), _) => {
                faults.push(wrong_type(value, path, "a list of tables", Some(write_each(path))));
            }
            (Some(shape), DeValue::Table(table)) => check_table(table, path, shape.keys(), faults),
            (None, DeValue::Table(table)) => check_table(table, path, Some(&[]), faults),
            (Some(Shape::Table(_) | Shape::Map) | None, _) => {
                let help = format!("write `[{path}]` on a line of its own");
                faults.push(wrong_type(value, path, "a table", Some(help)));
            }
        }
    }
}

fn write_each(path: &str) -> String {
    format!("write `[[{path}]]` before each of them")
}

/// Returns the sections right below `path`, once each: their names, their paths, and their shapes unless they only hold
/// others.
fn below(path: &str) -> impl Iterator<Item = (&'static str, &'static str, Option<Shape>)> {
    let mut seen = "";
    SECTIONS.iter().filter_map(move |(section, shape)| {
        let rest = if path.is_empty() { section } else { section.strip_prefix(path)?.strip_prefix('.')? };
        let name = rest.split('.').next().unwrap_or(rest);
        if std::mem::replace(&mut seen, name) == name {
            return None;
        }
        let end = section.len() - rest.len() + name.len();
        Some((name, &section[..end], (name == rest).then_some(*shape)))
    })
}

fn refuse_unknown_keys(table: &DeTable<'_>, section: &str, known: &[&str], faults: &mut Vec<SettingsFault>) {
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let name = quoted(key.get_ref());
        let (message, all) = match section {
            "" => (format!("unknown section {name}"), "the sections are"),
            _ => (format!("unknown key {name} in `{section}`"), "the keys here are"),
        };
        faults.push(SettingsFault {
            span: key.span(),
            message,
            help: Some(suggestion(key.get_ref(), known, all)),
        });
    }
}
