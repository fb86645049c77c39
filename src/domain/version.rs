//! The number of a snapshot.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The number of a registry snapshot: 0 is the empty registry, and each snapshot that differs counts up by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotVersion(u64);

impl SnapshotVersion {
    /// The version of a registry that does not exist yet.
    pub const EMPTY: Self = Self(0);

    /// The highest number that a version can have: all JSON parsers read it exactly.
    pub const HIGHEST: Self = Self((1 << 53) - 1);

    /// Wraps a number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The error for a text that is not a [`SnapshotVersion`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a version of the registry: expected a number, such as `42` or `v42`", .0.escape_debug())]
pub struct InvalidVersion(String);

impl FromStr for SnapshotVersion {
    type Err = InvalidVersion;

    /// Reads `42` and, as people write it, `v42`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('v').unwrap_or(text);
        digits.parse().map(Self).map_err(|_| InvalidVersion(text.to_owned()))
    }
}

impl fmt::Display for SnapshotVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
