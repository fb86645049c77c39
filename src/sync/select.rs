//! Which manifests must be read: the saving that makes a sync cost what changed, not what exists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{ModuleName, ObjectId, RepoPath},
    registry::Snapshot,
};

/// The manifests of one source tree: where they lie, and the blob id of each.
pub type Manifests = BTreeMap<RepoPath, ObjectId>;

/// Which manifests to read, and which modules are known without.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The manifests to read and compile.
    pub read: Vec<RepoPath>,
    /// The modules whose manifest, and so whose entry, is what it was.
    pub unchanged: BTreeSet<ModuleName>,
}

/// Selects all manifests.
pub fn all(manifests: &Manifests) -> Selection {
    Selection { read: manifests.keys().cloned().collect(), unchanged: BTreeSet::new() }
}

/// Selects what must be read again after `before` became `now`.
///
/// Besides the changed manifests these are the ones whose last outcome the registry does not tell: those without an
/// entry (skipped or invalid), those of held and
/// pinned modules, and those that share a module with another manifest.
pub(super) fn changed(previous: &Snapshot, before: &Manifests, now: &Manifests) -> Selection {
    let mut manifests_of: BTreeMap<&str, usize> = BTreeMap::new();
    for path in now.keys() {
        *manifests_of.entry(path.module_stem()).or_default() += 1;
    }
    let (held, pinned) = (previous.held(), previous.pinned());
    let unchanged_module = |path: &RepoPath, id| {
        let name: ModuleName = path.module_stem().parse().ok()?;
        let has_entry = previous.entries.contains_key(&name);
        let is_ordinary = !held.contains_key(&name) && !pinned.contains_key(&name);
        let is_alone = manifests_of[path.module_stem()] == 1;
        (has_entry && is_ordinary && is_alone && before.get(path) == Some(id)).then_some(name)
    };
    let mut selection = Selection::default();
    for (path, id) in now {
        match unchanged_module(path, id) {
            Some(name) => {
                selection.unchanged.insert(name);
            }
            None => selection.read.push(path.clone()),
        }
    }
    selection
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::SnapshotVersion,
        object,
        registry::{Held, Inputs, Pin, Root},
        testing::FORMAT,
    };

    fn manifests(files: &[(&str, &str)]) -> Manifests {
        files
            .iter()
            .map(|(path, text)| {
                (RepoPath::new(format!("modules/{path}")), object::blob_id(FORMAT, text.as_bytes()))
            })
            .collect()
    }

    #[test]
    fn only_what_the_registry_cannot_tell_is_read_again() {
        let name = |text: &str| text.parse::<ModuleName>().unwrap();
        let version = SnapshotVersion::new(1);
        let held = Held { since: version, code: String::new(), message: String::new() };
        let root = Root {
            version,
            tree: object::empty_tree(FORMAT),
            source_tree: object::empty_tree(FORMAT),
            inputs: Inputs::from_sha256(&[]),
            is_pre_release: false,
            module_count: 0,
            held: [(name("held"), held)].into(),
            pinned: [(name("pinned"), Pin { version, reason: String::new() })].into(),
        };
        let entries = ["same", "edited", "moved", "held", "pinned", "twice"];
        let previous = Snapshot {
            root: Some(root),
            entries: entries.map(|entry| (name(entry), object::empty_tree(FORMAT))).into(),
            ..Snapshot::default()
        };
        let before = [
            ("same.yaml", "a"),
            ("edited.yaml", "a"),
            ("moved.yaml", "a"),
            ("held.yaml", "a"),
            ("pinned.yaml", "a"),
            ("skipped.yaml", "a"),
            ("x/twice.yaml", "a"),
            ("gone.yaml", "a"),
        ];
        let now = [
            ("same.yaml", "a"),
            ("edited.yaml", "b"),
            ("moved/module.yaml", "a"),
            ("held.yaml", "a"),
            ("pinned.yaml", "a"),
            ("skipped.yaml", "a"),
            ("x/twice.yaml", "a"),
            ("y/twice.yaml", "a"),
            ("new.yaml", "a"),
            ("No Name.yaml", "a"),
        ];
        let selection = changed(&previous, &manifests(&before), &manifests(&now));
        assert_eq!(selection.unchanged, [name("same")].into());
        let read: Vec<_> = selection.read.iter().map(RepoPath::as_str).collect();
        let expected = [
            "modules/No Name.yaml",
            "modules/edited.yaml",
            "modules/held.yaml",
            "modules/moved/module.yaml",
            "modules/new.yaml",
            "modules/pinned.yaml",
            "modules/skipped.yaml",
            "modules/x/twice.yaml",
            "modules/y/twice.yaml",
        ];
        assert_eq!(read, expected);
    }
}
