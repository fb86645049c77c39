//! Why a caller may not, and how HTTP says so (RFC 6750, section 3; RFC 6585, section 4).

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};

use crate::serve::http::problem::Problem;

/// Why a caller may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// Nobody may, for nothing says who could.
    NotConfigured,
    /// No token was sent.
    Missing,
    /// What was sent is not one token.
    Malformed(&'static str),
    /// The token is not taken.
    Invalid(&'static str),
    /// The token is good, but not for this.
    Forbidden(&'static str),
    /// The keys of the token's issuer cannot be had now.
    Unavailable {
        /// When they will be asked for again.
        retry_after: Duration,
    },
    /// Too many tokens were refused to this caller.
    TooMany {
        /// When the next one may be tried.
        retry_after: Duration,
    },
}

impl Denied {
    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Missing | Self::Malformed(_) | Self::Invalid(_) => 401,
            Self::NotConfigured | Self::Forbidden(_) => 403,
            Self::TooMany { .. } => 429,
            Self::Unavailable { .. } => 503,
        }
    }

    /// How near the token came to being taken, to tell the reasons of several verifiers apart.
    pub(super) const fn precedence(&self) -> u8 {
        match self {
            Self::NotConfigured | Self::Missing | Self::Malformed(_) | Self::TooMany { .. } => 0,
            Self::Invalid(_) => 1,
            Self::Forbidden(_) => 2,
            // It may be taken later.
            Self::Unavailable { .. } => 3,
        }
    }

    /// One sentence for people.
    pub const fn detail(&self) -> &'static str {
        match self {
            Self::NotConfigured => {
                "no verifier of tokens is configured, so nobody may do this: set MODREG_JWT_SECRET, or add keys or \
                 issuers to `[serve.auth]` in modreg.toml"
            }
            Self::Missing => "a token is needed: `Authorization: Bearer …`",
            Self::Malformed(reason) | Self::Invalid(reason) | Self::Forbidden(reason) => reason,
            Self::TooMany { .. } => "too many tokens were refused; wait before the next one",
            Self::Unavailable { .. } => "the keys of the token's issuer cannot be fetched at this moment",
        }
    }

    /// The challenge of the header `WWW-Authenticate`, where the answer has one.
    pub fn challenge(&self) -> Option<String> {
        let error = match self {
            Self::Missing => return Some("Bearer realm=\"modreg\"".to_owned()),
            Self::Malformed(_) => "invalid_request",
            Self::Invalid(_) => "invalid_token",
            Self::Forbidden(_) => "insufficient_scope",
            Self::NotConfigured | Self::TooMany { .. } | Self::Unavailable { .. } => return None,
        };
        // Quotes and backslashes have no place in a description (RFC 6750, section 3).
        let description = self.detail().replace('`', "'");
        Some(format!("Bearer realm=\"modreg\", error=\"{error}\", error_description=\"{description}\""))
    }

    /// When to try again, in whole seconds.
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

    /// Whether it counts as a try that failed.
    pub(super) const fn counts_as_attempt(&self) -> bool {
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
