//! Who may do what.

use std::{fmt, net::IpAddr};

use axum::http::{HeaderMap, StatusCode};

use super::problem::Problem;

/// Who calls, as a verifier found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The subject of the token.
    pub subject: String,
    /// The verifier that accepted it.
    pub verifier: String,
}

impl Principal {
    /// The server itself, which needs no token.
    pub fn this_server() -> Self {
        Self { subject: "modreg serve".to_owned(), verifier: "none".to_owned() }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.subject, self.verifier)
    }
}

/// Why a caller may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody may, for nothing says who could.
    NotConfigured,
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotConfigured => Self::new(
                StatusCode::FORBIDDEN,
                "no verifier of tokens is configured, so nobody may do this: see `[serve.auth]` in modreg.toml",
            ),
        }
    }
}

/// The verifiers.
#[derive(Debug, Default)]
pub struct Auth;

impl Auth {
    /// Lets an administrator pass.
    #[expect(clippy::unused_async, reason = "verifiers may have to fetch keys")]
    pub async fn admin(&self, _headers: &HeaderMap, _peer: IpAddr) -> Result<Principal, Denied> {
        Err(Denied::NotConfigured)
    }

    /// Lets everybody pass whose token is good.
    #[expect(clippy::unused_async, reason = "verifiers may have to fetch keys")]
    pub async fn any(&self, _headers: &HeaderMap, _peer: IpAddr) -> Result<Principal, Denied> {
        Err(Denied::NotConfigured)
    }
}
