//! One finding that is excused, for a reason, as long as what it is about stays the same.

use std::{fmt, str::FromStr};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{diagnostic::Rule, domain::ModuleName, source::Pointer};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// One `[[suppress]]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule whose finding is excused.
    pub rule: &'static Rule,
    /// The module.
    pub module: ModuleName,
    /// The node that the finding is about.
    pub pointer: Pointer,
    /// Why the finding does no harm.
    pub reason: String,
    /// The digest of the value at `pointer` when it was looked at. Without one nothing is excused yet.
    pub digest: Option<Digest>,
}

impl Suppression {
    /// Whether a finding is excused, `value` being the compact JSON of the node that it is about.
    pub fn covers(&self, rule: &Rule, module: &ModuleName, pointer: &Pointer, value: &[u8]) -> bool {
        self.rule.code == rule.code
            && self.module == *module
            && self.pointer == *pointer
            && self.digest.as_ref().is_some_and(|digest| *digest == Digest::of(value))
    }

    pub(super) fn is_for_same_place(&self, other: &Self) -> bool {
        (self.rule.code, &self.module, &self.pointer) == (other.rule.code, &other.module, &other.pointer)
    }
}

/// The SHA-256 of a value, written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Digest(Box<str>);

/// Why a text is no [`Digest`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a digest: it takes `sha256:` and 64 lower-case hexadecimal digits", .0.escape_debug())]
pub struct InvalidDigest(String);

impl Digest {
    /// The digest of `value`.
    pub fn of(value: &[u8]) -> Self {
        let mut text = "sha256:".to_owned();
        for byte in Sha256::digest(value) {
            text.extend([byte >> 4, byte & 0xf].map(|nibble| char::from(HEX_DIGITS[usize::from(nibble)])));
        }
        Self(text.into())
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("sha256:") {
            Some(hex) if hex.len() == 64 && hex.bytes().all(|byte| HEX_DIGITS.contains(&byte)) => {
                Ok(Self(text.into()))
            }
            _ => Err(InvalidDigest(text.to_owned())),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_what_sha256sum_prints() {
        let digest = Digest::of(b"abc");
        let known = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), known);
        assert_eq!(known.parse(), Ok(digest));
        for wrong in ["", &known[7..], &known.to_uppercase(), &known[..70], &known.replace("ba78", "zz78")] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }
}
