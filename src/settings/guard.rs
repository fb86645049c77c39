//! `[guard]`: how many entries a sync may remove without a confirmation.

use super::section::Section;

pub(super) const KEYS: &[&str] = &["removals", "percent"];

/// A registry larger than that has other troubles.
const MAX_REMOVALS: usize = 1_000_000;

/// The number of entries that a sync may remove without a confirmation: the larger of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The limit as a number of entries.
    pub removals: usize,
    /// The limit as a percentage of all entries, 0 to 100.
    pub percent: usize,
}

impl Default for Guard {
    fn default() -> Self {
        Self { removals: 3, percent: 20 }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Guard {
    let default = Guard::default();
    Guard {
        removals: section.number("removals", 0..=MAX_REMOVALS).unwrap_or(default.removals),
        percent: section.number("percent", 0..=100).unwrap_or(default.percent),
    }
}
