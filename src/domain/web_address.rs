//! A web address to which this program may send requests.

use core::net::IpAddr;
use std::{fmt, str::FromStr};

/// An `https` address, or an `http` one on this machine itself.
///
/// Invariant: nothing that is sent there travels in the clear, and neither name nor password is part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebAddress(Box<str>);

/// The error for a text that is not a [`WebAddress`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebAddress {
    /// The text is not a web address.
    #[error("this is not a web address")]
    Form,
    /// Requests to it could be read on the way.
    #[error("the address is not `https`")]
    InTheClear,
    /// It contains a name or a password.
    #[error("the address holds a user name or a password")]
    Credentials,
}

impl InvalidWebAddress {
    /// Returns the help: what to write instead.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Form => "write it as in \"https://host.example/path\", without spaces and `#`",
            Self::InTheClear => {
                "use `https`; `http` is allowed for `127.0.0.1`, `[::1]` and `localhost` only"
            }
            Self::Credentials => {
                "remove the user name, the password and the `@`: write `https://host.example`"
            }
        }
    }
}

impl WebAddress {
    /// Returns the address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is of this machine itself.
    pub fn is_loopback(&self) -> bool {
        self.0.split_once("://").is_some_and(|(_, rest)| is_loopback(host(authority(rest))))
    }

    /// Returns the address without its query, which may contain a secret.
    pub fn shown(&self) -> &str {
        self.0.split('?').next().unwrap_or_default()
    }
}

impl FromStr for WebAddress {
    type Err = InvalidWebAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#"#"<>\^`{|}"#.contains(&byte);
        let (scheme, rest) = text.split_once("://").ok_or(InvalidWebAddress::Form)?;
        let authority = authority(rest);
        let host = host(authority);
        if !rest.bytes().all(is_plain) || !matches!(scheme, "http" | "https") {
            return Err(InvalidWebAddress::Form);
        }
        if authority.contains('@') {
            return Err(InvalidWebAddress::Credentials);
        }
        let port = authority[host.len()..].strip_prefix(':');
        let has_good_port = match port {
            Some(digits) => digits.parse::<u16>().is_ok() && !digits.starts_with('+'),
            None => authority.len() == host.len(),
        };
        if !is_host(host) || !has_good_port {
            return Err(InvalidWebAddress::Form);
        }
        if scheme == "http" && !is_loopback(host) {
            return Err(InvalidWebAddress::InTheClear);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Returns the host of an authority, with the brackets of an IPv6 address.
fn host(authority: &str) -> &str {
    let end = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    &authority[..end]
}

fn is_host(host: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    host.strip_prefix('[').map_or_else(
        || !host.is_empty() && host.bytes().all(is_allowed),
        |rest| rest.strip_suffix(']').is_some_and(|address| address.parse::<IpAddr>().is_ok()),
    )
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_addresses_are_accepted() {
        for (text, expected) in [
            ("https://hooks.example.org/a?b=c", Ok(())),
            ("https://hooks.example.org:8443", Ok(())),
            ("http://127.0.0.1:8080/x", Ok(())),
            ("http://[::1]:8080", Ok(())),
            ("http://localhost/x", Ok(())),
            ("http://hooks.example.org/", Err(InvalidWebAddress::InTheClear)),
            ("http://127.0.0.1.example.org/", Err(InvalidWebAddress::InTheClear)),
            ("http://10.0.0.1/", Err(InvalidWebAddress::InTheClear)),
            ("https://user:word@example.org/", Err(InvalidWebAddress::Credentials)),
            ("http://127.0.0.1@example.org/", Err(InvalidWebAddress::Credentials)),
            ("", Err(InvalidWebAddress::Form)),
            ("example.org", Err(InvalidWebAddress::Form)),
            ("https://", Err(InvalidWebAddress::Form)),
            ("https:///x", Err(InvalidWebAddress::Form)),
            ("ftp://example.org/", Err(InvalidWebAddress::Form)),
            ("https://example.org:99999/", Err(InvalidWebAddress::Form)),
            ("https://example.org:+1/", Err(InvalidWebAddress::Form)),
            ("https://[::1/", Err(InvalidWebAddress::Form)),
            ("https://[::1]x/", Err(InvalidWebAddress::Form)),
            ("https://example.org/#a", Err(InvalidWebAddress::Form)),
            ("https://exam ple.org/", Err(InvalidWebAddress::Form)),
            ("https://example.org\\@evil.example/", Err(InvalidWebAddress::Form)),
            ("https://ex\u{e4}mple.org/", Err(InvalidWebAddress::Form)),
        ] {
            let parsed = text.parse::<WebAddress>();
            assert_eq!(parsed.as_ref().map(|_| ()).map_err(Clone::clone), expected, "{text}");
            assert!(parsed.is_ok_and(|address| address.to_string() == text) || expected.is_err());
        }
    }

    #[test]
    fn the_shown_address_has_no_query() {
        let address: WebAddress = "https://example.org/a?key=1".parse().unwrap();
        assert_eq!((address.shown(), address.is_loopback()), ("https://example.org/a", false));
        assert!("http://[::1]:80/".parse::<WebAddress>().unwrap().is_loopback());
    }
}
