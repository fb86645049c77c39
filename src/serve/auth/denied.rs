//! The reasons to deny a request, and their HTTP responses (RFC 6750, section 3; RFC 6585, section 4).

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};

use crate::serve::http::problem::Problem;

/// The reason to deny a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// No verifier is configured.
    NotConfigured,
    /// The request contains no token.
    Missing,
    /// The header does not contain exactly one token.
    Malformed(&'static str),
    /// The token is invalid.
    Invalid(&'static str),
    /// The token is valid but does not give this permission.
    Forbidden(&'static str),
    /// The keys of the token's issuer are not available now.
    Unavailable {
        /// The time until the next attempt to fetch the keys.
        retry_after: Duration,
    },
    /// The caller has sent too many invalid tokens.
    TooMany {
        /// The time until the next token is accepted.
        retry_after: Duration,
    },
}

impl Denied {
    /// Returns the status of the response.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Missing | Self::Malformed(_) | Self::Invalid(_) => 401,
            Self::NotConfigured | Self::Forbidden(_) => 403,
            Self::TooMany { .. } => 429,
            Self::Unavailable { .. } => 503,
        }
    }

    /// Returns a number by which the most useful of several verifiers' reasons is chosen.
    pub(super) const fn precedence(&self) -> u8 {
        match self {
            Self::NotConfigured | Self::Missing | Self::Malformed(_) | Self::TooMany { .. } => 0,
            Self::Invalid(_) => 1,
            Self::Forbidden(_) => 2,
            // The token may be accepted later.
            Self::Unavailable { .. } => 3,
        }
    }

    /// Returns one sentence for people.
    pub const fn detail(&self) -> &'static str {
        match self {
            Self::NotConfigured => {
                "the server accepts no tokens, because no verifier is configured: set MODREG_JWT_SECRET, or add keys \
                 or issuers to `[serve.auth]` in modreg.toml"
            }
            Self::Missing => "a token is required, in the header `Authorization: Bearer …`",
            Self::Malformed(reason) | Self::Invalid(reason) | Self::Forbidden(reason) => reason,
            Self::TooMany { .. } => "too many invalid tokens were sent; wait before sending the next one",
            Self::Unavailable { .. } => "the keys of the token's issuer cannot be fetched now",
        }
    }

    /// Returns the header `WWW-Authenticate`, or `None` if the response has none.
    pub fn challenge(&self) -> Option<String> {
        let error = match self {
            Self::Missing => return Some("Bearer realm=\"modreg\"".to_owned()),
            Self::Malformed(_) => "invalid_request",
            Self::Invalid(_) => "invalid_token",
            Self::Forbidden(_) => "insufficient_scope",
            Self::NotConfigured | Self::TooMany { .. } | Self::Unavailable { .. } => return None,
        };
        // A description must not contain quotes and backslashes (RFC 6750, section 3).
        let description = self.detail().replace('`', "'");
        Some(format!("Bearer realm=\"modreg\", error=\"{error}\", error_description=\"{description}\""))
    }

    /// Returns the time until the next attempt in whole seconds.
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } | Self::Unavailable { retry_after } => {
                let seconds = retry_after.as_secs();
                Some(if retry_after.subsec_nanos() > 0 || seconds == 0 { seconds + 1 } else { seconds })
            }
            Self::NotConfigured
            | Self::Missing
            | Self::Malformed(_)
            | Self::Invalid(_)
            | Self::Forbidden(_) => None,
        }
    }

    /// Returns whether the limit for invalid tokens counts the request.
    pub(super) const fn counts_as_failed_login(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::Invalid(_) | Self::Forbidden(_))
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let status = StatusCode::from_u16(denied.status()).unwrap_or(StatusCode::FORBIDDEN);
        let mut problem = Self::new(status, denied.detail());
        let challenge = denied.challenge().and_then(|text| HeaderValue::try_from(text).ok());
        if let Some(challenge) = challenge {
            problem = problem.header(header::WWW_AUTHENTICATE, challenge);
        }
        match denied.retry_after() {
            Some(seconds) => problem.header(header::RETRY_AFTER, HeaderValue::from(seconds)),
            None => problem,
        }
    }
}
