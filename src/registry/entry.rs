//! The canonical form of one module.
//!
//! Pretty JSON with two spaces, fields in the order of the contract's tables, defaults filled in, free-form maps sorted,
//! arrays in the author's order, LF, one final newline. A pure function of the manifest: layout, comments and key order
//! of the source leave no trace.

use std::collections::BTreeMap;

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap as _, SerializeSeq as _},
};

use crate::{
    domain::{ModuleName, ObjectFormat, ObjectId},
    manifest::Manifest,
    object,
    source::{Node, Number, Value},
};

/// The compiled form of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The module.
    pub name: ModuleName,
    /// The git blob id of the bytes.
    pub id: ObjectId,
    /// The entry file.
    pub bytes: Vec<u8>,
}

impl Entry {
    /// Compiles a manifest, or returns `None` if it does not belong in the registry.
    pub fn compile(manifest: &Manifest, format: ObjectFormat) -> Option<Self> {
        if !manifest.is_registrable() {
            return None;
        }
        let file = EntryFile {
            name: manifest.name().as_str(),
            display_name: manifest.display_name(),
            version: manifest.version().to_string(),
            status: manifest.status().as_str(),
            source: manifest.path().as_str(),
            deprecated: manifest.deprecated().map(|node| Canonical { node, shape: &DEPRECATED }),
            ai_context: Canonical { node: manifest.ai_context()?, shape: &AI_CONTEXT },
        };
        let mut bytes = serde_json::to_vec_pretty(&file).expect("a tree holds nothing that JSON lacks");
        bytes.push(b'\n');
        Some(Self { name: manifest.name().clone(), id: object::blob_id(format, &bytes), bytes })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryFile<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    version: String,
    status: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<Canonical<'a>>,
    ai_context: Canonical<'a>,
}

/// The form of a part of an entry.
enum Shape {
    /// A value of any form; its maps are sorted.
    Free,
    /// A list whose elements have one shape.
    List(&'static Shape),
    /// An object with known fields in a fixed order; unknown ones, which a registry's own schema may allow, follow sorted.
    Object(&'static [Field]),
}

struct Field {
    name: &'static str,
    shape: &'static Shape,
    absent: Absent,
}

/// The form of an absent field.
enum Absent {
    Omitted,
    /// An empty list is omitted too, for both mean the same.
    OmittedAsEmptyList,
    EmptyList,
}

const fn field(name: &'static str) -> Field {
    Field { name, shape: &Shape::Free, absent: Absent::Omitted }
}

const fn list(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, absent: Absent::EmptyList }
}

const fn optional_list(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, absent: Absent::Omitted }
}

static DEPRECATED: Shape = Shape::Object(&[field("since"), field("reason"), field("replacedBy")]);
static AI_CONTEXT: Shape = Shape::Object(&[
    field("purpose"),
    field("category"),
    list("keywords", &Shape::Free),
    list("patterns", &Shape::Free),
    list("concepts", &Shape::Free),
    Field { name: "examples", shape: &Shape::Free, absent: Absent::OmittedAsEmptyList },
    list("entities", &Shape::List(&ENTITY)),
    list("actions", &Shape::List(&ACTION)),
    list("contextProviders", &Shape::List(&CONTEXT_PROVIDER)),
    optional_list("queryableData", &Shape::List(&QUERYABLE_DATA)),
    optional_list("relationships", &Shape::List(&RELATIONSHIP)),
]);
static ENTITY: Shape = Shape::Object(&[field("name"), field("pluralName"), field("description")]);
static ACTION: Shape = Shape::Object(&[field("name"), field("description"), field("permissions")]);
static CONTEXT_PROVIDER: Shape = Shape::Object(&[
    field("name"),
    field("endpoint"),
    field("cacheDuration"),
    field("description"),
    field("parameters"),
]);
static QUERYABLE_DATA: Shape =
    Shape::Object(&[field("dataType"), field("endpoint"), field("description"), field("parameters")]);
static RELATIONSHIP: Shape = Shape::Object(&[field("module"), field("type"), field("description")]);

fn is_empty_list(node: Node<'_>) -> bool {
    node.as_array().is_some_and(|mut elements| elements.next().is_none())
}

/// A node that is written in its shape.
struct Canonical<'a> {
    node: Node<'a>,
    shape: &'static Shape,
}

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.node.value() {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(truth),
            Value::Number(Number::Integer(number)) => serializer.serialize_i64(number),
            Value::Number(Number::Float(number)) => serializer.serialize_f64(number),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(elements) => {
                let shape = match self.shape {
                    Shape::List(shape) => shape,
                    Shape::Free | Shape::Object(_) => &Shape::Free,
                };
                let mut sequence = serializer.serialize_seq(None)?;
                for node in elements {
                    sequence.serialize_element(&Canonical { node, shape })?;
                }
                sequence.end()
            }
            Value::Object(members) => {
                let known = match self.shape {
                    Shape::Object(fields) => *fields,
                    Shape::Free | Shape::List(_) => &[],
                };
                let mut rest: BTreeMap<&str, Node<'_>> = members.collect();
                let mut map = serializer.serialize_map(None)?;
                for Field { name, shape, absent } in known {
                    match (rest.remove(name), absent) {
                        (Some(node), Absent::OmittedAsEmptyList) if is_empty_list(node) => {}
                        (Some(node), _) => map.serialize_entry(name, &Canonical { node, shape })?,
                        (None, Absent::EmptyList) => map.serialize_entry(name, &[(); 0])?,
                        (None, Absent::Omitted | Absent::OmittedAsEmptyList) => {}
                    }
                }
                for (name, node) in rest {
                    map.serialize_entry(name, &Canonical { node, shape: &Shape::Free })?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
