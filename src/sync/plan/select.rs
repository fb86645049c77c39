//! The selection of the manifests that must be read, so that the cost of a sync depends on what changed, not on what exists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{ModuleName, ObjectId, RepoPath},
    registry::Snapshot,
};

/// The manifests of one source tree: their paths, and the blob id of each that can be read.
pub type Manifests = BTreeMap<RepoPath, Option<ObjectId>>;

/// The manifests to read, and the modules that are known without reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The manifests to read and compile.
    pub read: Vec<RepoPath>,
    /// The modules whose manifests did not change, so that their entries are kept, with the paths of the manifests.
    pub unchanged: BTreeMap<ModuleName, RepoPath>,
}

/// Selects all manifests.
pub fn all(manifests: &Manifests) -> Selection {
    Selection { read: manifests.keys().cloned().collect(), unchanged: BTreeMap::new() }
}

/// The result of compiling an earlier source tree.
#[derive(Debug)]
pub(super) struct Before<'a> {
    /// The manifests of that tree.
    pub(super) manifests: &'a Manifests,
    /// The entries that the record of that run contains. Not all of them are what the manifests compile to.
    pub(super) entries: &'a BTreeMap<ModuleName, ObjectId>,
    /// The modules whose entries differ from what their manifests compile to.
    pub(super) others: &'a BTreeSet<ModuleName>,
}

/// Selects what must be read: everything but the manifests that are unchanged since `before`, are alone with their name,
/// and whose entry is in the previous snapshot.
pub(super) fn changed(previous: &Snapshot, before: &Before<'_>, now: &Manifests) -> Selection {
    let mut manifests_of: BTreeMap<&str, usize> = BTreeMap::new();
    for path in now.keys() {
        *manifests_of.entry(path.module_stem()).or_default() += 1;
    }
    let is_unchanged = |name: &ModuleName, path: &RepoPath, id: &Option<ObjectId>| {
        let entry = before.entries.get(name);
        let is_compiled = entry.is_some() && !before.others.contains(name);
        let is_alone = manifests_of[path.module_stem()] == 1;
        is_compiled
            && is_alone
            && id.is_some()
            && before.manifests.get(path) == Some(id)
            && previous.entries.get(name) == entry
    };
    let mut selection = Selection::default();
    for (path, id) in now {
        match path.module_stem().parse::<ModuleName>() {
            Ok(name) if is_unchanged(&name, path, id) => {
                selection.unchanged.insert(name, path.clone());
            }
            Ok(_) | Err(_) => selection.read.push(path.clone()),
        }
    }
    selection
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{object, testing::FORMAT};

    fn manifests(files: &[(&str, &str)]) -> Manifests {
        files
            .iter()
            .map(|(path, text)| {
                let id = (*text != "link").then(|| object::blob_id(FORMAT, text.as_bytes()));
                (RepoPath::new(format!("modules/{path}")), id)
            })
            .collect()
    }

    #[test]
    fn only_what_the_record_cannot_tell_is_read_again() {
        let name = |text: &str| text.parse::<ModuleName>().unwrap();
        let entries = |names: &[&str]| -> BTreeMap<ModuleName, ObjectId> {
            names.iter().map(|entry| (name(entry), object::blob_id(FORMAT, entry.as_bytes()))).collect()
        };
        let mut compiled = entries(&["same", "edited", "moved", "other", "twice", "forged", "link"]);
        let previous = Snapshot { entries: compiled.clone(), ..Snapshot::default() };
        compiled.insert(name("forged"), object::empty_tree(FORMAT));
        let before = [
            ("same.yaml", "a"),
            ("edited.yaml", "a"),
            ("moved.yaml", "a"),
            ("other.yaml", "a"),
            ("forged.yaml", "a"),
            ("skipped.yaml", "a"),
            ("link.yaml", "link"),
            ("x/twice.yaml", "a"),
            ("gone.yaml", "a"),
        ];
        let now = [
            ("same.yaml", "a"),
            ("edited.yaml", "b"),
            ("moved/module.yaml", "a"),
            ("other.yaml", "a"),
            ("forged.yaml", "a"),
            ("skipped.yaml", "a"),
            ("link.yaml", "link"),
            ("x/twice.yaml", "a"),
            ("y/twice.yaml", "a"),
            ("new.yaml", "a"),
            ("No Name.yaml", "a"),
        ];
        let others = [name("other")].into();
        let before = manifests(&before);
        let before = Before { manifests: &before, entries: &compiled, others: &others };
        let selection = changed(&previous, &before, &manifests(&now));
        assert_eq!(selection.unchanged, [(name("same"), RepoPath::new("modules/same.yaml"))].into());
        let read: Vec<_> = selection.read.iter().map(RepoPath::as_str).collect();
        let expected = [
            "modules/No Name.yaml",
            "modules/edited.yaml",
            "modules/forged.yaml",
            "modules/link.yaml",
            "modules/moved/module.yaml",
            "modules/new.yaml",
            "modules/other.yaml",
            "modules/skipped.yaml",
            "modules/x/twice.yaml",
            "modules/y/twice.yaml",
        ];
        assert_eq!(read, expected);
    }
}
