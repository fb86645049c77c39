//! Makes the verifiers from the settings and the environment. An unusable key or secret stops the server before it listens.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    clock::Clock,
    failed_logins::FailedLogins,
    issuer::{Fetch, IssuerKeys},
    keys::Key,
    verifier::{Auth, IssuerVerifier, KeyVerifier},
};
use crate::{
    http,
    settings::{self, Algorithm, KeySource},
};

/// The time that an exchange with an issuer may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The environment variable with the secret.
pub const SECRET_VARIABLE: &str = "MODREG_JWT_SECRET";

/// The secret that signs tokens with HS256. It is long enough that it cannot be guessed.
#[derive(Clone)]
pub struct JwtSecret(Box<[u8]>);

impl JwtSecret {
    /// The length of the shortest key that HS256 allows (RFC 7518, section 3.2).
    const MIN_BYTES: usize = 32;

    /// Makes a secret from the content of the environment variable.
    pub fn new(bytes: &[u8]) -> Result<Self, AuthError> {
        if bytes.len() < Self::MIN_BYTES {
            return Err(AuthError::ShortSecret { bytes: bytes.len() });
        }
        Ok(Self(bytes.into()))
    }
}

impl fmt::Debug for JwtSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The reason why the verifiers cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The secret is too short.
    #[error(
        "the secret in {SECRET_VARIABLE} has {bytes} bytes, but must have at least {}",
        JwtSecret::MIN_BYTES
    )]
    ShortSecret {
        /// The length of the secret.
        bytes: usize,
    },
    /// The file of a public key cannot be read.
    #[error("cannot read the public key `{}`", .path.display())]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A text is not a public key, or it is a key for another algorithm.
    #[error("{name} of `[[serve.auth.keys]]` is not a public key for {} in PEM", .algorithm.as_str())]
    NotAKey {
        /// The name of the key.
        name: String,
        /// The algorithm in the settings.
        algorithm: Algorithm,
    },
}

impl Auth {
    /// Makes the verifiers in the settings, and one for the secret if there is one. The paths of key files are relative to
    /// `base`.
    pub fn new(
        settings: &settings::Auth,
        secret: Option<&JwtSecret>,
        base: &Path,
        clock: Clock,
    ) -> Result<Self, AuthError> {
        let client = http::Client::new(FETCH_TIMEOUT);
        let fetch: Arc<Fetch> = Arc::new(move |address, max_bytes| {
            client.get(address, max_bytes).map_err(|error| format!("`{address}`: {error}"))
        });
        Self::with_fetch(settings, secret, base, clock, &fetch)
    }

    pub(super) fn with_fetch(
        settings: &settings::Auth,
        secret: Option<&JwtSecret>,
        base: &Path,
        clock: Clock,
        fetch: &Arc<Fetch>,
    ) -> Result<Self, AuthError> {
        let mut keys = Vec::new();
        if let Some(JwtSecret(bytes)) = secret {
            let (issuer, audience) = (settings.issuer.clone(), settings.audience.clone());
            keys.push(KeyVerifier { name: "secret".to_owned(), key: Key::secret(bytes), issuer, audience });
        }
        for (index, key) in settings.keys.iter().enumerate() {
            keys.push(public_key(index + 1, key, base)?);
        }
        let issuer = |issuer: &settings::Issuer| IssuerVerifier {
            issuer: issuer.issuer.to_string(),
            audience: issuer.audience.clone(),
            claims: issuer.claims.clone(),
            keys: IssuerKeys::new(issuer, Arc::clone(fetch), Arc::clone(&clock)),
        };
        let issuers = settings.issuers.iter().map(issuer).collect();
        Ok(Self { issuers, keys, failed_logins: FailedLogins::new(Arc::clone(&clock)), clock })
    }
}

fn public_key(number: usize, settings: &settings::PublicKey, base: &Path) -> Result<KeyVerifier, AuthError> {
    let algorithm = settings.algorithm;
    let pem = match &settings.source {
        KeySource::Inline(pem) => pem.clone(),
        KeySource::File(file) => {
            let path = base.join(file);
            fs::read_to_string(&path).map_err(|source| AuthError::Unreadable { path, source })?
        }
    };
    let name = format!("key {number}");
    let Some(key) = Key::pem(algorithm, &pem) else {
        return Err(AuthError::NotAKey { name, algorithm });
    };
    let (issuer, audience) = (settings.issuer.clone(), settings.audience.clone());
    Ok(KeyVerifier { name, key, issuer, audience })
}
