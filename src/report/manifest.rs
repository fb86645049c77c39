//! Writes an entry as the YAML manifest that compiles to it.
//!
//! `serde_yaml` writes the YAML. A text that our own reader, which is stricter, or a reader of YAML 1.1 would read as
//! something else, or that contains characters that cannot be seen, is written in double quotes with escapes.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Map, Value};

use super::text::starts_command;
use crate::{
    domain::{RepoPath, is_hidden},
    source::{self, Limits},
};

/// The line that names the schema of a file for editors.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=";

/// Returns the path of the manifest that an entry was compiled from, or `None` if the entry does not name one.
pub fn source(entry: &[u8]) -> Option<RepoPath> {
    let entry: Map<String, Value> = serde_json::from_slice(entry).ok()?;
    entry.get("source")?.as_str().map(RepoPath::new)
}

/// Writes an entry as a manifest, or returns `None` where the entry is not a JSON object.
///
/// The manifest has all fields of the entry but `source`, which is the place where it belongs. `schema` is the path of its
/// schema from there, for editors.
pub fn manifest(entry: &[u8], schema: Option<&str>) -> Option<String> {
    let mut entry: Map<String, Value> = serde_json::from_slice(entry).ok()?;
    entry.shift_remove("source");
    let mut quoted = QuotedTexts::beside(&entry);
    let marked = quoted.mark(Value::Object(entry));
    let yaml = serde_yaml::to_string(&marked).expect("JSON has nothing that YAML lacks");
    let schema_line = schema.map(|path| format!("{SCHEMA_LINE}{path}\n")).unwrap_or_default();
    Some(schema_line + &quoted.put_back(&yaml))
}

/// The texts that are written in double quotes. Marks take their places while `serde_yaml` writes the rest.
struct QuotedTexts {
    /// The text that every mark starts with, and that occurs nowhere else.
    prefix: String,
    texts: Vec<String>,
}

impl QuotedTexts {
    fn beside(entry: &Map<String, Value>) -> Self {
        let all = Value::Object(entry.clone()).to_string();
        // The numbers between the two parts of a prefix that are in use, so that the first other one makes a new prefix. That is
        // short whatever the entry contains, because it is repeated in every mark.
        let number = |after: &str| after.split_once('x')?.0.parse().ok();
        let used: BTreeSet<usize> = all.split("quoted").skip(1).filter_map(number).collect();
        let unused =
            (0..).zip(&used).find(|(number, used)| number != *used).map_or(used.len(), |(number, _)| number);
        Self { prefix: format!("quoted{unused}x"), texts: Vec::new() }
    }

    /// Returns the value with a mark in the place of each text that needs double quotes.
    fn mark(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) if !reads_back(&text, |text| serde_yaml::to_string(&[text])) => {
                Value::String(self.replace(text))
            }
            Value::Array(elements) => elements.into_iter().map(|element| self.mark(element)).collect(),
            Value::Object(members) => {
                let member = |(key, value): (String, Value)| {
                    let write = |key| serde_yaml::to_string(&Map::from_iter([(key, Value::Null)]));
                    let key = if reads_back(&key, write) { key } else { self.replace(key) };
                    (key, self.mark(value))
                };
                members.into_iter().map(member).collect()
            }
            leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => leaf,
        }
    }

    fn replace(&mut self, text: String) -> String {
        let mark = format!("{}{}_", self.prefix, self.texts.len());
        self.texts.push(text);
        mark
    }

    fn put_back(&self, yaml: &str) -> String {
        let mut parts = yaml.split(&self.prefix);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once('_').expect("every mark has an end");
            let at: usize = number.parse().expect("every mark has a number");
            whole += &in_double_quotes(&self.texts[at]);
            whole += rest;
        }
        whole
    }
}

/// Returns whether a text can be shown as it is, and is the same text after `write` and our reader.
fn reads_back(text: &str, write: impl FnOnce(String) -> serde_yaml::Result<String>) -> bool {
    let mut previous = None;
    for (offset, character) in text.char_indices() {
        let is_line_break = character == '\n';
        if is_hidden(character, previous) && !is_line_break
            || starts_command(character, previous, &text[offset..])
        {
            return false;
        }
        previous = Some(character);
    }
    if is_more_in_yaml_1_1(text) {
        return false;
    }
    let Ok(written) = write(text.to_owned()) else { return false };
    let limits = Limits { bytes: usize::MAX, ..Limits::default() };
    let parsed = source::parse(&RepoPath::new("text.yaml"), written.as_bytes(), &limits);
    let Some(document) = parsed.document.filter(|_| parsed.diagnostics.is_empty()) else { return false };
    match document.root().to_json() {
        Value::Array(elements) => elements.as_slice() == [Value::from(text)],
        Value::Object(members) => members.keys().map(String::as_str).eq([text]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Returns whether readers of YAML 1.1, which many tools still use, may read an unquoted text as a boolean, a number or
/// a date.
///
/// Source: the types of YAML 1.1 at yaml.org/type.
fn is_more_in_yaml_1_1(text: &str) -> bool {
    let is_word =
        ["y", "n", "yes", "no", "on", "off", "="].iter().any(|word| text.eq_ignore_ascii_case(word));
    let starts_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let is_numeric = |character: char| character.is_ascii_hexdigit() || "_:.+-xoTtZz ".contains(character);
    // A number never has two dots, but the version of a module has.
    let is_number = starts_number
        && text.contains(|character: char| character.is_ascii_digit())
        && text.chars().all(is_numeric)
        && text.matches('.').count() < 2;
    is_word || is_number
}

/// Returns a text in double quotes (YAML 1.2, section 5.7), in which every character is what it seems to be.
fn in_double_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut previous = None;
    for (offset, character) in text.char_indices() {
        let code = u32::from(character);
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_hidden(character, previous) || starts_command(character, previous, &text[offset..]) => {
                let written = match code {
                    0..=0xff => write!(quoted, "\\x{code:02x}"),
                    0x100..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
                written.expect("a string takes all text");
            }
            _ => quoted.push(character),
        }
        previous = Some(character);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
