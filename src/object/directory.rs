//! From a set of files to the trees of their directories.

use std::collections::BTreeMap;

use crate::{
    domain::{ObjectFormat, ObjectId},
    object::{
        hash::Object,
        tree::{Mode, TreeEntry},
    },
};

/// The tree objects of a directory and of every directory below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryTrees {
    /// The id of the whole directory.
    pub root: ObjectId,
    /// Each directory's object by its path; the whole directory is the empty path.
    pub trees: BTreeMap<String, Object>,
}

/// Builds the trees of a directory from its files' paths, parts joined by `/`, and their blobs; any order will do.
///
/// No path may be a directory of another one; all files are regular ones. Without files, the result is the empty tree.
pub fn tree_of(
    format: ObjectFormat,
    files: impl IntoIterator<Item = (impl Into<String>, ObjectId)>,
) -> DirectoryTrees {
    let files: BTreeMap<String, ObjectId> = files.into_iter().map(|(path, id)| (path.into(), id)).collect();
    let files: Vec<_> = files.iter().map(|(path, id)| (path.as_str(), *id)).collect();
    let mut trees = BTreeMap::new();
    let root = build(format, "", &files, &mut trees);
    DirectoryTrees { root, trees }
}

/// Builds the directory `at` from sorted paths that are relative to the root and all below it.
///
/// Paths that share a directory follow each other in the order of bytes, so each directory is one run of the slice.
fn build(
    format: ObjectFormat,
    at: &str,
    files: &[(&str, ObjectId)],
    trees: &mut BTreeMap<String, Object>,
) -> ObjectId {
    let inside = if at.is_empty() { 0 } else { at.len() + 1 };
    let first_part = |path: &str| path[inside..].find('/').map(|length| inside + length);
    let entries = files
        .chunk_by(|(a, _), (b, _)| {
            first_part(a).is_some_and(|end| b.as_bytes().starts_with(&a.as_bytes()[..=end]))
        })
        .map(|run| {
            let (path, blob) = run[0];
            let (mode, name, id) = match first_part(path) {
                Some(end) => (Mode::Directory, &path[inside..end], build(format, &path[..end], run, trees)),
                None => (Mode::Regular, &path[inside..], blob),
            };
            TreeEntry { mode, name: name.into(), id }
        })
        .collect();
    let tree = Object::tree(format, entries);
    let id = tree.id();
    trees.insert(at.to_owned(), tree);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::blob_id;

    #[test]
    fn the_root_has_the_id_that_git_prints() {
        // `git write-tree` with the file `x` under each of these paths.
        let id = blob_id(ObjectFormat::Sha1, b"x");
        let trees = tree_of(
            ObjectFormat::Sha1,
            ["dr/iv/drive.json", "a.b", "2/ab.json", "a/c", "dr/iv/drives.json", "a-b/c"].map(|p| (p, id)),
        );
        assert_eq!(trees.root.to_string(), "1802e49124e2cf8d0abe36ca4e783555f1036870");
        assert_eq!(trees.trees.keys().collect::<Vec<_>>(), ["", "2", "a", "a-b", "dr", "dr/iv"]);
        assert_eq!(trees.trees[""].id(), trees.root);
    }

    #[test]
    fn without_files_the_tree_is_empty() {
        let trees = tree_of(ObjectFormat::Sha1, Vec::<(String, ObjectId)>::new());
        assert_eq!(trees.root.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }
}
