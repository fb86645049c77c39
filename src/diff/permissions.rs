//! Which permissions a module and its actions gained and lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{FieldChange, FieldKind};

/// The permissions that a module, or one of its actions, gained and lost; sorted, and never both empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionChange {
    /// The action; `None` is the module as a whole.
    pub action: Option<String>,
    /// The permissions that are required now and were not before.
    pub gained: Vec<String>,
    /// The permissions that were required before and are not now.
    pub lost: Vec<String>,
}

/// The permissions that each action of an entry requires.
type Required<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Compares the permissions of two entries; `None` is the module that is not there.
///
/// The module as a whole comes first: what any of its actions requires. An action follows where its own permissions changed
/// in another way than those of the module, such as by one that a second action has had before.
pub(super) fn permissions(old: Option<&Value>, new: Option<&Value>) -> Vec<PermissionChange> {
    let (old, new) = (required(old), required(new));
    let all = |entry: &Required<'_>| entry.values().flatten().map(|name| (*name).to_owned()).collect();
    let (all_old, all_new): (BTreeSet<String>, BTreeSet<String>) = (all(&old), all(&new));
    let gained: BTreeSet<&str> = all_new.difference(&all_old).map(String::as_str).collect();
    let lost: BTreeSet<&str> = all_old.difference(&all_new).map(String::as_str).collect();
    let actions = new.iter().filter_map(|(action, now)| {
        let before = old.get(action)?;
        let gained = now.difference(before).copied().filter(|name| !gained.contains(name));
        let lost = before.difference(now).copied().filter(|name| !lost.contains(name));
        Some(change(Some(action), gained, lost))
    });
    let module = change(None, gained.iter().copied(), lost.iter().copied());
    let changes = std::iter::once(module).chain(actions);
    changes.filter(|change| !change.gained.is_empty() || !change.lost.is_empty()).collect()
}

fn change<'a>(
    action: Option<&str>,
    gained: impl Iterator<Item = &'a str>,
    lost: impl Iterator<Item = &'a str>,
) -> PermissionChange {
    PermissionChange {
        action: action.map(str::to_owned),
        gained: gained.map(str::to_owned).collect(),
        lost: lost.map(str::to_owned).collect(),
    }
}

/// Returns the permissions that each action of an entry requires; anything else in an entry edited by hand counts as none.
fn required(entry: Option<&Value>) -> Required<'_> {
    let mut required = Required::new();
    let actions = entry.and_then(|entry| entry.pointer("/aiContext/actions")).and_then(Value::as_array);
    for action in actions.into_iter().flatten() {
        let name = action.get("name").and_then(Value::as_str).unwrap_or_default();
        let permissions = action.get("permissions").and_then(Value::as_array).into_iter().flatten();
        required.entry(name).or_default().extend(permissions.filter_map(Value::as_str));
    }
    required
}

impl FieldChange {
    /// Returns whether the change concerns permissions: of the list of an action, or of a whole action that has some.
    pub fn concerns_permissions(&self) -> bool {
        let segments: Vec<String> = self.pointer.segments().collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let has_some = |value: &Value| {
            value.get("permissions").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
        };
        match segments.as_slice() {
            ["aiContext", "actions", _, "permissions", ..] => true,
            ["aiContext", "actions", _] => match &self.kind {
                FieldKind::Added(action) | FieldKind::Removed(action) => has_some(action),
                FieldKind::Updated { old, new } => has_some(old) || has_some(new),
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{diff::fields, domain::Pointer};

    fn entry(actions: &[(&str, &[&str])]) -> Value {
        let actions: Vec<_> = actions
            .iter()
            .map(|(name, permissions)| json!({"name": name, "permissions": permissions}))
            .collect();
        json!({"aiContext": {"actions": actions}})
    }

    fn shown(changes: &[PermissionChange]) -> String {
        let shown = |change: &PermissionChange| {
            let action = change.action.as_deref().unwrap_or("*");
            format!("{action} +{} -{}", change.gained.join(","), change.lost.join(","))
        };
        changes.iter().map(shown).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn gained_and_lost_permissions_are_listed_per_module_and_action() {
        let old = entry(&[("read", &["d:read"]), ("delete", &["d:read", "d:delete"])]);
        for (new, expected) in [
            (old.clone(), ""),
            (entry(&[("read", &["d:read", "d:write"]), ("delete", &["d:read"])]), "* +d:write -d:delete"),
            (entry(&[("read", &["d:read"])]), "* + -d:delete"),
            // Another action had it before.
            (
                entry(&[("read", &["d:delete", "d:read"]), ("delete", &["d:read", "d:delete"])]),
                "read +d:delete -",
            ),
            (
                entry(&[("read", &[]), ("delete", &["d:delete", "d:read", "d:all"])]),
                "* +d:all -; read + -d:read",
            ),
            // A new action that requires what others do already widens nothing.
            (entry(&[("read", &["d:read"]), ("delete", &["d:read", "d:delete"]), ("list", &["d:read"])]), ""),
            (json!({"aiContext": {"actions": [1, {"permissions": "x"}]}}), "* + -d:delete,d:read"),
        ] {
            assert_eq!(shown(&permissions(Some(&old), Some(&new))), expected, "{new}");
        }
        assert_eq!(shown(&permissions(None, Some(&old))), "* +d:delete,d:read -");
        assert_eq!(shown(&permissions(Some(&old), None)), "* + -d:delete,d:read");
    }

    #[test]
    fn fields_of_permissions_are_known() {
        let old = entry(&[("read", &["d:read"]), ("none", &[])]);
        let new = entry(&[("read", &["d:write"]), ("delete", &["d:delete"])]);
        let concerned: Vec<_> = fields(&old, &new)
            .iter()
            .map(|change| format!("{} {}", change.pointer, change.concerns_permissions()))
            .collect();
        insta::assert_snapshot!(concerned.join("\n"), @r"
        /aiContext/actions/0/permissions/0 true
        /aiContext/actions/1/name false
        /aiContext/actions/1/permissions/0 true
        ");
        let of_the_module =
            FieldChange { pointer: Pointer::new("/permissions"), kind: FieldKind::Added(json!(["x"])) };
        assert!(!of_the_module.concerns_permissions());
    }
}
