//! Git's object model as pure values: what an object's id is, and how a tree is written.
//!
//! Nothing here touches a repository, so the id of a registry is the same inside and outside of one.

mod directory;
mod splice;
mod tree;

pub use directory::{DirectoryTrees, tree_of};
pub use splice::{SpliceError, Spliced, splice};
pub use tree::{DamagedTree, Mode, TreeEntry, decode_tree, encode_tree};

use std::io;

use sha1::{Digest, Sha1};

use crate::domain::ObjectId;

/// The id of the tree without entries, which git never stores inside another tree.
pub const EMPTY_TREE: ObjectId = ObjectId::new([
    0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb,
    0xee, 0x49, 0x04,
]);

/// What an [`Object`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The content of a file.
    Blob,
    /// A directory.
    Tree,
}

impl ObjectKind {
    /// The word that git puts into the object's header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
        }
    }
}

/// One object that a repository can store.
///
/// Invariant: `id` is the id of `bytes` as an object of this kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    id: ObjectId,
    kind: ObjectKind,
    bytes: Vec<u8>,
}

impl Object {
    /// The content of a file.
    pub fn blob(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(ObjectKind::Blob, bytes.into())
    }

    /// The directory that holds `entries`, whatever order they come in.
    pub fn tree(entries: Vec<TreeEntry>) -> Self {
        Self::new(ObjectKind::Tree, encode_tree(entries))
    }

    fn new(kind: ObjectKind, bytes: Vec<u8>) -> Self {
        Self { id: object_id(kind, &bytes), kind, bytes }
    }

    /// The id.
    pub const fn id(&self) -> ObjectId {
        self.id
    }

    /// What the object is.
    pub const fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The content, without git's header.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The id that git gives to a file with this content.
pub fn blob_id(bytes: &[u8]) -> ObjectId {
    object_id(ObjectKind::Blob, bytes)
}

/// The id that git gives to a file of `size` bytes, read piece by piece.
pub fn blob_id_of(size: u64, mut content: impl io::Read) -> io::Result<ObjectId> {
    let mut hash = Sha1::new().chain_update(format!("{} {size}\0", ObjectKind::Blob.as_str()));
    let mut piece = vec![0; 1 << 16];
    loop {
        match content.read(&mut piece) {
            Ok(0) => return Ok(ObjectId::new(hash.finalize().into())),
            Ok(count) => hash.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-1 over the header `kind size\0` and the content (git's `gitformat-loose`).
fn object_id(kind: ObjectKind, bytes: &[u8]) -> ObjectId {
    let hash = Sha1::new()
        .chain_update(format!("{} {}\0", kind.as_str(), bytes.len()))
        .chain_update(bytes)
        .finalize();
    ObjectId::new(hash.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_git_prints() {
        for (bytes, id) in [
            ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
            ("what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
        ] {
            assert_eq!(blob_id(bytes.as_bytes()).to_string(), id, "{bytes:?}");
            assert_eq!(
                blob_id_of(bytes.len() as u64, bytes.as_bytes()).unwrap().to_string(),
                id,
                "{bytes:?}"
            );
        }
        let empty = Object::tree(Vec::new());
        assert_eq!(empty.id().to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }
}
