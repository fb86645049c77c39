//! Signatures by the Standard Webhooks specification: HMAC-SHA256 over the id, the time and the body of a message.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

/// A secret that both sides know, written `whsec_` and base64.
#[derive(Clone)]
pub struct SigningSecret(Box<[u8]>);

/// Why a text is no [`SigningSecret`]. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// It does not have the form.
    #[error("it is not `whsec_` and base64")]
    Form,
    /// It is shorter or longer than the specification allows.
    #[error("it has {0} bytes, and must have 24 to 64")]
    Length(usize),
}

impl SigningSecret {
    /// Takes what the environment variable holds.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(InvalidSecret::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidSecret::Form)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(InvalidSecret::Length(bytes.len()));
        }
        Ok(Self(bytes.into()))
    }

    /// The value of the header `webhook-signature`.
    pub(super) fn sign(&self, id: &str, time: Timestamp, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{}.{body}", time.as_second()).as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_what_the_reference_library_signs() {
        let text = format!("whsec_{}", STANDARD.encode(b"0123456789abcdef01234567"));
        let (secret, time) =
            (SigningSecret::parse(&text).unwrap(), Timestamp::from_second(1_800_000_000).unwrap());
        let reference = standardwebhooks::Webhook::new(&text).unwrap();
        for body in ["", "{}", "{\"name\":\"\u{e4}\u{1f984}\"}"] {
            let expected = reference.sign("msg_1", time.as_second(), body.as_bytes()).unwrap();
            assert_eq!(secret.sign("msg_1", time, body), expected);
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn secrets_have_a_form_and_a_length() {
        let of = |length: usize| format!("whsec_{}", STANDARD.encode(vec![7; length]));
        for (text, expected) in [
            (of(24), None),
            (format!("{}\n", of(64)), None),
            (of(23), Some(InvalidSecret::Length(23))),
            (of(65), Some(InvalidSecret::Length(65))),
            (of(24).replace("whsec_", ""), Some(InvalidSecret::Form)),
            ("whsec_\u{e4}".to_owned(), Some(InvalidSecret::Form)),
            (String::new(), Some(InvalidSecret::Form)),
        ] {
            assert_eq!(SigningSecret::parse(&text).err(), expected, "{text}");
        }
    }
}
