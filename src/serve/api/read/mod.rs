//! What everybody may read. The newest version comes from memory, older ones from the repository.

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
