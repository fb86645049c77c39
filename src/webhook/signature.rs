//! Signatures of the Standard Webhooks specification: HMAC-SHA256 over the id, the time and the body of a message.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

/// The secret shared with a receiver, written as `whsec_` and base64.
#[derive(Clone)]
pub struct SigningSecret(Box<[u8]>);

/// The reason why a text is not a [`SigningSecret`]. It does not contain the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// The text does not have the form of a secret.
    #[error("it must be `whsec_` followed by base64")]
    Form,
    /// The secret is shorter or longer than the specification allows.
    #[error("it has {0} bytes, but must have 24 to 64")]
    Length(usize),
}

impl SigningSecret {
    /// Parses the content of the environment variable.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(InvalidSecret::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidSecret::Form)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(InvalidSecret::Length(bytes.len()));
        }
        Ok(Self(bytes.into()))
    }

    /// Returns the value of the header `webhook-signature`.
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
    fn signatures_equal_those_of_the_reference_library() {
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
    fn secrets_of_another_form_or_length_are_refused() {
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
