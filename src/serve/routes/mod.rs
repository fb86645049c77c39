//! The table of all routes as data, and the `OpenAPI` document that is generated from it.

pub(crate) mod openapi;
pub(crate) mod operation;
pub(crate) mod table;
