//! The two spellings of the key of an AI context.

use crate::domain::Pointer;

/// The spelling of the key of an AI context in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextKey {
    /// `aiContext`.
    Camel,
    /// `ai_context`, the alias.
    Snake,
}

impl ContextKey {
    /// Both spellings, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Camel, Self::Snake];

    /// Returns the key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Camel => "aiContext",
            Self::Snake => "ai_context",
        }
    }

    /// Returns the route to the AI context.
    pub fn route(self) -> Pointer {
        Pointer::ROOT.key(self.as_str())
    }
}
