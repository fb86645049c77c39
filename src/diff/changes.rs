//! Which modules changed, and which of them only moved or took another name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{FieldChange, PermissionChange, fields, permissions::permissions};
use crate::domain::{ModuleName, Pointer};

/// A change of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleChange {
    /// The module.
    pub name: ModuleName,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The permissions that it gained and lost: for an added module all of its permissions, for a removed or renamed one none.
    pub permissions: Vec<PermissionChange>,
}

/// The kind of a change of a module. A version is `None` if an entry, edited by hand, has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The module was added.
    Added {
        /// Its version.
        version: Option<String>,
        /// The removed module that had the same content.
        renamed_from: Option<ModuleName>,
    },
    /// Its entry is another one.
    Updated {
        /// The version before.
        from_version: Option<String>,
        /// The version now.
        to_version: Option<String>,
        /// The fields that are different; never empty.
        fields: Vec<FieldChange>,
    },
    /// The module was removed.
    Removed {
        /// The version it had.
        version: Option<String>,
        /// The added module that has the same content.
        renamed_to: Option<ModuleName>,
    },
}

impl ModuleChange {
    /// Returns whether only the place of the manifest changed.
    pub fn is_move(&self) -> bool {
        match &self.kind {
            ChangeKind::Updated { fields, .. } => {
                matches!(fields.as_slice(), [only] if only.pointer == Pointer::new("/source"))
            }
            ChangeKind::Added { .. } | ChangeKind::Removed { .. } => false,
        }
    }
}

/// The changes from one snapshot to another, one per module, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes(Vec<ModuleChange>);

impl Changes {
    /// Returns the changes, by name.
    pub fn iter(&self) -> std::slice::Iter<'_, ModuleChange> {
        self.0.iter()
    }

    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns how many modules changed.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns how many modules were added; a renamed one counts here and among the removed ones.
    pub fn added(&self) -> usize {
        self.count(|kind| matches!(kind, ChangeKind::Added { .. }))
    }

    /// Returns how many modules have a different entry.
    pub fn updated(&self) -> usize {
        self.count(|kind| matches!(kind, ChangeKind::Updated { .. }))
    }

    /// Returns how many modules were removed.
    pub fn removed(&self) -> usize {
        self.count(|kind| matches!(kind, ChangeKind::Removed { .. }))
    }

    fn count(&self, wanted: impl Fn(&ChangeKind) -> bool) -> usize {
        self.0.iter().filter(|change| wanted(&change.kind)).count()
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a ModuleChange;
    type IntoIter = std::slice::Iter<'a, ModuleChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Compares the entries of two snapshots. Modules whose entries are equal may be left out of both sides, so that only
/// what differs has to be read.
///
/// A module that is gone and one that came in with the same content, name, display name and source aside, are one
/// module under another name. Where several match, they pair in the order of their names.
pub fn changes(previous: &BTreeMap<ModuleName, Value>, next: &BTreeMap<ModuleName, Value>) -> Changes {
    let mut changes: BTreeMap<&ModuleName, ChangeKind> = BTreeMap::new();
    for (name, new) in next {
        match previous.get(name) {
            None => {
                changes.insert(name, ChangeKind::Added { version: version(new), renamed_from: None });
            }
            Some(old) => {
                let fields = fields(old, new);
                if !fields.is_empty() {
                    let (from_version, to_version) = (version(old), version(new));
                    changes.insert(name, ChangeKind::Updated { from_version, to_version, fields });
                }
            }
        }
    }
    for (name, old) in previous.iter().filter(|(name, _)| !next.contains_key(*name)) {
        changes.insert(name, ChangeKind::Removed { version: version(old), renamed_to: None });
    }
    for (from, to) in renames(previous, next) {
        if let Some(ChangeKind::Added { renamed_from, .. }) = changes.get_mut(to) {
            *renamed_from = Some(from.clone());
        }
        if let Some(ChangeKind::Removed { renamed_to, .. }) = changes.get_mut(from) {
            *renamed_to = Some(to.clone());
        }
    }
    let change = |(name, kind): (&ModuleName, ChangeKind)| {
        let permissions = match &kind {
            ChangeKind::Added { renamed_from: Some(_), .. } | ChangeKind::Removed { .. } => Vec::new(),
            ChangeKind::Added { .. } | ChangeKind::Updated { .. } => {
                permissions(previous.get(name), next.get(name))
            }
        };
        ModuleChange { name: name.clone(), kind, permissions }
    };
    Changes(changes.into_iter().map(change).collect())
}

/// Pairs of an old and a new name with the same content.
fn renames<'a>(
    previous: &'a BTreeMap<ModuleName, Value>,
    next: &'a BTreeMap<ModuleName, Value>,
) -> Vec<(&'a ModuleName, &'a ModuleName)> {
    let mut gone: BTreeMap<String, Vec<&ModuleName>> = BTreeMap::new();
    for (name, entry) in previous.iter().filter(|(name, _)| !next.contains_key(*name)).rev() {
        gone.entry(content(entry)).or_default().push(name);
    }
    if gone.is_empty() {
        return Vec::new();
    }
    next.iter()
        .filter(|(name, _)| !previous.contains_key(*name))
        .filter_map(|(name, entry)| Some((gone.get_mut(&content(entry))?.pop()?, name)))
        .collect()
}

