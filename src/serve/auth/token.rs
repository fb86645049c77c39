//! Parses a token (RFC 7515, RFC 7519). Its claims must not be trusted before a verifier has checked the signature.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize,
    de::{Deserializer, Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// A parsed token.
///
/// Keys in the token (`jwk`, `jku`, `x5c`, `x5u`) are ignored, because keys come only from the settings.
pub(super) struct Token<'a> {
    /// The name of the algorithm in the header.
    pub(super) algorithm: String,
    /// The id of the issuer's key in the header.
    pub(super) key_id: Option<String>,
    /// The claims.
    pub(super) claims: Map<String, Value>,
    /// The part of the token that is signed.
    pub(super) signed: &'a str,
    /// The signature in base64url.
    pub(super) signature: &'a str,
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Token").finish_non_exhaustive()
    }
}

impl<'a> Token<'a> {
    /// Parses a token, or returns the reason why it is invalid.
    pub(super) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let form = "the token is not three parts in base64url";
        let (signed, signature) = text.rsplit_once('.').ok_or(form)?;
        let (header, claims) = signed.split_once('.').ok_or(form)?;
        if claims.contains('.') {
            return Err(form);
        }
        let mut header = object(header).ok_or("the header of the token is not a JSON object")?;
        let claims = object(claims).ok_or("the claims of the token are not a JSON object")?;
        let Some(Value::String(algorithm)) = header.remove("alg") else {
            return Err("the header of the token names no algorithm");
        };
        let key_id = match header.remove("kid") {
            None => None,
            Some(Value::String(key_id)) => Some(key_id),
            Some(_) => return Err("the key id of the token is not a text"),
        };
        if header.contains_key("crit") {
            return Err("the token requires unknown extensions");
        }
        Ok(Self { algorithm, key_id, claims, signed, signature })
    }

    /// Returns a claim whose value is a text.
    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

/// Decodes an object in base64url. Repeated keys are refused, because another program might read the other one.
fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice::<Unique>(&bytes).ok().map(|Unique(map)| map)
}

/// An object without repeated keys.
struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Unique;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unique, A::Error> {
                let mut map = Map::new();
                while let Some((key, value)) = members.next_entry::<String, Value>()? {
                    if map.insert(key, value).is_some() {
                        return Err(A::Error::custom("repeated key"));
                    }
                }
                Ok(Unique(map))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_and_objects_without_repeated_keys() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let token = |header: &str, claims: &str| format!("{}.{}.c2ln", part(header), part(claims));
        let good = token(r#"{"alg":"RS256","kid":"1","jwk":{}}"#, r#"{"sub":"ada"}"#);
        let parsed = Token::parse(&good).unwrap();
        assert_eq!((parsed.algorithm.as_str(), parsed.key_id.as_deref()), ("RS256", Some("1")));
        assert_eq!((parsed.text("sub"), parsed.signature), (Some("ada"), "c2ln"));
        assert!(!format!("{parsed:?}").contains("c2ln"));
        for bad in [
            String::new(),
            "a.b".to_owned(),
            "a.b.c.d".to_owned(),
            format!("{good}."),
            format!("={good}"),
            good.replace("c2ln", "").replacen('.', "", 1),
            token(r#"{"alg":"RS256","alg":"none"}"#, "{}"),
            token(r#"{"alg":"RS256"}"#, r#"{"role":"USER","role":"ADMIN"}"#),
            token(r#"{"alg":1}"#, "{}"),
            token(r#"{"kid":"1"}"#, "{}"),
            token(r#"{"alg":"RS256","kid":7}"#, "{}"),
            token(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, "{}"),
            token(r#"["RS256"]"#, "{}"),
            token(r#"{"alg":"RS256"}"#, "null"),
            token(r#"{"alg":"RS256"} x"#, "{}"),
        ] {
            assert!(Token::parse(&bad).is_err(), "{bad}");
        }
    }
}
