//! The keys of an `OpenID` Connect issuer. They are found by discovery, cached, and fetched at most once a minute.
//!
//! Tokens with invented key ids cannot make this server fetch the keys more often. While the issuer does not respond, the
//! cached keys stay valid.

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

/// The shortest time between two attempts to fetch the keys, whether they succeed or not.
const MIN_FETCH_INTERVAL: SignedDuration = SignedDuration::from_mins(1);
/// The time after which the keys are fetched again, so that a withdrawn key does not stay valid.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);
/// The size of the largest document that is accepted from an issuer.
const MAX_DOCUMENT_BYTES: u64 = 256 << 10;

/// A function that fetches a document of at most this many bytes, or returns the reason why it cannot.
pub(super) type Fetch = dyn Fn(&WebAddress, u64) -> Result<Vec<u8>, String> + Send + Sync;

/// The keys of one issuer, with the cache and the state of fetching.
pub(super) struct IssuerKeys {
    issuer: WebAddress,
    algorithm: Algorithm,
    fetch: Arc<Fetch>,
    clock: Clock,
    known: Arc<Mutex<CachedKeys>>,
    /// The lock that is held while keys are fetched, so that all requests wait for the same response.
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

    /// Returns the only algorithm that the issuer may sign with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the keys to check a token with, or the time until the next attempt to fetch keys if none are cached.
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

    /// Returns the cached keys if they are fresh and contain the key that the token names.
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
        // The keys are cached even if the client has disconnected meanwhile.
        let work = tokio::task::spawn_blocking(move || {
            let keys = discover(&issuer, algorithm, &*fetch)?;
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.keys = Some(Arc::new(keys));
            known.fetched = Some(now);
            Ok(())
        });
        if let Err(reason) =
            work.await.unwrap_or_else(|_| Err("a bug in modreg; please report it".to_owned()))
        {
            tracing::warn!(issuer = %self.issuer, reason, "cannot fetch the keys of an issuer");
        }
    }

    fn known(&self) -> CachedKeys {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, CachedKeys> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fetches the keys of an issuer (`OpenID` Connect Discovery 1.0, section 4).
fn discover(issuer: &WebAddress, algorithm: Algorithm, fetch: &Fetch) -> Result<KeySet, String> {
    #[derive(Deserialize)]
    struct Discovery {
        issuer: String,
        jwks_uri: String,
    }
    let address = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let address: WebAddress = address.parse().map_err(|_| format!("`{address}` is not a valid address"))?;
    let found: Discovery = serde_json::from_slice(&fetch(&address, MAX_DOCUMENT_BYTES)?)
        .map_err(|error| format!("`{address}` is not a discovery document: {error}"))?;
    if found.issuer != issuer.as_str() {
        return Err(format!("`{address}` describes another issuer, `{}`", found.issuer.escape_debug()));
    }
    let keys: WebAddress = found.jwks_uri.parse().map_err(|error| {
        format!("invalid address of the keys, `{}`: {error}", found.jwks_uri.escape_debug())
    })?;
    KeySet::read(algorithm, &fetch(&keys, MAX_DOCUMENT_BYTES)?)
        .ok_or_else(|| format!("`{keys}` is not a key set"))
}
