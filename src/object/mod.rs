//! Git's object model as pure values: what an object's id is, and how a tree is written.
//!
//! Nothing here touches a repository, so the id of a registry is the same inside and outside of one.

mod commit;
mod directory;
mod hash;
mod splice;
mod tree;

pub use commit::{Commit, DamagedCommit, Moment, decode_commit};
pub use directory::{DirectoryTrees, tree_of};
pub use hash::{Hasher, Object, ObjectKind, blob_id, blob_id_of, empty_tree, is_empty_tree};
pub use splice::{SpliceError, Spliced, splice};
pub use tree::{DamagedTree, Mode, TreeEntry, decode_tree, encode_tree};
