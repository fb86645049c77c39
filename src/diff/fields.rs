//! Which fields of one entry changed.

use serde_json::{Map, Value};

use super::align::{Step, align};
use crate::domain::Pointer;

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The place of the field: in the old document if it was removed, else in the new one.
    pub pointer: Pointer,
    /// The kind of the change.
    pub kind: FieldKind,
}

/// The kind of a change of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// It was added, with everything below it.
    Added(Value),
    /// It was removed, with everything below it.
    Removed(Value),
    /// It has another value; one of the two is a leaf.
    Updated {
        /// The value before.
        old: Value,
        /// The value now.
        new: Value,
    },
}

/// Compares every leaf of two documents.
///
/// Changes come in the order of the documents: in an object first what is gone, then the rest in the order of the new
/// keys; in an array by place. An object or array that came in or went is one change at its own pointer. What moved
/// within an array went and came in. Key order does not count.
pub fn fields(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(Places { old: Pointer::ROOT, new: Pointer::ROOT }, old, new, &mut changes);
    changes
}

/// The place of one value in both documents.
struct Places {
    old: Pointer,
    new: Pointer,
}

fn compare(at: Places, old: &Value, new: &Value, changes: &mut Vec<FieldChange>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => compare_objects(&at, old, new, changes),
        (Value::Array(old), Value::Array(new)) => compare_arrays(&at, old, new, changes),
        (old, new) if old == new => {}
        (old, new) => changes.push(FieldChange {
            pointer: at.new,
            kind: FieldKind::Updated { old: old.clone(), new: new.clone() },
        }),
    }
}

fn compare_objects(
    at: &Places,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    changes: &mut Vec<FieldChange>,
) {
    for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        changes.push(FieldChange { pointer: at.old.key(key), kind: FieldKind::Removed(value.clone()) });
    }
    for (key, value) in new {
        match old.get(key) {
            Some(before) => {
                compare(Places { old: at.old.key(key), new: at.new.key(key) }, before, value, changes);
            }
            None => {
                changes.push(FieldChange { pointer: at.new.key(key), kind: FieldKind::Added(value.clone()) });
            }
        }
    }
}

fn compare_arrays(at: &Places, old: &[Value], new: &[Value], changes: &mut Vec<FieldChange>) {
    for step in align(old, new) {
        match step {
            Step::Pair(was, is) => {
                let places = Places { old: at.old.index(was), new: at.new.index(is) };
                compare(places, &old[was], &new[is], changes);
            }
            Step::Remove(was) => changes
                .push(FieldChange { pointer: at.old.index(was), kind: FieldKind::Removed(old[was].clone()) }),
            Step::Add(is) => changes
                .push(FieldChange { pointer: at.new.index(is), kind: FieldKind::Added(new[is].clone()) }),
        }
    }
}

#[cfg(test)]
mod tests;
