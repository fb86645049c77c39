//! The keys of an `OpenID` Connect issuer: found by discovery, kept, and asked for again at most once a minute.
//!
//! Whoever sends tokens with made-up key ids cannot make this server ask more often. While the issuer does not answer, the
//! keys that are known stay good.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{clock::Clock, keys::KeySet, token::Token};
use crate::{
    domain::WebAddress,
    settings::{Algorithm, Issuer},
};

/// Between two times of fetching, whether they were answered or not.
const MIN_FETCH_INTERVAL: SignedDuration = SignedDuration::from_mins(1);
/// After that time the keys are asked for again, so that one that was withdrawn does not stay good for ever.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);
/// The most that a document of an issuer may hold.
const MAX_DOCUMENT_BYTES: u64 = 256 << 10;

/// Fetches a document of at most that many bytes, or tells why it cannot.
pub(super) type Fetch = dyn Fn(&WebAddress, u64) -> Result<Vec<u8>, String> + Send + Sync;

/// The keys of one issuer.
pub(super) struct IssuerKeys {
    issuer: WebAddress,
    algorithm: Algorithm,
    fetch: Arc<Fetch>,
    clock: Clock,
    known: Arc<Mutex<CachedKeys>>,
    /// Whoever asks the issuer holds it, so that all others wait for the same answer.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default, Clone)]
struct CachedKeys {
    keys: Option<Arc<KeySet>>,
    fetched: Option<Timestamp>,
    last_attempt: Option<Timestamp>,
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuerKeys").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl IssuerKeys {
    pub(super) fn new(settings: &Issuer, fetch: Arc<Fetch>, clock: Clock) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            algorithm: settings.algorithm,
            fetch,
            clock,
            known: Arc::new(Mutex::default()),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// The only algorithm that the issuer signs with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The keys to check a token with, or how long until the issuer is asked again where none are known at all.
    pub(super) async fn for_token(&self, token: &Token<'_>) -> Result<Arc<KeySet>, Duration> {
        if let Some(keys) = self.fresh_keys_for(token) {
            return Ok(keys);
        }
        let fetching = self.fetching.lock().await;
        if let Some(keys) = self.fresh_keys_for(token) {
            return Ok(keys);
        }
        let now = (self.clock)();
        let pause = self.known().last_attempt.map(|at| MIN_FETCH_INTERVAL - now.duration_since(at));
        // A clock that was set back must not make the pause longer.
        if pause.is_none_or(|pause| !(SignedDuration::ZERO < pause && pause <= MIN_FETCH_INTERVAL)) {
            self.fetch_keys(now).await;
        }
        drop(fetching);
        let known = self.known();
        known.keys.ok_or_else(|| {
            let left = known
                .last_attempt
                .map_or(MIN_FETCH_INTERVAL, |at| MIN_FETCH_INTERVAL - (self.clock)().duration_since(at));
            left.max(SignedDuration::from_secs(1)).min(MIN_FETCH_INTERVAL).unsigned_abs()
        })
    }

    /// The keys where they are fresh and the one that the token names is among them.
    fn fresh_keys_for(&self, token: &Token<'_>) -> Option<Arc<KeySet>> {
        let known = self.known();
        let age = (self.clock)().duration_since(known.fetched?);
        let keys = known.keys?;
        let is_fresh = (SignedDuration::ZERO..MAX_AGE).contains(&age);
        let has_key = keys.for_token(token).next().is_some();
        (is_fresh && has_key).then_some(keys)
    }

    async fn fetch_keys(&self, now: Timestamp) {
        self.lock().last_attempt = Some(now);
        let (issuer, algorithm, fetch) = (self.issuer.clone(), self.algorithm, Arc::clone(&self.fetch));
        let known = Arc::clone(&self.known);
        // The keys are kept even if whoever asked for them has hung up meanwhile.
        let work = tokio::task::spawn_blocking(move || {
            let keys = discover(&issuer, algorithm, &*fetch)?;
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.keys = Some(Arc::new(keys));
            known.fetched = Some(now);
            Ok(())
        });
        if let Err(reason) = work.await.unwrap_or_else(|_| Err("a bug in modreg".to_owned())) {
            tracing::warn!(issuer = %self.issuer, reason, "the keys of an issuer cannot be fetched");
        }
    }

    fn known(&self) -> CachedKeys {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, CachedKeys> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds the keys of an issuer (`OpenID` Connect Discovery 1.0, section 4).
fn discover(issuer: &WebAddress, algorithm: Algorithm, fetch: &Fetch) -> Result<KeySet, String> {
    #[derive(Deserialize)]
    struct Discovery {
        issuer: String,
        jwks_uri: String,
    }
    let address = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let address: WebAddress = address.parse().map_err(|_| format!("`{address}` is no address"))?;
    let found: Discovery = serde_json::from_slice(&fetch(&address, MAX_DOCUMENT_BYTES)?)
        .map_err(|error| format!("`{address}` is no discovery document: {error}"))?;
    if found.issuer != issuer.as_str() {
        return Err(format!("`{address}` is of another issuer, `{}`", found.issuer.escape_debug()));
    }
    let keys: WebAddress = found
        .jwks_uri
        .parse()
        .map_err(|error| format!("the address of the keys, `{}`: {error}", found.jwks_uri.escape_debug()))?;
    KeySet::read(algorithm, &fetch(&keys, MAX_DOCUMENT_BYTES)?)
        .ok_or_else(|| format!("`{keys}` is no key set"))
}
