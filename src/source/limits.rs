//! How large a document may be.

/// The bounds within which a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that a file may have, at most [`Limits::MAX_BYTES`].
    pub bytes: usize,
    /// The most collections that may be nested, at most [`Limits::MAX_DEPTH`].
    pub depth: usize,
    /// The most nodes that all YAML aliases of a file together may repeat, at most [`Limits::MAX_ALIASES`].
    pub aliases: usize,
}

impl Limits {
    /// The bound on [`Limits::bytes`]: nodes and text are counted in 32 bits.
    pub const MAX_BYTES: usize = 1 << 28;
    /// The bound on [`Limits::depth`]: what `serde_json` and `serde_yaml` read.
    pub const MAX_DEPTH: usize = 120;
    /// The bound on [`Limits::aliases`].
    pub const MAX_ALIASES: usize = 1 << 24;

    /// Returns the same limits, within what can be read at all.
    #[must_use]
    pub(super) fn bounded(self) -> Self {
        Self {
            bytes: self.bytes.min(Self::MAX_BYTES),
            depth: self.depth.min(Self::MAX_DEPTH),
            aliases: self.aliases.min(Self::MAX_ALIASES),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 20, depth: 64, aliases: 10_000 }
    }
}
