//! The files of `schema/` as one closed set of JSON Schemas that refer to each other, and to nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jsonschema::{Retrieve, Uri};
use serde_json::{Map, Value};

use super::{canonical, error::SchemaError};

/// The address of the folder: relative references resolve against it, and no network or file system knows it.
const BASE: &str = "modreg:///schema/";

/// The parsed files that a root schema reaches, by file name, and which addresses they answer to.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    files: BTreeMap<String, Arc<Value>>,
    /// Every address of a file: its place in the folder, and its `$id`.
    addresses: BTreeMap<String, Arc<Value>>,
    /// The names in the order in which their references ask for them: a file comes after those it refers to.
    order: Vec<String>,
    /// The file that a reference in a file leads to.
    targets: BTreeMap<(String, String), String>,
}

impl Folder {
    /// Parses the file `root` and all that its references reach; files that nothing refers to do not count.
    pub(super) fn read(root: &str, texts: &BTreeMap<&str, &str>) -> Result<Self, SchemaError> {
        let mut folder = Self {
            files: BTreeMap::new(),
            addresses: BTreeMap::new(),
            order: Vec::new(),
            targets: BTreeMap::new(),
        };
        let ids = declared_ids(texts);
        let mut open = vec![Step::Enter(root.to_owned())];
        while let Some(step) = open.pop() {
            match step {
                Step::Leave(name) => folder.order.push(name),
                Step::Enter(name) if folder.files.contains_key(&name) => {}
                Step::Enter(name) => {
                    let value = parse(&name, texts.get(name.as_str()).copied().unwrap_or_default())?;
                    open.push(Step::Leave(name.clone()));
                    for reference in references(&value) {
                        if let Some(target) = target(&name, reference, texts, &ids) {
                            open.push(Step::Enter(target.clone()));
                            folder.targets.insert((name.clone(), reference.to_owned()), target);
                        }
                    }
                    folder.insert(name, value);
                }
            }
        }
        Ok(folder)
    }

    fn insert(&mut self, name: String, value: Value) {
        let value = Arc::new(value);
        self.addresses.insert(address(&name), Arc::clone(&value));
        if let Some(id) = value.get("$id").and_then(Value::as_str) {
            self.addresses.insert(id.trim_end_matches('#').to_owned(), Arc::clone(&value));
        }
        self.files.insert(name, value);
    }

    /// Returns the names and contents of the files, those that others refer to first.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.order.iter().filter_map(|name| Some((name.as_str(), self.files.get(name)?.as_ref())))
    }

    /// Returns the content of a file.
    pub(super) fn file(&self, name: &str) -> Option<&Value> {
        self.files.get(name).map(Arc::as_ref)
    }

    /// Returns the file, and the place in it by RFC 6901, that a reference in the file `from` leads to; an anchor counts as
    /// its whole file. `None` if it leads out of the folder.
    pub(super) fn place(&self, from: &str, reference: &str) -> Option<(String, String)> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = match address {
            "" => from.to_owned(),
            address => self.targets.get(&(from.to_owned(), address.to_owned()))?.clone(),
        };
        let pointer = decode(fragment);
        let pointer = if pointer.starts_with('/') { pointer } else { String::new() };
        Some((file, pointer))
    }

    /// Returns the schema object that contains the keyword at an absolute keyword location.
    pub(super) fn holder(&self, location: &str) -> Option<&Map<String, Value>> {
        let (address, fragment) = location.split_once('#')?;
        let pointer = decode(fragment.rsplit_once('/')?.0);
        self.addresses.get(address)?.pointer(&pointer)?.as_object()
    }

    /// Returns a text that changes if the files accept other values: layout, the order of keys and the texts for people do not
    /// count.
    pub(super) fn fingerprint_text(&self) -> String {
        let text = |value| canonical::text(&without_annotations(value));
        let lines: Vec<_> = self.files.iter().flat_map(|(name, value)| [name.clone(), text(value)]).collect();
        lines.join(
            "
",
        )
    }
}

/// Returns a schema without the keywords that only explain it (JSON Schema 2020-12, Validation, section 9, and Core, section 8.3).
fn without_annotations(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let explains = |key: &str, value: &Value| {
                value.is_string() && matches!(key, "title" | "description" | "$comment")
            };
            let kept = members.iter().filter(|(key, value)| !explains(key, value));
            let simplified = kept.map(|(key, value)| {
                let is_data = matches!(key.as_str(), "const" | "enum");
                (key.clone(), if is_data { value.clone() } else { without_annotations(value) })
            });
            Value::Object(simplified.collect())
        }
        Value::Array(elements) => elements.iter().map(without_annotations).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

impl Retrieve for Folder {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let address = uri.as_str().trim_end_matches('#');
        match self.addresses.get(address) {
            Some(value) => Ok(Value::clone(value)),
            None => Err(format!("`{}` is not in the folder of schemas", address.escape_debug()).into()),
        }
    }
}

