//! Sockets, and what happens to every request before and after its handler.

pub(crate) mod connection;
pub(crate) mod cors;
pub(crate) mod service;
