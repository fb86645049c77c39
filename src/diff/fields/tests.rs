//! Tables of single edits, and the properties that every pair of documents has.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn check(old: &Value, new: &Value, expect: &[(&str, FieldKind)]) {
    let changes = fields(old, new);
    let got: Vec<_> = changes.iter().map(|change| (change.pointer.as_str(), change.kind.clone())).collect();
    assert_eq!(got, expect, "{old} -> {new}");
}

fn added(value: Value) -> FieldKind {
    FieldKind::Added(value)
}

fn removed(value: Value) -> FieldKind {
    FieldKind::Removed(value)
}

fn updated(old: Value, new: Value) -> FieldKind {
    FieldKind::Updated { old, new }
}

#[test]
fn each_edit_is_reported_at_its_place() {
    check(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1}), &[]);
    check(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}), &[("/a/b", updated(json!(1), json!(2)))]);
    check(&json!({"a": null}), &json!({}), &[("/a", removed(json!(null)))]);
    check(&json!({}), &json!({"x/y": {"z": 1}}), &[("/x~1y", added(json!({"z": 1})))]);
    check(&json!({"a": []}), &json!({"a": {}}), &[("/a", updated(json!([]), json!({})))]);
    check(&json!({"k": ["b"]}), &json!({"k": ["a", "b"]}), &[("/k/0", added(json!("a")))]);
    check(&json!({"k": ["a", "b"]}), &json!({"k": ["b"]}), &[("/k/0", removed(json!("a")))]);
    check(&json!(["a", "b"]), &json!(["b", "a"]), &[("/0", added(json!("b"))), ("/1", removed(json!("b")))]);
    check(&json!(1), &json!(2), &[("", updated(json!(1), json!(2)))]);
}

#[test]
fn removed_fields_have_their_old_place_and_changed_ones_the_new_place() {
    check(
        &json!({"actions": [{"name": "open", "description": "old", "gone": 1}]}),
        &json!({"actions": [{"name": "new"}, {"name": "open", "description": "now"}]}),
        &[
            ("/actions/0", added(json!({"name": "new"}))),
            ("/actions/0/gone", removed(json!(1))),
            ("/actions/1/description", updated(json!("old"), json!("now"))),
        ],
    );
    check(
        &json!([{"name": "a", "list": [{"name": "b", "gone": 1}]}]),
        &json!([{"name": "x"}, {"name": "a", "list": [{"name": "y"}, {"name": "b"}]}]),
        &[
            ("/0", added(json!({"name": "x"}))),
            ("/1/list/0", added(json!({"name": "y"}))),
            ("/0/list/0/gone", removed(json!(1))),
        ],
    );
}

fn full_entry() -> Value {
    json!({
        "name": "drive", "displayName": "Drive", "version": "1.2.0", "status": "ACTIVE",
        "source": "modules/drive.yaml",
        "aiContext": {
            "purpose": "Keeps files", "category": "PRODUCTIVITY",
            "keywords": ["file", "folder", "share"], "patterns": ["show my *"], "concepts": ["storage"],
            "entities": [
                {"name": "file", "pluralName": "files", "description": "one file"},
                {"name": "folder", "pluralName": "folders", "description": "one folder"},
            ],
            "actions": [
                {"name": "open", "description": "opens", "permissions": ["drive:read"]},
                {"name": "share", "description": "shares", "permissions": ["drive:read", "drive:share"]},
            ],
            "contextProviders": [{
                "name": "recent", "endpoint": "/api/drive/recent", "cacheDuration": 60000,
                "parameters": {"deep": {"list": [1, 1.5, true, null, {"enum": ["a", "b"]}], "empty": []}},
            }],
            "relationships": [{"module": "chat", "type": "integrates", "description": "shares into chats"}],
        },
    })
}

fn leaves(value: &Value, at: &Pointer) -> Vec<Pointer> {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().flat_map(|(key, value)| leaves(value, &at.key(key))).collect()
        }
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter().enumerate().flat_map(|(index, value)| leaves(value, &at.index(index))).collect()
        }
        _ => vec![at.clone()],
    }
}

#[test]
fn a_changed_leaf_is_one_update_at_that_leaf() {
    let entry = full_entry();
    let leaves = leaves(&entry, &Pointer::ROOT);
    assert!(leaves.len() > 30, "{}", leaves.len());
    for leaf in leaves {
        let old = entry.pointer(leaf.as_str()).unwrap().clone();
        for new in [json!("other"), json!(7), json!(null), json!("b"), json!("share")] {
            let mut changed = entry.clone();
            *changed.pointer_mut(leaf.as_str()).unwrap() = new.clone();
            let expect: &[_] =
                if old == new { &[] } else { &[(leaf.as_str(), updated(old.clone(), new.clone()))] };
            check(&entry, &changed, expect);
        }
    }
}

/// Returns the reverse of [`fields`]: removals from the back by old places, then all else from the front by new places.
fn apply(old: &Value, changes: &[FieldChange]) -> Value {
    let mut document = old.clone();
    let mut in_order: Vec<_> = changes.iter().collect();
    in_order.sort_by_cached_key(|change| order(&change.pointer));
    for change in in_order.iter().rev() {
        if let (FieldKind::Removed(value), Some(key)) = (&change.kind, change.pointer.last()) {
            assert_eq!(old.pointer(change.pointer.as_str()), Some(value));
            match parent(&mut document, &change.pointer) {
                Value::Array(elements) => drop(elements.remove(key.parse().unwrap())),
                holder => drop(holder.as_object_mut().unwrap().remove(&key)),
            }
        }
    }
    for change in in_order {
        match (&change.kind, change.pointer.last()) {
            (FieldKind::Added(value), Some(key)) => match parent(&mut document, &change.pointer) {
                Value::Array(elements) => elements.insert(key.parse().unwrap(), value.clone()),
                holder => drop(holder.as_object_mut().unwrap().insert(key, value.clone())),
            },
            (FieldKind::Updated { old, new }, _) => {
                let place = document.pointer_mut(change.pointer.as_str()).unwrap();
                assert_eq!(place, old);
                *place = new.clone();
            }
            (FieldKind::Removed(_), _) => {}
            (FieldKind::Added(_), None) => panic!("the root is always there"),
        }
    }
    document
}

/// Returns the key of reading order: indices as numbers.
fn order(pointer: &Pointer) -> Vec<(Option<usize>, String)> {
    pointer.segments().map(|segment| (segment.parse().ok(), segment)).collect()
}

fn parent<'a>(document: &'a mut Value, pointer: &Pointer) -> &'a mut Value {
    document.pointer_mut(pointer.parent().unwrap().as_str()).unwrap()
}

/// Generates small documents over few keys and values, so that two of them often share parts.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("(name|module|a|b/c|~)", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn a_document_equals_itself(document in document()) {
        prop_assert_eq!(fields(&document, &document), []);
    }

    #[test]
    fn changes_turn_the_old_document_into_the_new_one(old in document(), new in document()) {
        let changes = fields(&old, &new);
        prop_assert_eq!(changes.is_empty(), old == new);
        prop_assert_eq!(apply(&old, &changes), new);
    }

    #[test]
    fn edited_lists_of_named_objects_are_restored(
        old in prop::collection::vec(("[a-d]", 0..3), 0..8),
        new in prop::collection::vec(("[a-d]", 0..3), 0..8),
    ) {
        let list = |items: &[(String, i32)]| -> Value {
            items.iter().map(|(name, n)| json!({"name": name, "n": n})).collect()
        };
        let (old, new) = (list(&old), list(&new));
        prop_assert_eq!(apply(&old, &fields(&old, &new)), new);
    }
}
