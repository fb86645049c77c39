//! A new root tree from an old one with some paths replaced and every other entry kept as it is.

use std::collections::BTreeMap;

use crate::{
    domain::{ObjectFormat, ObjectId, RepoPath},
    object::{
        hash::Object,
        tree::{DamagedTree, Mode, TreeEntry, decode_tree},
    },
};

/// A changed root tree, and the objects that have to be written for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    /// The id of the new root tree.
    pub root: ObjectId,
    /// The new trees on the way to the replaced paths, the deepest first.
    pub objects: Vec<Object>,
}

/// The error of a tree that could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum SpliceError<E> {
    /// A tree on the way could not be read.
    #[error(transparent)]
    Read(E),
    /// A tree on the way is not in git's form.
    #[error("tree {0} cannot be read")]
    Damaged(ObjectId, #[source] DamagedTree),
    /// A part of a path's directory is a file, a link or a submodule.
    #[error("`{0}` is not a directory")]
    NotADirectory(RepoPath),
}

/// Replaces each path of `changes` by a file or a whole directory (mode and id), or removes it (`None`).
///
/// `read` returns the bytes of a tree. Missing directories are created, and empty ones are removed.
/// No path of `changes` may be a directory of another one.
pub fn splice<E>(
    format: ObjectFormat,
    root: Option<ObjectId>,
    changes: &BTreeMap<RepoPath, Option<(Mode, ObjectId)>>,
    mut read: impl FnMut(ObjectId) -> Result<Vec<u8>, E>,
) -> Result<Spliced, SpliceError<E>> {
    let changes: Vec<_> = changes.iter().map(|(path, change)| (path.as_str(), *change)).collect();
    let mut objects = Vec::new();
    let root = change_directory(format, "", root, &changes, &mut read, &mut objects)?;
    let root = root.unwrap_or_else(|| {
        objects.push(Object::tree(format, Vec::new()));
        objects[objects.len() - 1].id()
    });
    Ok(Spliced { root, objects })
}

type Change<'a> = (&'a str, Option<(Mode, ObjectId)>);

/// Returns the new id of the directory `at`, or `None` if nothing is left in it.
fn change_directory<E>(
    format: ObjectFormat,
    at: &str,
    old: Option<ObjectId>,
    changes: &[Change<'_>],
    read: &mut impl FnMut(ObjectId) -> Result<Vec<u8>, E>,
    objects: &mut Vec<Object>,
) -> Result<Option<ObjectId>, SpliceError<E>> {
    let mut entries = match old {
        Some(id) => {
            let bytes = read(id).map_err(SpliceError::Read)?;
            decode_tree(format, &bytes).map_err(|damage| SpliceError::Damaged(id, damage))?
        }
        None => Vec::new(),
    };
    let inside = if at.is_empty() { 0 } else { at.len() + 1 };
    let first_part = |path: &str| path[inside..].find('/').map(|length| inside + length);
    for run in changes.chunk_by(|(a, _), (b, _)| {
        first_part(a).is_some_and(|end| b.as_bytes().starts_with(&a.as_bytes()[..=end]))
    }) {
        let (path, change) = run[0];
        let end = first_part(path);
        let name = &path.as_bytes()[inside..end.unwrap_or(path.len())];
        let position = entries.iter().position(|entry| entry.name == name);
        let new = match end {
            None => change,
            Some(end) => {
                let old = match position.map(|position| &entries[position]) {
                    None => None,
                    Some(entry) if entry.mode == Mode::Directory => Some(entry.id),
                    Some(_) => return Err(SpliceError::NotADirectory(RepoPath::new(&path[..end]))),
                };
                let id = change_directory(format, &path[..end], old, run, read, objects)?;
                id.map(|id| (Mode::Directory, id))
            }
        };
        if let Some(position) = position {
            entries.remove(position);
        }
        entries.extend(new.map(|(mode, id)| TreeEntry { mode, name: name.to_vec(), id }));
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let tree = Object::tree(format, entries);
    let id = tree.id();
    objects.push(tree);
    Ok(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{blob_id, tree_of};

    const FORMAT: ObjectFormat = ObjectFormat::Sha1;

    /// Splices into a root made of `before`, and compares with the root that the same files have from scratch.
    fn check(before: &[&str], changes: &[(&str, bool)], after: &[&str]) {
        let id = blob_id(FORMAT, b"x");
        let old = tree_of(FORMAT, before.iter().map(|path| (*path, id)));
        let changes = changes
            .iter()
            .map(|(path, keep)| (RepoPath::new(*path), keep.then_some((Mode::Regular, id))))
            .collect();
        let read = |id| {
            let tree = old.trees.values().find(|tree| tree.id() == id);
            tree.map(|tree| tree.bytes().to_vec()).ok_or("no such tree")
        };
        let spliced = splice(FORMAT, Some(old.root), &changes, read).unwrap();
        assert_eq!(
            spliced.root,
            tree_of(FORMAT, after.iter().map(|path| (*path, id))).root,
            "{before:?} {changes:?}"
        );
    }

    #[test]
    fn a_splice_equals_a_tree_from_scratch() {
        check(&[], &[("a/b/c", true)], &["a/b/c"]);
        check(&["a/x", "b"], &[("a/b/c", true), ("a/y", true)], &["a/b/c", "a/x", "a/y", "b"]);
        check(&["a/b/c", "d"], &[("a/b/c", false)], &["d"]);
        check(&["a/b/c"], &[("a/b/c", false), ("none/at/all", false)], &[]);
        check(&["a/b", "a/c"], &[("a/b", false), ("a-b/c", true)], &["a/c", "a-b/c"]);
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let old = tree_of(FORMAT, [("registry", blob_id(FORMAT, b"x"))]);
        let changes =
            BTreeMap::from([(RepoPath::new("registry/a"), Some((Mode::Regular, blob_id(FORMAT, b""))))]);
        let error = splice(FORMAT, Some(old.root), &changes, |_| Ok::<_, ()>(old.trees[""].bytes().to_vec()));
        assert!(matches!(error, Err(SpliceError::NotADirectory(path)) if path.as_str() == "registry"));
    }
}
