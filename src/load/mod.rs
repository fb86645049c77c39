//! Loading: which files are manifests, and their bytes.
//!
//! What a path means is decided by [`classify()`] alone, so the working tree and a tree of git give the same listing. The
//! contents are not looked at here.

mod classify;
mod files;
mod listing;
mod read;
mod walk;

pub use classify::{Class, EntryKind, Flaw, classify};
pub use files::{check_parents, files};
pub use listing::Listing;
pub use read::{ReadError, read, read_limited};
pub use walk::{LoadError, walk};
