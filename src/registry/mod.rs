//! The registry's files: their paths, the content of the root, and the canonical form of an entry.

mod entry;
mod layout;
mod root;
mod snapshot;

pub use entry::Entry;
pub use layout::{
    ENTRIES, REGISTRY, ROOT_FILE, entries_path, entry_path, entry_repo_path, module_of, root_path,
};
pub use root::{FORMAT_VERSION, Held, Inputs, Pin, Root, RootError};
pub use snapshot::Snapshot;
