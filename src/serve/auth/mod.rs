//! Who may do what: tokens (JWT, RFC 7519) and who vouches for them.
//!
//! Verifiers are configured and never defaulted. Which of them a token is for is decided by its issuer first and by its
//! algorithm then, and it must satisfy one of them wholly.
//!
//! Invariant: a token, and what it is checked with, is never part of an error, a log line or a `Debug` text.

mod attempts;
mod bearer;
mod claims;
mod config;
mod denied;
mod issuer;
mod keys;
#[cfg(test)]
mod tests;
mod token;

pub use config::{AuthError, SECRET, Secret};
pub use denied::Denied;

use std::{collections::BTreeMap, fmt, net::IpAddr, sync::Arc};

use axum::http::HeaderMap;
use jiff::Timestamp;

use attempts::Attempts;
use claims::Refused;
use issuer::IssuerKeys;
use keys::Key;
use token::Token;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

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

/// The verifiers.
pub struct Auth {
    issuers: Vec<IssuerVerifier>,
    keys: Vec<KeyVerifier>,
    attempts: Attempts,
    clock: Clock,
}

impl fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Auth")
            .field("issuers", &self.issuers)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// Takes tokens of one issuer by what they claim.
#[derive(Debug)]
struct IssuerVerifier {
    issuer: String,
    audience: String,
    claims: BTreeMap<String, String>,
    keys: IssuerKeys,
}

/// Takes tokens that are signed with one key, and asks for a role.
#[derive(Debug)]
struct KeyVerifier {
    /// How the audit log calls it.
    name: String,
    key: Key,
    issuer: Option<String>,
    audience: Option<String>,
}

/// What a caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// To change the registry.
    Admin,
    /// To read it.
    Any,
}

impl Auth {
    /// Lets an administrator pass.
    pub async fn admin(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.let_pass(headers, peer, Right::Admin).await
    }

    /// Lets everybody pass whose token is good, whatever its role. The tokens of issuers must claim what they must for an
    /// administrator: an issuer signs for all its users.
    pub async fn any(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.let_pass(headers, peer, Right::Any).await
    }

    /// Whether there is any verifier.
    pub fn is_configured(&self) -> bool {
        !(self.issuers.is_empty() && self.keys.is_empty())
    }

    async fn let_pass(&self, headers: &HeaderMap, peer: IpAddr, right: Right) -> Result<Principal, Denied> {
        if !self.is_configured() {
            return Err(Denied::NotConfigured);
        }
        let denied = match self.verify(headers, right).await {
            Ok(principal) => return Ok(principal),
            Err(denied) => denied,
        };
        if !denied.is_failure() {
            return Err(denied);
        }
        match self.attempts.failed(peer) {
            Ok(()) => Err(denied),
            Err(retry_after) => Err(Denied::TooMany { retry_after }),
        }
    }

    async fn verify(&self, headers: &HeaderMap, right: Right) -> Result<Principal, Denied> {
        let text = bearer::token(headers)?;
        let token = Token::parse(text).map_err(Denied::Invalid)?;
        let now = (self.clock)();
        let issuer = token.text("iss");
        let mut denied: Option<Denied> = None;
        for verifier in self.issuers.iter().filter(|verifier| issuer == Some(verifier.issuer.as_str())) {
            match verifier.verify(&token, now).await {
                Ok(principal) => return Ok(principal),
                Err(reason) => denied = denied.into_iter().chain([reason]).max_by_key(Denied::nearness),
            }
        }
        match denied {
            Some(reason) => Err(reason),
            None => self.verify_by_key(&token, now, right),
        }
    }

    fn verify_by_key(&self, token: &Token<'_>, now: Timestamp, right: Right) -> Result<Principal, Denied> {
        let mut refused: Refused = "no verifier here takes tokens of this issuer and algorithm";
        for verifier in self.keys.iter().filter(|verifier| verifier.key.is_for(token)) {
            match verifier.verify(token, now) {
                Ok(()) if right == Right::Any || claims::is_admin(token) => {
                    return Ok(principal(token, &verifier.name));
                }
                Ok(()) => return Err(Denied::Forbidden("the token does not have the role ADMIN")),
                Err(reason) => refused = reason,
            }
        }
        Err(Denied::Invalid(refused))
    }
}

impl KeyVerifier {
    fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<(), Refused> {
        if !self.key.has_signed(token) {
            return Err("the signature of the token is wrong");
        }
        claims::check_times(token, now)?;
        claims::check_issuer(token, self.issuer.as_deref())?;
        claims::check_audience(token, self.audience.as_deref())
    }
}

impl IssuerVerifier {
    async fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<Principal, Denied> {
        // What needs no key comes first: it must not make us ask the issuer for one.
        claims::check_issuer(token, Some(&self.issuer)).map_err(Denied::Invalid)?;
        claims::check_audience(token, Some(&self.audience)).map_err(Denied::Invalid)?;
        claims::check_times(token, now).map_err(Denied::Invalid)?;
        if token.algorithm != self.keys.algorithm().as_str() {
            return Err(Denied::Invalid("the issuer signs with another algorithm"));
        }
        let keys = self.keys.for_token(token).await;
        let keys = keys.map_err(|retry_after| Denied::Unavailable { retry_after })?;
        let mut candidates = keys.for_token(token).peekable();
        if candidates.peek().is_none() {
            return Err(Denied::Invalid("the issuer has no key with the token's key id"));
        }
        if !candidates.any(|key| key.has_signed(token)) {
            return Err(Denied::Invalid("the signature of the token is wrong"));
        }
        if !claims::claims_all(token, self.claims.iter()) {
            return Err(Denied::Forbidden("the token does not claim what it must"));
        }
        Ok(principal(token, &self.issuer))
    }
}

/// The longest subject that is kept: it ends up in every line of the audit log.
const LONGEST_SUBJECT: usize = 200;

fn principal(token: &Token<'_>, verifier: &str) -> Principal {
    let subject = ["email", "sub"].iter().find_map(|claim| token.text(claim)).unwrap_or("unnamed");
    let subject = subject.chars().take(LONGEST_SUBJECT).flat_map(char::escape_debug).collect();
    Principal { subject, verifier: verifier.to_owned() }
}
