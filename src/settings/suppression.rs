//! `[[suppress]]`: one finding that is suppressed, for a reason, until the value that it is about changes.

use std::{fmt, str::FromStr};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{error::MessageAndHelp, section::Section, severities::configurable_rule};
use crate::{
    diagnostic::Rule,
    domain::{ModuleName, Pointer, quoted},
};

pub(super) const KEYS: &[&str] = &["rule", "module", "pointer", "reason", "digest"];

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// One `[[suppress]]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule whose finding is suppressed.
    pub rule: &'static Rule,
    /// The module.
    pub module: ModuleName,
    /// The node that the finding is about.
    pub pointer: Pointer,
    /// The reason why the finding can be ignored.
    pub reason: String,
    /// The digest of the value at `pointer` when it was checked. Without one nothing is suppressed yet.
    pub digest: Option<Digest>,
}

impl Suppression {
    /// Returns whether a finding is suppressed, `value` being the compact JSON of the node that it is about.
    pub fn covers(&self, rule: &Rule, module: &ModuleName, pointer: &Pointer, value: &[u8]) -> bool {
        self.rule.code == rule.code
            && self.module == *module
            && self.pointer == *pointer
            && self.digest.as_ref().is_some_and(|digest| *digest == Digest::of(value))
    }

    fn is_for_same_place(&self, other: &Self) -> bool {
        (self.rule.code, &self.module, &self.pointer) == (other.rule.code, &other.module, &other.pointer)
    }
}

/// Reads every `[[suppress]]`.
pub(super) fn read(root: &mut Section<'_>, rules: &[&'static Rule]) -> Vec<Suppression> {
    let mut suppressions: Vec<Suppression> = Vec::new();
    root.each("suppress", |mut section| {
        let suppression = read_one(&mut section, rules)?;
        if suppressions.iter().any(|earlier| earlier.is_for_same_place(&suppression)) {
            let message = format!("`{}` is suppressed twice for the same place", suppression.rule.code);
            section.report(section.span(), (message, "remove one of the two".to_owned()));
        }
        suppressions.push(suppression);
        Some(())
    });
    suppressions
}

fn read_one(section: &mut Section<'_>, rules: &[&'static Rule]) -> Option<Suppression> {
    section.require(&["rule", "module", "pointer", "reason"]);
    let rule = section.text("rule").and_then(|code| configurable_rule(section, &code, rules));
    let wrong = |error: &dyn fmt::Display, help: &str| (error.to_string(), help.to_owned());
    let module = section.parsed("module", |text| {
        text.parse().map_err(|error| wrong(&error, "write the `name` of the module"))
    });
    let pointer = section.parsed("pointer", parse_pointer);
    let reason = section.parsed("reason", parse_reason);
    let digest = section.parsed("digest", |text| {
        text.parse().map_err(|error| wrong(&error, "copy the digest that the finding shows"))
    });
    Some(Suppression { rule: rule?, module: module?, pointer: pointer?, reason: reason?, digest })
}

fn parse_pointer(text: &str) -> Result<Pointer, MessageAndHelp> {
    let escapes_well = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (text.is_empty() || text.starts_with('/')) && escapes_well {
        return Ok(Pointer::new(text));
    }
    Err((
        format!("{} is not a JSON Pointer", quoted(text)),
        "write the path to the field, as in `/aiContext/keywords/0`".to_owned(),
    ))
}

fn parse_reason(text: &str) -> Result<String, MessageAndHelp> {
    if text.trim().is_empty() {
        return Err(("the reason is blank".to_owned(), "write why this finding can be ignored".to_owned()));
    }
    Ok(text.to_owned())
}

/// The SHA-256 of a value, written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Digest(Box<str>);

/// The error for a text that is not a [`Digest`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a digest: expected `sha256:` and 64 lower-case hexadecimal digits", .0.escape_debug())]
pub struct InvalidDigest(String);

impl Digest {
    /// Returns the digest of `value`.
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
