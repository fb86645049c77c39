//! `[serve.auth]`: who may use the admin routes. Secrets are never part of it.

use std::collections::BTreeMap;

use super::{
    error::{MessageAndHelp, suggestion},
    section::Section,
};
use crate::domain::{InvalidWebAddress, WebAddress, quoted};

pub(super) const KEYS: &[&str] = &["issuer", "audience"];
pub(super) const KEY_KEYS: &[&str] = &["algorithm", "file", "pem", "issuer", "audience"];
pub(super) const ISSUER_KEYS: &[&str] = &["issuer", "audience", "algorithm"];

/// The clients that may use the admin routes. Without keys and issuers here, and without a secret in the environment, no one may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// The `iss` that a token signed with the secret must have; with `None` it is not checked.
    pub issuer: Option<String>,
    /// The `aud` that a token signed with the secret must have; with `None` it must have none.
    pub audience: Option<String>,
    /// The public keys whose holders sign tokens with the admin role.
    pub keys: Vec<PublicKey>,
    /// Issuers whose tokens are taken by what they claim.
    pub issuers: Vec<Issuer>,
}

/// One `[[serve.auth.keys]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The only algorithm that its tokens may be signed with.
    pub algorithm: Algorithm,
    /// The place of the key.
    pub source: KeySource,
    /// The `iss` that a token must have; with `None` it is not checked.
    pub issuer: Option<String>,
    /// The `aud` that a token must have; with `None` it must have none.
    pub audience: Option<String>,
}

/// The place of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A PEM file, relative to the repository.
    File(String),
    /// The PEM text.
    Inline(String),
}

/// One `[[serve.auth.issuers]]`: an `OpenID` Connect issuer, such as that of a cloud scheduler or a CI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The `iss` that a token must have, and the address of its keys.
    pub issuer: WebAddress,
    /// The `aud` that a token must have.
    pub audience: String,
    /// The only algorithm that its tokens may be signed with.
    pub algorithm: Algorithm,
    /// The claims that a token must contain, each text exactly; never empty, because an issuer signs for all its users.
    pub claims: BTreeMap<String, String>,
}

/// The algorithms by which tokens may be signed, besides the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The algorithm RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// The algorithm ECDSA on P-256 with SHA-256.
    Es256,
    /// The algorithm Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// Returns the name in the header of a token (RFC 7518, section 3.1; RFC 8037).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Auth {
    Auth {
        issuer: section.parsed("issuer", non_blank),
        audience: section.parsed("audience", non_blank),
        keys: section.each("keys", read_key),
        issuers: section.each("issuers", read_issuer),
    }
}

fn read_key(mut section: Section<'_>) -> Option<PublicKey> {
    section.require(&["algorithm"]);
    let algorithm = section.parsed("algorithm", algorithm);
    let file = section.parsed("file", non_blank);
    let pem = section.parsed("pem", public_pem);
    let (issuer, audience) = (section.parsed("issuer", non_blank), section.parsed("audience", non_blank));
    let source = match (section.has("file"), section.has("pem")) {
        (true, false) => file.map(KeySource::File),
        (false, true) => pem.map(KeySource::Inline),
        (has_both, _) => {
            let (message, help) = if has_both {
                ("both `file` and `pem` are given", "remove one of the two")
            } else {
                ("`file` or `pem` is missing in `serve.auth.keys`", "add `file = \"…\"` or `pem = \"…\"`")
            };
            section.report(section.span(), (message.to_owned(), help.to_owned()));
            None
        }
    };
    Some(PublicKey { algorithm: algorithm?, source: source?, issuer, audience })
}

fn read_issuer(mut section: Section<'_>) -> Option<Issuer> {
    section.require(&["issuer", "audience"]);
    let issuer = section.parsed("issuer", issuer_address);
    let audience = section.parsed("audience", non_blank);
    let algorithm = if section.has("algorithm") {
        section.parsed("algorithm", algorithm)
    } else {
        Some(Algorithm::Rs256)
    };
    let texts = section.section("claims").texts_by_key("write the claim's text in quotes");
    if texts.is_empty() {
        let message = "`claims` is missing in `serve.auth.issuers`: without it, every user of the issuer would be accepted";
        let help = "add the claims that a token must contain, as in `claims = { email = \"…\" }`";
        section.report(section.span(), (message.to_owned(), help.to_owned()));
        return None;
    }
    let claims = texts.into_iter().map(|(claim, text)| (claim.into_inner(), text.into_inner())).collect();
    Some(Issuer { issuer: issuer?, audience: audience?, algorithm: algorithm?, claims })
}

fn algorithm(text: &str) -> Result<Algorithm, MessageAndHelp> {
    let names = Algorithm::ALL.map(Algorithm::as_str);
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or_else(|| {
        let message = format!("{} is not a supported algorithm", quoted(text));
        (message, suggestion(text, &names, "the algorithms are"))
    })
}

fn non_blank(text: &str) -> Result<String, MessageAndHelp> {
    if text.trim().is_empty() {
        return Err(("the text is blank".to_owned(), "fill it in, or remove the key".to_owned()));
    }
    Ok(text.to_owned())
}

fn public_pem(text: &str) -> Result<String, MessageAndHelp> {
    if text.contains("PRIVATE KEY") {
        let help = "write the public key here, and create a new key pair, because everyone who can read this file knows this private key";
        return Err(("this is a private key".to_owned(), help.to_owned()));
    }
    if !text.contains("-----BEGIN PUBLIC KEY-----") {
        let help = "write it as in \"-----BEGIN PUBLIC KEY-----\\n…\"";
        return Err(("this is not a public key in PEM".to_owned(), help.to_owned()));
    }
    Ok(text.to_owned())
}

fn issuer_address(text: &str) -> Result<WebAddress, MessageAndHelp> {
    let address: WebAddress =
        text.parse().map_err(|error: InvalidWebAddress| (error.to_string(), error.help().to_owned()))?;
    if text.contains('?') {
        return Err((
            "the address of an issuer cannot have a query".to_owned(),
            "write it exactly as in the `iss` claim of its tokens".to_owned(),
        ));
    }
    Ok(address)
}
