//! The handlers of the routes, and the router that calls them.

pub(crate) mod admin;
pub(crate) mod probes;
pub(crate) mod read;
pub(crate) mod router;
