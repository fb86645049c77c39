//! The JSON documents that the server makes of a snapshot: the whole registry, and the list of its modules.
//!
//! The whole registry contains each entry with exactly the bytes of its Git blob. A client can check them against the tree,
//! and one buffer holds both the document and every entry.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    registry::{FORMAT_VERSION, Held, Pin, Root},
};

/// A JSON document with a list of modules, and the range of each module in it.
#[derive(Debug, Default)]
pub(crate) struct JsonDocument {
    pub(crate) bytes: Vec<u8>,
    pub(crate) parts: Vec<Range<usize>>,
}

/// The fields of the whole registry except for its entries.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotHead<'a> {
    format_version: u64,
    version: SnapshotVersion,
    tree: ObjectId,
    held: &'a BTreeMap<ModuleName, Held>,
    pinned: &'a BTreeMap<ModuleName, Pin>,
}

/// Writes the whole registry: the fields of its root, and the entries.
pub(crate) fn snapshot<'e>(root: &Root, entries: impl Iterator<Item = Cow<'e, [u8]>>) -> JsonDocument {
    let Root { version, tree, held, pinned, .. } = root;
    let head = SnapshotHead { format_version: FORMAT_VERSION, version: *version, tree: *tree, held, pinned };
    write_list(&head, entries)
}

/// One module in the list, with the fields by which a client decides whether to read the entry.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListItem<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<&'a str>,
    pub(crate) version: &'a str,
    pub(crate) category: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) keywords: &'a [Cow<'a, str>],
    pub(crate) held: bool,
    pub(crate) pinned: bool,
    pub(crate) deprecated: bool,
}

/// The fields of an entry that the list contains. All are optional, because a registry can have its own schema.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ListedFields<'a> {
    #[serde(borrow)]
    pub(crate) display_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) version: Cow<'a, str>,
    pub(crate) deprecated: Option<IgnoredAny>,
    #[serde(borrow)]
    pub(crate) ai_context: ListedContext<'a>,
}

/// The fields of an AI context that the list contains.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListedContext<'a> {
    #[serde(borrow, default)]
    pub(crate) purpose: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) keywords: Vec<Cow<'a, str>>,
}

/// The fields of the list except for its modules.
#[derive(Serialize)]
struct ListHead {
    version: SnapshotVersion,
}

/// Writes a list of modules. Each is the output of [`list_item`].
pub(crate) fn list<'e>(
    version: SnapshotVersion,
    modules: impl Iterator<Item = Cow<'e, [u8]>>,
) -> JsonDocument {
    write_list(&ListHead { version }, modules)
}

/// Writes one module of the list.
pub(crate) fn list_item(item: &ListItem<'_>) -> Vec<u8> {
    serde_json::to_vec(item).expect("strings can always be written as JSON")
}

/// Writes the fields of `head`, and then the modules.
fn write_list<'e>(head: &impl Serialize, modules: impl Iterator<Item = Cow<'e, [u8]>>) -> JsonDocument {
    let mut document = JsonDocument::default();
    let bytes = &mut document.bytes;
    serde_json::to_writer(&mut *bytes, head).expect("writing to memory does not fail");
    let end = bytes.pop();
    debug_assert_eq!(end, Some(b'}'), "the head is an object");
    bytes.extend_from_slice(b",\"modules\":[\n");
    for (index, module) in modules.enumerate() {
        if index > 0 {
            bytes.extend_from_slice(b",\n");
        }
        let start = bytes.len();
        bytes.extend_from_slice(&module);
        document.parts.push(start..bytes.len());
    }
    bytes.extend_from_slice(b"]}\n");
    bytes.shrink_to_fit();
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_contain_the_modules_and_the_document_is_json() {
        let modules = [&b"{\n  \"name\": \"chat\"\n}\n"[..], b"{\"name\":\"drive\"}"];
        for count in 0..=2 {
            let taken = modules[..count].iter().map(|module| Cow::Borrowed(*module));
            let document = list(SnapshotVersion::new(7), taken);
            let parsed: serde_json::Value = serde_json::from_slice(&document.bytes).unwrap();
            assert_eq!((&parsed["version"], parsed["modules"].as_array().unwrap().len()), (&7.into(), count));
            let parts: Vec<_> = document.parts.iter().map(|part| &document.bytes[part.clone()]).collect();
            assert_eq!(parts, modules[..count]);
        }
    }
}
