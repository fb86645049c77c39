//! The verifiers of tokens, and the decision which of them a token is checked by.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use axum::http::HeaderMap;
use jiff::Timestamp;

use super::{
    attempts::Attempts,
    bearer,
    claims::{self, RefusalReason},
    clock::Clock,
    denied::Denied,
    issuer::IssuerKeys,
    keys::Key,
    principal::Principal,
    token::Token,
};

/// The verifiers.
pub struct Auth {
    pub(super) issuers: Vec<IssuerVerifier>,
    pub(super) keys: Vec<KeyVerifier>,
    pub(super) attempts: Attempts,
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

/// Takes tokens of one issuer by what they claim.
#[derive(Debug)]
pub(super) struct IssuerVerifier {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) claims: BTreeMap<String, String>,
    pub(super) keys: IssuerKeys,
}

/// Takes tokens that are signed with one key, and asks for a role.
#[derive(Debug)]
pub(super) struct KeyVerifier {
    /// How the audit log calls it.
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
}

/// What a caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permission {
    /// To change the registry.
    Admin,
    /// To read it.
    Read,
}

impl Auth {
    /// Lets an administrator pass.
    pub async fn authorize_admin(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.authorize(headers, peer, Permission::Admin).await
    }

    /// Lets everybody pass whose token is good, whatever its role. The tokens of issuers must claim what they must for an
    /// administrator: an issuer signs for all its users.
    pub async fn authorize_reader(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Principal, Denied> {
        self.authorize(headers, peer, Permission::Read).await
    }

    /// Whether there is any verifier.
    pub fn is_configured(&self) -> bool {
        !(self.issuers.is_empty() && self.keys.is_empty())
    }

    async fn authorize(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        permission: Permission,
    ) -> Result<Principal, Denied> {
        if !self.is_configured() {
            return Err(Denied::NotConfigured);
        }
        let denied = match self.verify(headers, permission).await {
            Ok(principal) => return Ok(principal),
            Err(denied) => denied,
        };
        if !denied.counts_as_attempt() {
            return Err(denied);
        }
        match self.attempts.record_failure(peer) {
            Ok(()) => Err(denied),
            Err(retry_after) => Err(Denied::TooMany { retry_after }),
        }
    }

    async fn verify(&self, headers: &HeaderMap, permission: Permission) -> Result<Principal, Denied> {
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
            None => self.verify_by_key(&token, now, permission),
        }
    }

    fn verify_by_key(
        &self,
        token: &Token<'_>,
        now: Timestamp,
        permission: Permission,
    ) -> Result<Principal, Denied> {
        let mut refused: RefusalReason = "no verifier here takes tokens of this issuer and algorithm";
        for verifier in self.keys.iter().filter(|verifier| verifier.key.is_for(token)) {
            match verifier.verify(token, now) {
                Ok(()) if permission == Permission::Read || claims::is_admin(token) => {
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
        if !candidates.any(|key| key.verifies(token)) {
            return Err(Denied::Invalid("the signature of the token is wrong"));
        }
        if !claims::has_claims(token, self.claims.iter()) {
            return Err(Denied::Forbidden("the token does not claim what it must"));
        }
        Ok(Principal::of_token(token, &self.issuer))
    }
}
