//! The token that lets one exact set of removals through the guard.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::{ModuleName, ObjectId};

/// The token for one exact set of entries that may be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemovalToken(String);

/// The error for a text that is not a [`RemovalToken`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a removal token: copy the 16 hexadecimal digits from the message of the refusal", .0.escape_debug())]
pub struct InvalidToken(String);

impl RemovalToken {
    /// Returns the token for a set of entries; another set, or another content of one of them, has another token.
    pub fn of(removals: &BTreeMap<ModuleName, ObjectId>) -> Self {
        let mut digest = Sha256::new();
        for (name, id) in removals {
            digest.update(format!("{name} {id}\n"));
        }
        let digest = digest.finalize();
        let start = digest.first_chunk().expect("a SHA-256 digest has 32 bytes");
        Self(format!("{:016x}", u64::from_be_bytes(*start)))
    }
}

impl FromStr for RemovalToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed =
            text.len() == 16 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidToken(text.to_owned())) }
    }
}

impl fmt::Display for RemovalToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_bound_to_its_set() {
        let id: ObjectId = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse().unwrap();
        let other: ObjectId = "5b825dc642cb6eb9a060e54bf8d69288fbee4904".parse().unwrap();
        let set = |names: &[&str], id| {
            RemovalToken::of(&names.iter().map(|name| (name.parse().unwrap(), id)).collect())
        };
        assert_eq!(set(&["chat", "drive"], id), set(&["drive", "chat"], id));
        assert_ne!(set(&["chat", "drive"], id), set(&["chat"], id));
        assert_ne!(set(&["chat"], id), set(&["chat"], other));
        let token = set(&["chat"], id);
        assert_eq!(token.to_string().parse(), Ok(token));
    }
}
