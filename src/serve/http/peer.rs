//! The address that a request comes from.

use std::net::IpAddr;

/// The address of the connection's other end. Headers in which proxies forward an address are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);
