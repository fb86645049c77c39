//! Tests with tokens of attackers and of legitimate issuers.

mod oidc;
mod tokens;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, Ordering},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair as RsaPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use axum::http::{HeaderMap, header};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm as Jwa, EncodingKey, crypto};
use serde_json::Value;

use super::{Auth, Clock, Denied, JwtSecret, Principal};
use crate::settings::{self, Algorithm, KeySource, PublicKey};

/// The current time in these tests.
const NOW: i64 = 1_800_000_000;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// A key pair in PEM.
struct Pair {
    private: String,
    public: String,
}

impl Pair {
    fn new(private: &[u8], public: &[u8]) -> Self {
        let pem = |label: &str, der: &[u8]| {
            format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
        };
        Self { private: pem("PRIVATE KEY", private), public: pem("PUBLIC KEY", public) }
    }

    fn rsa() -> Self {
        let pair = RsaPair::generate(KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self::new(private.as_ref(), public.as_ref())
    }

    fn ec() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = pair.to_pkcs8v1().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self::new(private.as_ref(), public.as_ref())
    }

    fn ed() -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let private = pair.to_pkcs8v1().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self::new(private.as_ref(), public.as_ref())
    }

    fn key(&self, algorithm: Jwa) -> EncodingKey {
        let pem = self.private.as_bytes();
        match algorithm {
            Jwa::ES256 => EncodingKey::from_ec_pem(pem),
            Jwa::EdDSA => EncodingKey::from_ed_pem(pem),
            _ => EncodingKey::from_rsa_pem(pem),
        }
        .unwrap()
    }
}

static RSA: LazyLock<Pair> = LazyLock::new(Pair::rsa);
static OTHER_RSA: LazyLock<Pair> = LazyLock::new(Pair::rsa);
static EC: LazyLock<Pair> = LazyLock::new(Pair::ec);
static ED: LazyLock<Pair> = LazyLock::new(Pair::ed);

/// Returns the two parts of a token that are signed.
fn unsigned(header: &Value, claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", part(&header.to_string()), part(claims))
}

/// Returns a signed token with any header and any claims.
fn sign(header: &Value, claims: &str, algorithm: Jwa, key: &EncodingKey) -> String {
    let signed = unsigned(header, claims);
    let signature = crypto::sign(signed.as_bytes(), key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header::AUTHORIZATION, value.parse().unwrap());
    }
    headers
}

/// A clock that tests can advance.
#[derive(Clone)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Arc::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap())
    }

    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// Runs a future to completion.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Authorizes the request of an administrator with this token.
fn admin(auth: &Auth, token: &str) -> Result<Principal, Denied> {
    wait(auth.authorize_admin(&headers(&[&format!("Bearer {token}")]), "192.0.2.1".parse().unwrap()))
}

fn public_key(algorithm: Algorithm, pem: &str) -> PublicKey {
    PublicKey { algorithm, source: KeySource::Inline(pem.to_owned()), issuer: None, audience: None }
}

fn auth(settings: &settings::Auth, secret: Option<&[u8]>) -> Auth {
    let secret = secret.map(|bytes| JwtSecret::new(bytes).unwrap());
    Auth::new(settings, secret.as_ref(), "/nonexistent".as_ref(), TestClock::new().clock()).unwrap()
}
