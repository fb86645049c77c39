//! The id of an object: the hash of a header and the content.

use std::io;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::tree::{TreeEntry, encode_tree};
use crate::domain::{ObjectFormat, ObjectId};

/// Returns the id of the tree without entries, which git never stores inside another tree.
pub fn empty_tree(format: ObjectFormat) -> ObjectId {
    object_id(format, ObjectKind::Tree, &[])
}

/// Returns whether this is the id of the tree without entries.
pub fn is_empty_tree(id: ObjectId) -> bool {
    id == empty_tree(id.format())
}

/// The kind of an [`Object`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The content of a file.
    Blob,
    /// A directory.
    Tree,
}

impl ObjectKind {
    /// Returns the word that git puts into the object's header.
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
    /// Returns the content of a file.
    pub fn blob(format: ObjectFormat, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(format, ObjectKind::Blob, bytes.into())
    }

    /// Returns the directory with these `entries`, in any order.
    pub fn tree(format: ObjectFormat, entries: Vec<TreeEntry>) -> Self {
        Self::new(format, ObjectKind::Tree, encode_tree(entries))
    }

    fn new(format: ObjectFormat, kind: ObjectKind, bytes: Vec<u8>) -> Self {
        Self { id: object_id(format, kind, &bytes), kind, bytes }
    }

    /// Returns the id.
    pub const fn id(&self) -> ObjectId {
        self.id
    }

    /// Returns the kind of the object.
    pub const fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// Returns the content, without git's header.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Returns the id of a file with this content.
pub fn blob_id(format: ObjectFormat, bytes: &[u8]) -> ObjectId {
    object_id(format, ObjectKind::Blob, bytes)
}

/// Returns the id of a file of `size` bytes, which is read piece by piece.
pub fn blob_id_of(format: ObjectFormat, size: u64, mut content: impl io::Read) -> io::Result<ObjectId> {
    let mut hash = Hasher::new(format);
    hash.update(format!("{} {size}\0", ObjectKind::Blob.as_str()).as_bytes());
    let mut piece = vec![0; 1 << 16];
    loop {
        match content.read(&mut piece) {
            Ok(0) => return Ok(hash.finish()),
            Ok(count) => hash.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the hash of the header `kind size\0` and the content (git's `gitformat-loose`).
fn object_id(format: ObjectFormat, kind: ObjectKind, bytes: &[u8]) -> ObjectId {
    let mut hash = Hasher::new(format);
    hash.update(format!("{} {}\0", kind.as_str(), bytes.len()).as_bytes());
    hash.update(bytes);
    hash.finish()
}

/// Hashes bytes as a repository of one format does.
pub enum Hasher {
    /// The state of SHA-1.
    Sha1(Sha1),
    /// The state of SHA-256.
    Sha256(Sha256),
}

impl Hasher {
    /// Starts with no bytes.
    pub fn new(format: ObjectFormat) -> Self {
        match format {
            ObjectFormat::Sha1 => Self::Sha1(Sha1::new()),
            ObjectFormat::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    /// Returns the hash of all bytes.
    pub fn finish(self) -> ObjectId {
        match self {
            Self::Sha1(hash) => ObjectId::Sha1(hash.finalize().into()),
            Self::Sha256(hash) => ObjectId::Sha256(hash.finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_git_prints() {
        use ObjectFormat::{Sha1, Sha256};
        for (format, bytes, id) in [
            (Sha1, "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            (Sha1, "hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
            (Sha1, "what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
            (Sha256, "", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"),
            (Sha256, "hello\n", "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"),
        ] {
            assert_eq!(blob_id(format, bytes.as_bytes()).to_string(), id, "{bytes:?}");
            let read = blob_id_of(format, bytes.len() as u64, bytes.as_bytes()).unwrap();
            assert_eq!(read.to_string(), id, "{bytes:?}");
        }
        for (format, id) in [
            (Sha1, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
            (Sha256, "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"),
        ] {
            assert_eq!(Object::tree(format, Vec::new()).id().to_string(), id);
            assert!(is_empty_tree(id.parse().unwrap()));
        }
    }
}
