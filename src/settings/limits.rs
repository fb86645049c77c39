//! `[limits]`: how large a manifest may be.

use super::section::Section;
use crate::source::Limits;

pub(super) const KEYS: &[&str] = &["manifest_size", "depth", "aliases"];

pub(super) fn read(mut section: Section<'_>) -> Limits {
    let default = Limits::default();
    Limits {
        bytes: section.bytes("manifest_size", Limits::MAX_BYTES).unwrap_or(default.bytes),
        depth: section.number("depth", 1..=Limits::MAX_DEPTH).unwrap_or(default.depth),
        aliases: section.number("aliases", 0..=Limits::MAX_ALIASES).unwrap_or(default.aliases),
    }
}
