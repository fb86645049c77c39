//! One change, one pointer: every leaf of a full manifest, changed by itself, is reported as an update of that leaf.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    harness::Folder,
    report::{count, errors, list, row, text, total},
};

/// A manifest with every field of the contract.
fn full() -> Value {
    json!({
        "name": "full",
        "displayName": "Everything",
        "description": "Has every field that there is.",
        "version": "1.2.3",
        "status": "ACTIVE",
        "aiContext": {
            "purpose": "Shows that every field counts.",
            "category": "PRODUCTIVITY",
            "keywords": ["first", "second", "third"],
            "patterns": ["show * things", "find (a|the) thing"],
            "concepts": ["completeness", "order"],
            "entities": [
                { "name": "thing", "pluralName": "things", "description": "What there is." },
                { "name": "part", "pluralName": "parts", "description": "What a thing is made of." },
            ],
            "actions": [
                { "name": "show", "description": "Shows things.", "permissions": ["full:read", "full:list"] },
                { "name": "make", "description": "Makes things.", "permissions": ["full:write"] },
            ],
            "contextProviders": [{
                "name": "recent",
                "endpoint": "/api/full/recent",
                "cacheDuration": 60000,
                "description": "The latest things.",
                "parameters": {
                    "limit": { "type": "integer", "minimum": 1, "deep": [[1, 2], [{ "x": null }]] },
                    "exact": true,
                    "ratio": 0.5,
                    "a/b~c": "an odd key",
                },
            }],
            "queryableData": [{
                "dataType": "things",
                "endpoint": "/api/full/things",
                "description": "All things.",
                "parameters": { "name": { "type": "string" } },
            }],
            "relationships": [
                { "module": "other", "type": "integrates", "description": "Works with it." },
            ],
        },
        "sync": { "schedule": "0 4 * * *", "timezone": "Europe/Berlin" },
    })
}

/// What a change of a leaf must be reported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// As an update of that leaf, and of nothing else.
    Update,
    /// The value is not part of the entry.
    Nothing,
    /// As an error: the name no longer fits the path, so the entry is held.
    Hold,
}

/// The pointers of all leaves, in reading order.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                leaves(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                leaves(value, format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(at),
    }
}

/// Changes a leaf into another one that is valid in its place.
fn change(leaf: &mut Value, pointer: &str) {
    *leaf = match leaf {
        Value::Null => json!("something"),
        Value::Bool(truth) => json!(!*truth),
        Value::Number(number) => match number.as_u64() {
            Some(number) => json!(number + 1),
            None => json!(number.as_f64().expect("a number") + 0.25),
        },
        Value::String(text) => json!(match pointer.rsplit('/').next() {
            Some("version") => "1.2.4".to_owned(),
            Some("status") => "APPROVED".to_owned(),
            Some("category") => "OTHER".to_owned(),
            Some("schedule") => "0 5 * * *".to_owned(),
            Some("timezone") => "Europe/Paris".to_owned(),
            Some("type") if text == "integrates" => "enhances".to_owned(),
            _ => format!("{text}x"),
        }),
        Value::Array(_) | Value::Object(_) => panic!("{pointer} is not a leaf"),
    };
}

fn expected(pointer: &str) -> Expected {
    match pointer {
        "/name" => Expected::Hold,
        "/description" => Expected::Nothing,
        pointer if pointer.starts_with("/sync/") => Expected::Nothing,
        _ => Expected::Update,
    }
}

/// Makes one module for each leaf, changes that leaf of each, and looks at the reports of `diff` and `sync`.
fn assert_each_leaf_is_reported(manifest: &Value, what: &str) {
    let mut pointers = Vec::new();
    leaves(manifest, String::new(), &mut pointers);
    let folder = Folder::repository();
    let name = |index: usize| format!("leaf-{index:03}");
    let path = |index| format!("modules/{}/module.json", name(index));
    let named = |index| {
        let mut manifest = manifest.clone();
        manifest["name"] = json!(name(index));
        manifest
    };
    for index in 0..pointers.len() {
        folder.write(&path(index), named(index).to_string());
    }
    folder.commit("as they were");
    assert_eq!(count(&folder.json(0, &["sync"]), "added"), pointers.len());

    for (index, pointer) in pointers.iter().enumerate() {
        let mut manifest = named(index);
        change(manifest.pointer_mut(pointer).expect("a leaf of the manifest"), pointer);
        folder.write(&path(index), manifest.to_string());
    }
    let diff = folder.json(3, &["diff"]);
    folder.commit("one leaf changed in each");
    let sync = folder.json(3, &["sync"]);
    for report in [&diff, &sync] {
        assert_eq!(total(report), pointers.len());
        let reported: String =
            pointers.iter().enumerate().fold(String::new(), |mut lines, (index, pointer)| {
                let _ = writeln!(lines, "{pointer}: {}", outcome(report, &name(index), &path(index)));
                lines
            });
        let wanted: String = pointers.iter().fold(String::new(), |mut lines, pointer| {
            let _ = match expected(pointer) {
                Expected::Update => writeln!(lines, "{pointer}: updated {pointer}"),
                Expected::Nothing => writeln!(lines, "{pointer}: unchanged"),
                Expected::Hold => writeln!(lines, "{pointer}: held by name/mismatch at /name"),
            };
            lines
        });
        assert_eq!(reported, wanted);
    }
    let of = |wanted| pointers.iter().filter(|pointer| expected(pointer) == wanted).count();
    let [updates, silent, held] = [Expected::Update, Expected::Nothing, Expected::Hold].map(of);
    let found =
        format!("{updates} updates of that leaf, {silent} outside the entry, {held} held by its name");
    row(&format!("leaves of {what}: {}", pointers.len()), &found);
}

/// The report on one module.
fn outcome(report: &Value, name: &str, path: &str) -> String {
    if let Some(found) = errors(report).get(path) {
        return format!("held by {} at {}", text(&found[0]["code"]), text(&found[0]["pointer"]));
    }
    let change = list(report, "changes").iter().find(|change| change["name"] == name);
    change.map_or("unchanged".to_owned(), |change| {
        let fields: Vec<_> = list(change, "fields").iter().map(text).collect();
        format!("{} {}", text(&change["change"]), fields.join(" "))
    })
}

#[test]
fn each_leaf_of_a_full_manifest_is_reported() {
    assert_each_leaf_is_reported(&full(), "a full manifest");
}

#[test]
fn each_leaf_of_a_built_in_is_reported() {
    let drive = serde_yaml::from_str(include_str!("../../modules/drive/module.yaml")).expect("YAML");
    assert_each_leaf_is_reported(&drive, "the built-in drive");
}

#[test]
fn a_manifest_that_moves_or_is_suspended_is_reported_as_that() {
    let folder = Folder::repository();
    for name in ["moved", "suspended", "one", "two", "three"] {
        let mut manifest = full();
        manifest["name"] = json!(name);
        folder.write(&format!("modules/{name}/module.json"), manifest.to_string());
    }
    folder.commit("as they were");
    folder.expect(0, &["sync"]);
    folder.git(&["mv", "modules/moved/module.json", "modules/moved.json"]);
    folder.edit("modules/suspended/module.json", "ACTIVE", "SUSPENDED");
    let diff = folder.json(0, &["diff"]);
    let shown = ["moved", "suspended"].map(|name| outcome(&diff, name, ""));
    assert_eq!(shown, ["updated /source", "removed "]);
}
