//! What is stored: commits, trees and blobs. libgit2 reads the object database, git writes to it.

mod loose;
mod pack;
mod promisor;
pub(super) mod read;
pub(super) mod tree_diff;
mod write;
