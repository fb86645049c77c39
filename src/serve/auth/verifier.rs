//! The verifiers of tokens. A token is checked by the verifiers of its issuer, or else by those of its algorithm.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use axum::http::HeaderMap;
use jiff::Timestamp;

use super::{
    bearer,
    claims::{self, RefusalReason},
    clock::Clock,
    denied::Denied,
    failed_logins::FailedLogins,
    issuer::IssuerKeys,
    keys::Key,
    principal::Principal,
    token::Token,
};

/// All verifiers of a server, with the limit for invalid tokens.
pub struct Auth {
    pub(super) issuers: Vec<IssuerVerifier>,
    pub(super) keys: Vec<KeyVerifier>,
    pub(super) failed_logins: FailedLogins,
    pub(super) clock: Clock,
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

/// A verifier that accepts tokens of one issuer by their claims.
#[derive(Debug)]
pub(super) struct IssuerVerifier {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) claims: BTreeMap<String, String>,
    pub(super) keys: IssuerKeys,
}

/// A verifier that accepts tokens that are signed with one key, and checks their role.
#[derive(Debug)]
pub(super) struct KeyVerifier {
    /// The name of the verifier in the audit log.
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
}

/// The role that the token of a request must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RequiredRole {
    /// The role `ADMIN`, for requests that change the registry.
    Admin,
    /// Any role, for requests that read the registry.
    Any,
}

impl Auth {
    /// Accepts requests of administrators.
    pub async fn authorize_admin(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.authorize(headers, peer, RequiredRole::Admin).await
    }

    /// Accepts requests with any valid token, whatever its role. A token of an issuer must nevertheless have the configured
    /// claims, because an issuer signs tokens for all its users.
    pub async fn authorize_reader(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.authorize(headers, peer, RequiredRole::Any).await
    }

    /// Returns whether any verifier is configured.
    pub fn is_configured(&self) -> bool {
        !(self.issuers.is_empty() && self.keys.is_empty())
    }

    async fn authorize(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        role: RequiredRole,
    ) -> Result<Principal, Denied> {
        if !self.is_configured() {
            return Err(Denied::NotConfigured);
        }
        let denied = match self.verify(headers, role).await {
            Ok(principal) => return Ok(principal),
            Err(denied) => denied,
        };
        if !denied.counts_as_failed_login() {
            return Err(denied);
        }
        match self.failed_logins.record_failure(peer) {
            Ok(()) => Err(denied),
            Err(retry_after) => Err(Denied::TooMany { retry_after }),
        }
    }

    async fn verify(&self, headers: &HeaderMap, role: RequiredRole) -> Result<Principal, Denied> {
        let text = bearer::token(headers)?;
        let token = Token::parse(text).map_err(Denied::Invalid)?;
        let now = (self.clock)();
        let issuer = token.text("iss");
        let mut denied: Option<Denied> = None;
        for verifier in self.issuers.iter().filter(|verifier| issuer == Some(verifier.issuer.as_str())) {
            match verifier.verify(&token, now).await {
                Ok(principal) => return Ok(principal),
                Err(reason) => denied = denied.into_iter().chain([reason]).max_by_key(Denied::precedence),
            }
        }
        match denied {
            Some(reason) => Err(reason),
            None => self.verify_by_key(&token, now, role),
        }
    }

    fn verify_by_key(
        &self,
        token: &Token<'_>,
        now: Timestamp,
        role: RequiredRole,
    ) -> Result<Principal, Denied> {
        let mut refused: RefusalReason = "no verifier accepts tokens of this issuer and algorithm";
        for verifier in self.keys.iter().filter(|verifier| verifier.key.is_for(token)) {
            match verifier.verify(token, now) {
                Ok(()) if role == RequiredRole::Any || claims::is_admin(token) => {
                    return Ok(Principal::of_token(token, &verifier.name));
                }
                Ok(()) => return Err(Denied::Forbidden("the token does not have the role ADMIN")),
                Err(reason) => refused = reason,
            }
        }
        Err(Denied::Invalid(refused))
    }
}

impl KeyVerifier {
    fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<(), RefusalReason> {
        if !self.key.verifies(token) {
            return Err("the signature of the token is wrong");
        }
        claims::check_times(token, now)?;
        claims::check_issuer(token, self.issuer.as_deref())?;
        claims::check_audience(token, self.audience.as_deref())
    }
}

impl IssuerVerifier {
    async fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<Principal, Denied> {
        // Checks without a key come first, so that an invalid token does not cause a request to the issuer.
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
        if !candidates.any(|key| key.verifies(token)) {
            return Err(Denied::Invalid("the signature of the token is wrong"));
        }
        if !claims::has_claims(token, self.claims.iter()) {
            return Err(Denied::Forbidden("the token does not have the required claims"));
        }
        Ok(Principal::of_token(token, &self.issuer))
    }
}
