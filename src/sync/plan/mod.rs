//! Planning the next snapshot.

pub(super) mod draft;
pub(super) mod next_snapshot;
pub(super) mod prepare;
pub(super) mod previous;
#[cfg(test)]
mod properties;
pub(super) mod record;
mod rollback;
pub(super) mod select;
pub(super) mod sources;
