//! The handlers for readers. The latest version is served from memory, older versions from the repository.

mod changes;
mod error;
mod history;
mod modules;
mod old_versions;
mod snapshot;

pub(crate) use changes::changes;
pub(crate) use history::history;
pub(crate) use modules::{module, modules};
pub(crate) use snapshot::snapshot;
