//! The handlers: what each route does with a request that was let through.

pub(crate) mod admin;
pub(crate) mod probes;
pub(crate) mod read;
pub(crate) mod router;
