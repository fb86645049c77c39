//! `[serve]`: how the server answers.

use core::net::{Ipv4Addr, SocketAddr};
use std::{ops::RangeInclusive, time::Duration};

use super::{error::MessageAndHelp, section::Section};

pub(super) const KEYS: &[&str] = &["listen", "public_read", "cors", "follow"];
pub(super) const LIMITS: &[&str] = &["body", "header_timeout", "request_timeout", "connections"];

/// The range of the interval in seconds; more than a day is of no use.
const FOLLOW: RangeInclusive<usize> = 0..=86_400;
/// The range of the timeouts in seconds.
const TIMEOUT: RangeInclusive<usize> = 1..=3600;
/// The most bytes that a body may be allowed: bodies are kept in memory.
const MAX_BODY: usize = 64 << 20;
/// The range of the number of connections: up to more than a process has file descriptors.
const CONNECTIONS: RangeInclusive<usize> = 1..=1_000_000;

/// The settings of `serve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serve {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Whether everyone may read, or only clients with a valid token.
    pub public_read: bool,
    /// The origins whose pages may read; `*` is any.
    pub cors: Vec<String>,
    /// The interval at which the remote is checked for new commits, if it is.
    pub follow: Option<Duration>,
    /// The most bytes of a request's body.
    pub body: usize,
    /// The time that a client may take to send the headers of a request.
    pub header_timeout: Duration,
    /// The time that a request may take to arrive, to be answered, and to be received by the client.
    pub request_timeout: Duration,
    /// The most connections at once.
    pub connections: usize,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_read: true,
            cors: Vec::new(),
            follow: None,
            body: 1 << 20,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            connections: 1000,
        }
    }
}

pub(super) fn read(root: &mut Section<'_>) -> Serve {
    let default = Serve::default();
    let mut section = root.section("serve");
    let listen = section.parsed("listen", listen).unwrap_or(default.listen);
    let public_read = section.boolean("public_read").unwrap_or(default.public_read);
    let cors = section.list("cors", origin).unwrap_or(default.cors);
    let follow = section.seconds("follow", FOLLOW).filter(|every| !every.is_zero());
    let mut limits = section.section("limits");
    Serve {
        listen,
        public_read,
        cors,
        follow,
        body: limits.bytes("body", MAX_BODY).unwrap_or(default.body),
        header_timeout: limits.seconds("header_timeout", TIMEOUT).unwrap_or(default.header_timeout),
        request_timeout: limits.seconds("request_timeout", TIMEOUT).unwrap_or(default.request_timeout),
        connections: limits.number("connections", CONNECTIONS).unwrap_or(default.connections),
    }
}

/// Returns an address with a port; names would have to be looked up.
fn listen(text: &str) -> Result<SocketAddr, MessageAndHelp> {
    text.parse().map_err(|_| {
        let help = "write an address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"";
        ("this is not an address with a port".to_owned(), help.to_owned())
    })
}

/// Returns an origin as browsers write it: no path, no final slash, lower case.
fn origin(text: &str) -> Result<String, MessageAndHelp> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |host: &str| {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(is_allowed)
    };
    if text == "*" || host.is_some_and(is_plain) {
        return Ok(text.to_owned());
    }
    let help = "write \"https://\" and the host in lower case, with nothing after it, or \"*\" for any";
    Err(("this is not an origin".to_owned(), help.to_owned()))
}
