//! The removal guard: losing many entries at once takes a token that names exactly these.

use std::{collections::BTreeMap, fmt, str::FromStr};

use sha2::{Digest as _, Sha256};

use crate::{
    domain::{ModuleName, ObjectId},
    settings::Guard,
};

/// Whether removing `removed` of `total` entries needs a token: they are more than both limits allow, or all there are.
pub(super) fn is_exceeded(guard: &Guard, removed: usize, total: usize) -> bool {
    let share = total.saturating_mul(guard.percent) / 100;
    removed > guard.removals.max(share) || (removed == total && removed > 0)
}

/// Stands for one exact set of entries that may be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovalToken(String);

/// Why a text is no [`RemovalToken`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a removal token: it takes the 16 hexadecimal digits that the refusal printed", .0.escape_debug())]
pub struct InvalidToken(String);

impl RemovalToken {
    /// The token for a set of entries; another set, or another content of one of them, has another token.
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
    fn few_removals_pass_and_many_or_all_do_not() {
        let guard = Guard::default();
        for (removed, total, exceeded) in [
            (0, 0, false),
            (0, 10, false),
            (1, 1, true),
            (3, 3, true),
            (3, 4, false),
            (4, 5, true),
            (4, 20, false),
            (5, 20, true),
            (200, 1000, false),
            (201, 1000, true),
        ] {
            assert_eq!(is_exceeded(&guard, removed, total), exceeded, "{removed} of {total}");
        }
    }

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