/// Returns the entry without what a rename changes.
fn content(entry: &Value) -> String {
    let Value::Object(members) = entry else { return entry.to_string() };
    let kept = members.iter().filter(|(key, _)| !["name", "displayName", "source"].contains(&key.as_str()));
    let kept: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    Value::Object(kept).to_string()
}

fn version(entry: &Value) -> Option<String> {
    entry.get("version")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Snapshot = BTreeMap<ModuleName, Value>;

    /// Returns a snapshot of modules, from their names, versions, purposes and sources.
    fn snapshot(modules: &[(&str, &str, &str, &str)]) -> Snapshot {
        let entry = |&(name, version, purpose, source): &(&str, &str, &str, &str)| {
            let entry = json!({
                "name": name, "displayName": name.to_uppercase(), "version": version, "source": source,
                "aiContext": {"purpose": purpose},
            });
            (name.parse().unwrap(), entry)
        };
        modules.iter().map(entry).collect()
    }

    /// One line per change: name, kind, versions, and what else is known.
    fn lines(changes: &Changes) -> Vec<String> {
        let line = |change: &ModuleChange| match &change.kind {
            ChangeKind::Added { version, renamed_from } => {
                format!("{} added {version:?} from {renamed_from:?}", change.name)
            }
            ChangeKind::Updated { from_version, to_version, fields } => {
                let pointers: Vec<_> = fields.iter().map(|field| field.pointer.as_str()).collect();
                format!("{} updated {from_version:?} {to_version:?} {pointers:?}", change.name)
            }
            ChangeKind::Removed { version, renamed_to } => {
                format!("{} removed {version:?} to {renamed_to:?}", change.name)
            }
        };
        changes.iter().map(line).collect()
    }

    #[test]
    fn each_module_has_at_most_one_change_in_the_order_of_names() {
        let old = snapshot(&[
            ("gone", "1.0.0", "went", "g.yaml"),
            ("same", "1.0.0", "stays", "s.yaml"),
            ("chat", "1.0.0", "talks", "c.yaml"),
        ]);
        let new = snapshot(&[
            ("same", "1.0.0", "stays", "s.yaml"),
            ("chat", "1.1.0", "speaks", "c.yaml"),
            ("new", "0.1.0", "came", "n.yaml"),
        ]);
        let changes = changes(&old, &new);
        insta::assert_snapshot!(lines(&changes).join("\n"), @r#"
        chat updated Some("1.0.0") Some("1.1.0") ["/version", "/aiContext/purpose"]
        gone removed Some("1.0.0") to None
        new added Some("0.1.0") from None
        "#);
        assert_eq!((changes.added(), changes.updated(), changes.removed(), changes.len()), (1, 1, 1, 3));
    }

    #[test]
    fn the_same_content_under_another_name_is_a_rename() {
        let old = snapshot(&[
            ("one", "1.0.0", "same", "a.yaml"),
            ("two", "1.0.0", "same", "b.yaml"),
            ("three", "1.0.0", "same", "c.yaml"),
            ("other", "1.0.0", "other", "d.yaml"),
        ]);
        let new = snapshot(&[
            ("four", "1.0.0", "same", "x.yaml"),
            ("five", "1.0.0", "same", "y.yaml"),
            ("sixth", "1.0.1", "other", "d.yaml"),
        ]);
        insta::assert_snapshot!(lines(&changes(&old, &new)).join("\n"), @r#"
        five added Some("1.0.0") from Some(ModuleName("one"))
        four added Some("1.0.0") from Some(ModuleName("three"))
        one removed Some("1.0.0") to Some(ModuleName("five"))
        other removed Some("1.0.0") to None
        sixth added Some("1.0.1") from None
        three removed Some("1.0.0") to Some(ModuleName("four"))
        two removed Some("1.0.0") to None
        "#);
    }

    #[test]
    fn another_place_and_nothing_else_is_a_move() {
        let old = snapshot(&[("drive", "1.0.0", "keeps", "a.yaml"), ("chat", "1.0.0", "talks", "c.yaml")]);
        let new = snapshot(&[("drive", "1.0.0", "keeps", "b.yaml"), ("chat", "1.0.0", "speaks", "d.yaml")]);
        let moved: Vec<_> = changes(&old, &new).iter().map(ModuleChange::is_move).collect();
        assert_eq!(moved, [false, true]);
    }

    #[test]
    fn an_entry_that_is_not_an_object_is_compared() {
        let broken = |value: Value| -> Snapshot { BTreeMap::from([("drive".parse().unwrap(), value)]) };
        let changes = changes(&broken(json!("text")), &broken(json!({"version": 1})));
        assert_eq!(lines(&changes), [r#"drive updated None None [""]"#]);
    }
}