enum Step {
    Enter(String),
    Leave(String),
}

/// Returns the address of a file of the folder.
pub(super) fn address(name: &str) -> String {
    format!("{BASE}{name}")
}

/// Returns a reference as its author wrote it: the file name if it leads into the folder, else the address itself.
pub(super) fn shown(uri: &str) -> &str {
    uri.strip_prefix(BASE).unwrap_or(uri)
}

fn parse(name: &str, text: &str) -> Result<Value, SchemaError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| SchemaError::NotJson { file: name.to_owned(), error })
}

/// Returns the `$id`s of the files, with their names. A file that is not JSON has none; reading it reports why.
fn declared_ids(texts: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    let id_of = |name: &str, text: &str| {
        let value = parse(name, text).ok()?;
        Some((value.get("$id")?.as_str()?.trim_end_matches('#').to_owned(), name.to_owned()))
    };
    texts
        .iter()
        .filter(|(_, text)| text.contains("\"$id\""))
        .filter_map(|(name, text)| id_of(name, text))
        .collect()
}

/// Returns the texts of all references in a schema, without their fragments.
fn references(schema: &Value) -> BTreeSet<&str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![schema]);
    while let Some(value) = open.pop() {
        match value {
            Value::Array(elements) => open.extend(elements),
            Value::Object(members) => {
                for (key, value) in members {
                    match value.as_str() {
                        Some(text) if key == "$ref" || key == "$dynamicRef" => {
                            found.insert(text.split('#').next().unwrap_or_default());
                        }
                        _ => open.push(value),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found.remove("");
    found
}

/// Returns the file that a reference in the file `from` leads to: by its place in the folder, by an `$id`, or by the file's
/// name alone where an `$id` moved the base.
fn target(
    from: &str,
    reference: &str,
    texts: &BTreeMap<&str, &str>,
    ids: &BTreeMap<String, String>,
) -> Option<String> {
    let known = |name: &str| texts.contains_key(name).then(|| name.to_owned());
    let last = reference.rsplit('/').next().unwrap_or(reference);
    known(&join(from, reference)).or_else(|| ids.get(reference).cloned()).or_else(|| known(last))
}

/// Returns the name that a relative reference in the file `from` means.
fn join(from: &str, reference: &str) -> String {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Undoes the percent-encoding of a URI's fragment.
fn decode(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_root_reaches_is_read_and_targets_come_first() {
        let texts = BTreeMap::from([
            (
                "root.json",
                r#"{"$ref": "sub/a.json#/$defs/x", "$defs": {"y": {"$ref": "https://x.example/b"}}}"#,
            ),
            ("sub/a.json", r#"{"$defs": {"x": {"$ref": "../c.json"}}}"#),
            ("c.json", r##"{"$ref": "#"}"##),
            ("b.json", r#"{"$id": "https://x.example/b"}"#),
            ("unused.json", "not JSON"),
        ]);
        let folder = Folder::read("root.json", &texts).unwrap();
        let order: Vec<_> = folder.files().map(|(name, _)| name).collect();
        assert_eq!(order, ["c.json", "sub/a.json", "b.json", "root.json"]);
    }

    #[test]
    fn a_keyword_location_leads_to_the_schema_that_holds_it() {
        let texts = BTreeMap::from([(
            "a.json",
            r#"{"properties": {"b c/d": {"title": "found", "type": "string"}}}"#,
        )]);
        let folder = Folder::read("a.json", &texts).unwrap();
        let holder = |location: &str| folder.holder(location)?.get("title")?.as_str();
        assert_eq!(holder("modreg:///schema/a.json#/properties/b%20c~1d/type"), Some("found"));
        assert_eq!(holder("modreg:///schema/b.json#/properties/b%20c~1d/type"), None);
        assert_eq!(holder("modreg:///schema/a.json#/%zz/type"), None);
    }

    #[test]
    fn the_fingerprint_ignores_layout_and_explanations_and_nothing_else() {
        let text =
            |text| Folder::read("a.json", &BTreeMap::from([("a.json", text)])).unwrap().fingerprint_text();
        assert_eq!(text(r#"{"a": 1, "b": 2}"#), text("\u{feff}{\"b\":2,\r\n\"a\":1}"));
        assert_ne!(text(r#"{"a": 1}"#), text(r#"{"a": 2}"#));
        let described = r#"{"title": "A", "properties": {"title": {"$comment": "c", "type": "string"}}}"#;
        assert_eq!(text(described), text(r#"{"properties": {"title": {"type": "string"}}}"#));
        assert_ne!(text(described), text(r#"{"properties": {}}"#));
        assert_ne!(text(r#"{"const": {"title": "A"}}"#), text(r#"{"const": {"title": "B"}}"#));
        assert_ne!(text(r#"{"enum": [{"title": "A"}]}"#), text(r#"{"enum": [{"title": "B"}]}"#));
    }
}
