//! Keys that check signatures, each for exactly one algorithm.
//!
//! Invariant: a key checks only signatures of its own algorithm, so a public key can never be used as a secret. The algorithm
//! `none` does not exist here. The crypto library compares HMACs in constant time.

use jsonwebtoken::{Algorithm as Jwa, AlgorithmFamily, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;

use super::token::Token;
use crate::settings::Algorithm;

/// A key for one algorithm.
#[derive(Clone)]
pub(super) struct Key {
    algorithm: Jwa,
    name: &'static str,
    material: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Key({})", self.name)
    }
}

impl Key {
    /// Makes a key for HS256 from a shared secret.
    pub(super) fn secret(secret: &[u8]) -> Self {
        Self { algorithm: Jwa::HS256, name: "HS256", material: DecodingKey::from_secret(secret) }
    }

    /// Makes a key from a public key in PEM, or returns `None` if the text is not one for this algorithm.
    pub(super) fn pem(algorithm: Algorithm, pem: &str) -> Option<Self> {
        if pem.contains("PRIVATE KEY") {
            return None;
        }
        let pem = pem.as_bytes();
        let key = match algorithm {
            Algorithm::Rs256 => DecodingKey::from_rsa_pem(pem),
            Algorithm::Es256 => DecodingKey::from_ec_pem(pem),
            Algorithm::EdDsa => DecodingKey::from_ed_pem(pem),
        };
        Some(Self::public(algorithm, key.ok()?)).filter(Key::is_complete)
    }

    fn public(algorithm: Algorithm, material: DecodingKey) -> Self {
        let jwa = match algorithm {
            Algorithm::Rs256 => Jwa::RS256,
            Algorithm::Es256 => Jwa::ES256,
            Algorithm::EdDsa => Jwa::EdDSA,
        };
        Self { algorithm: jwa, name: algorithm.as_str(), material }
    }

    /// Returns whether the key has the type and the curve of its algorithm.
    fn is_complete(&self) -> bool {
        let length = self.material.try_get_as_bytes().map(<[u8]>::len).ok();
        self.material.family() == self.algorithm.family()
            && match self.algorithm.family() {
                AlgorithmFamily::Ec => length == Some(65),
                AlgorithmFamily::Ed => length == Some(32),
                AlgorithmFamily::Rsa | AlgorithmFamily::Hmac => true,
            }
    }

    /// Returns whether the token's header names the algorithm of the key.
    pub(super) fn is_for(&self, token: &Token<'_>) -> bool {
        token.algorithm == self.name
    }

    /// Returns whether the token is signed with the key.
    pub(super) fn verifies(&self, token: &Token<'_>) -> bool {
        self.is_for(token)
            && crypto::verify(token.signature, token.signed.as_bytes(), &self.material, self.algorithm)
                .unwrap_or(false)
    }
}

/// The keys that an issuer publishes (RFC 7517) for its algorithm.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet(Vec<(Option<String>, Key)>);

/// The number of keys that are read from one issuer.
const MAX_KEYS: usize = 100;

impl KeySet {
    /// Parses a key set, or returns `None` if it is invalid. Keys for other purposes are ignored.
    pub(super) fn read(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let published: Published = serde_json::from_slice(bytes).ok()?;
        let keys = published.keys.iter().take(MAX_KEYS);
        Some(Self(keys.filter_map(|key| read_key(algorithm, key)).collect()))
    }

    /// Returns the key that the token names, or all keys if it names none.
    pub(super) fn for_token<'a>(&'a self, token: &'a Token<'_>) -> impl Iterator<Item = &'a Key> {
        let named = token.key_id.as_deref();
        self.0.iter().filter(move |(id, _)| named.is_none() || id.as_deref() == named).map(|(_, key)| key)
    }
}

fn read_key(algorithm: Algorithm, published: &Value) -> Option<(Option<String>, Key)> {
    let text = |member: &str| published.get(member).and_then(Value::as_str);
    let is_or_absent = |member: &str, wanted: &str| published.get(member).is_none_or(|value| value == wanted);
    if !is_or_absent("alg", algorithm.as_str()) || !is_or_absent("use", "sig") {
        return None;
    }
    if published
        .get("key_ops")
        .is_some_and(|uses| uses.as_array().is_none_or(|uses| !uses.contains(&"verify".into())))
    {
        return None;
    }
    let key = match (algorithm, text("kty")?, text("crv")) {
        (Algorithm::Rs256, "RSA", None) => DecodingKey::from_rsa_components(text("n")?, text("e")?),
        (Algorithm::Es256, "EC", Some("P-256")) => DecodingKey::from_ec_components(text("x")?, text("y")?),
        (Algorithm::EdDsa, "OKP", Some("Ed25519")) => DecodingKey::from_ed_components(text("x")?),
        _ => return None,
    };
    let key = Some(Key::public(algorithm, key.ok()?)).filter(Key::is_complete)?;
    Some((text("kid").map(str::to_owned), key))
}
