//! JSON: `serde_json` drives a visitor that writes straight into the tree.

mod errors;
mod recover;
mod spans;
mod strings;
mod tokens;

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use crate::{
    diagnostic::Span,
    domain::RepoPath,
    source::{
        common_errors::{MAX_ERRORS, bad_number, duplicate_keys, merge_key},
        limits::Limits,
        parse_error::ParseError,
        reading::Reading,
        tree::{builder::TreeBuilder, number::Number},
    },
};
pub(super) use spans::spans;

/// Reads a JSON text: a tree, or the finding that ended it, and all findings up to there.
pub(super) fn read(text: &str, path: &RepoPath, limits: &Limits) -> Reading {
    let mut writer = Writer {
        builder: TreeBuilder::default(),
        key: String::new(),
        depth: limits.depth,
        bad_numbers: Vec::new(),
        merge_keys: Vec::new(),
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let end = (&mut writer).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    let Writer { mut builder, bad_numbers, merge_keys, .. } = writer;
    builder.close_all();
    let duplicates = builder.duplicates().collect::<Vec<_>>();
    let failures = end.err().map(|error| explain(text, path, &error, limits));
    let mut reading = Reading { tree: builder.finish(), ..Reading::default() };
    if !(duplicates.is_empty() && bad_numbers.is_empty() && merge_keys.is_empty())
        && let Some(tree) = &reading.tree
    {
        let spans = spans(text);
        let number = |node: usize| {
            let span = spans.get(node)?.value.span();
            Some(bad_number(&text[span.clone()], span, node))
        };
        let merge = |node: usize| Some(merge_key(spans.get(node)?.key?.span(), node));
        reading.errors.extend(duplicate_keys(text, tree, duplicates, &spans));
        reading.errors.extend(bad_numbers.into_iter().filter_map(number));
        reading.errors.extend(merge_keys.into_iter().filter_map(merge));
        reading.spans = Some(spans);
    }
    if let Some(failures) = failures {
        reading.tree = None;
        reading.errors.extend(failures);
    }
    reading
}

/// Returns the findings on a text at which `serde_json` stopped, at least one.
fn explain(text: &str, path: &RepoPath, error: &serde_json::Error, limits: &Limits) -> Vec<ParseError> {
    if let Some(start) = yaml_start(text) {
        return vec![errors::yaml(start, path.file_name(), &format!("{}.yaml", path.stem()))];
    }
    let errors = recover::errors(text, limits.depth);
    if errors.is_empty() { vec![errors::unknown(stop(text, error))] } else { errors }
}

/// Returns the first line of a text that is YAML by its looks: a key without quotes or brackets, a list entry, or `---`.
fn yaml_start(text: &str) -> Option<Span> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let written = line.trim();
        if !written.is_empty() && !written.starts_with('#') {
            let (key, value) = written.split_once(':').unwrap_or_default();
            let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
                && (value.is_empty() || value.starts_with(' '));
            let start = at + line.len() - line.trim_start().len();
            let is_yaml = is_key || written == "---" || written.starts_with("- ");
            return is_yaml.then(|| start..start + written.len());
        }
        at += line.len();
    }
    None
}

/// Returns the byte that the reader could not take.
fn stop(text: &str, error: &serde_json::Error) -> Span {
    let line_start =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = text.floor_char_boundary((line_start + error.column().saturating_sub(1)).min(text.len()));
    at..text.len().min(at + 1)
}

/// Takes values from `serde_json` and remembers the nodes that something is wrong with.
struct Writer {
    builder: TreeBuilder,
    /// The key that was read last; one buffer for all.
    key: String,
    depth: usize,
    bad_numbers: Vec<usize>,
    merge_keys: Vec<usize>,
}

impl Writer {
    fn number(&mut self, number: Option<Number>, nearest: f64) {
        let index = self.builder.number(number.unwrap_or_else(|| Number::nearest(nearest)));
        if number.is_none() && self.bad_numbers.len() < MAX_ERRORS {
            self.bad_numbers.push(index);
        }
    }

    fn descend<E: Error>(&self) -> Result<(), E> {
        if self.builder.depth() == self.depth { Err(E::custom("too deep")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Writer {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Writer {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.builder.null();
        Ok(())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.builder.bool(truth);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.number(Number::from_integer(number.into()), if number < 0 { -1.0 } else { 1.0 });
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.number(Number::from_integer(number.into()), 1.0);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.number(Number::from_float(number), number);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.builder.string(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.descend()?;
        self.builder.open_array();
        while elements.next_element_seed(&mut *self)?.is_some() {}
        self.builder.close();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.descend()?;
        self.builder.open_object();
        while members.next_key_seed(Key(&mut self.key))?.is_some() {
            if self.key == "<<" && self.merge_keys.len() < MAX_ERRORS {
                self.merge_keys.push(self.builder.len());
            }
            self.builder.key(&self.key);
            members.next_value_seed(&mut *self)?;
        }
        self.builder.close();
        Ok(())
    }
}

/// Reads a key into a buffer.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(key);
        Ok(())
    }
}
