//! The published snapshot in memory: how it is loaded from the repository, and the JSON documents that are served from it.

pub(crate) mod json;
pub(crate) mod loaded;
pub(crate) mod loader;
