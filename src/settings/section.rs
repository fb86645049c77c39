//! The values of one section: typed, in range, each problem with its place.

use std::{ops::RangeInclusive, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    error::{MessageAndHelp, SettingsFault, wrong_type},
    size,
};
use crate::diagnostic::Span;

/// One section of the settings file, which may be absent. Of a value that is not right nothing is taken but the fault.
pub(super) struct Section<'a> {
    path: String,
    table: Option<&'a DeTable<'a>>,
    span: Span,
    faults: &'a mut Vec<SettingsFault>,
}

impl<'a> Section<'a> {
    /// Returns the file as a whole; its shape was checked before.
    pub(super) fn root(table: &'a DeTable<'a>, faults: &'a mut Vec<SettingsFault>) -> Self {
        Self { path: String::new(), table: Some(table), span: 0..0, faults }
    }

    /// Returns the section with this name in this one.
    pub(super) fn section(&mut self, name: &str) -> Section<'_> {
        let value = self.value(name);
        let span = value.map_or(0..0, Spanned::span);
        let table = value.and_then(|value| value.get_ref().as_table());
        Section { path: self.path_of(name), table, span, faults: self.faults }
    }

    /// Reads every `[[name]]` in this section, leaving out those of which nothing can be made.
    pub(super) fn each<T>(&mut self, name: &str, mut read: impl FnMut(Section<'_>) -> Option<T>) -> Vec<T> {
        let path = self.path_of(name);
        let elements = self.value(name).and_then(|value| value.get_ref().as_array()).into_iter().flatten();
        let tables = elements.filter_map(|value| Some((value.span(), value.get_ref().as_table()?)));
        tables
            .filter_map(|(span, table)| {
                read(Section { path: path.clone(), table: Some(table), span, faults: self.faults })
            })
            .collect()
    }

    /// Returns the place of the section.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Reports what is wrong at a place in the section.
    pub(super) fn report(&mut self, span: Span, (message, help): MessageAndHelp) {
        self.faults.push(SettingsFault { span, message, help: Some(help) });
    }

    /// Reports each of these keys that is not there.
    pub(super) fn require(&mut self, keys: &[&str]) {
        for key in keys {
            if self.has(key) {
                continue;
            }
            let message = format!("`{key}` is missing in `{}`", self.path);
            self.report(self.span(), (message, format!("add `{key} = \"…\"`")));
        }
    }

    /// Returns whether the key is present.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Returns the text of a key.
    pub(super) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let value = self.value(key)?;
        text_of(value, key, self.faults)
    }

    /// Returns a text that `parse` accepts.
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, MessageAndHelp>,
    ) -> Option<T> {
        let text = self.text(key)?;
        let parsed = parse(text.get_ref());
        self.value_or_report(text.span(), parsed)
    }

    /// Returns a whole number within `range`.
    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<usize>) -> Option<usize> {
        let value = self.value(key)?;
        let Some(number) = integer(value) else {
            self.faults.push(wrong_type(value, key, "a whole number", None));
            return None;
        };
        self.value_or_report(value.span(), within(number, &range))
    }

    /// Returns a whole number of seconds within `range`.
    pub(super) fn seconds(&mut self, key: &str, range: RangeInclusive<usize>) -> Option<Duration> {
        self.number(key, range).map(|seconds| Duration::from_secs(seconds as u64))
    }

    /// Returns a number of bytes, or a text such as `1 MiB`, up to `most`.
    pub(super) fn bytes(&mut self, key: &str, most: usize) -> Option<usize> {
        let value = self.value(key)?;
        let bytes = match (value.get_ref().as_str(), integer(value)) {
            (Some(text), _) => size::parse(text),
            (None, Some(number)) => Ok(usize::try_from(number).unwrap_or(0)),
            (None, None) => {
                let help = "write a number of bytes, or a text such as \"1 MiB\"".to_owned();
                self.faults.push(wrong_type(value, key, "a whole number or a text", Some(help)));
                return None;
            }
        };
        let range = 1..=most;
        let in_range = bytes
            .and_then(|bytes| range.contains(&bytes).then_some(bytes).ok_or_else(|| out_of_range(&range)));
        self.value_or_report(value.span(), in_range)
    }

    /// Returns a boolean.
    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.faults.push(wrong_type(value, key, "true or false", None));
        }
        truth
    }

    /// Returns a list of texts that `parse` accepts.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, MessageAndHelp>,
    ) -> Option<Vec<T>> {
        let value = self.value(key)?;
        let Some(elements) = value.get_ref().as_array() else {
            self.faults.push(wrong_type(value, key, "a list of texts", Some("write `[\"…\"]`".to_owned())));
            return None;
        };
        let texts: Vec<_> = elements.iter().filter_map(|value| text_of(value, key, self.faults)).collect();
        Some(
            texts
                .iter()
                .filter_map(|text| self.value_or_report(text.span(), parse(text.get_ref())))
                .collect(),
        )
    }

    /// Returns every key of a section whose keys are free, with its text.
    pub(super) fn texts_by_key(&mut self, help: &str) -> Vec<(Spanned<String>, Spanned<String>)> {
        let mut texts = Vec::new();
        for (key, value) in self.table.into_iter().flatten() {
            if value.get_ref().is_table() {
                self.faults.push(wrong_type(value, key.get_ref(), "a text", Some(help.to_owned())));
            } else if let Some(text) = text_of(value, key.get_ref(), self.faults) {
                texts.push((Spanned::new(key.span(), key.get_ref().as_ref().to_owned()), text));
            }
        }
        texts
    }

    /// Takes what came out well, and reports what did not.
    pub(super) fn value_or_report<T>(&mut self, span: Span, result: Result<T, MessageAndHelp>) -> Option<T> {
        result.map_err(|wrong| self.report(span, wrong)).ok()
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }
}

fn text_of(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    faults: &mut Vec<SettingsFault>,
) -> Option<Spanned<String>> {
    if let Some(text) = value.get_ref().as_str() {
        return Some(Spanned::new(value.span(), text.to_owned()));
    }
    let is_scalar = !value.get_ref().is_table() && !value.get_ref().is_array();
    faults.push(wrong_type(value, key, "a text", is_scalar.then(|| "put it in quotes".to_owned())));
    None
}

fn integer(value: &Spanned<DeValue<'_>>) -> Option<i64> {
    let integer = value.get_ref().as_integer()?;
    // What does not fit is out of every range, on the side of its sign.
    let saturated = if integer.as_str().starts_with('-') { i64::MIN } else { i64::MAX };
    Some(i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or(saturated))
}

fn within(number: i64, range: &RangeInclusive<usize>) -> Result<usize, MessageAndHelp> {
    let in_range = usize::try_from(number).ok().filter(|number| range.contains(number));
    in_range.ok_or_else(|| out_of_range(range))
}

fn out_of_range(range: &RangeInclusive<usize>) -> MessageAndHelp {
    (
        "the number is out of range".to_owned(),
        format!("write a number from {} to {}", range.start(), range.end()),
    )
}
