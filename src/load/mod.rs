//! Loading: which files are manifests, and their bytes.
//!
//! What a path means is decided by [`classify()`] alone, so the working tree and a tree of git have the same listing, but for
//! the paths that git ignores. The contents are not looked at here. Files are written here too, each as a whole.

mod classify;
mod files;
mod listing;
mod read;
mod walk;
mod write;

pub use classify::{Class, EntryKind, LoadFault, classify, ignored, unread};
pub use files::{check_parents, check_parents_on_disk, files};
pub use listing::Listing;
pub use read::{ReadError, read, read_limited};
pub use walk::{LoadError, walk};
pub use write::{create, replace, write_whole};
