//! What was published, read in one place from the commits.

mod cache;
pub(super) mod compare;
pub(super) mod compiler;
pub(super) mod history;
pub(super) mod past;
pub(super) mod published;
mod read;
mod roots;
pub(super) mod snapshots;
