//! The settings file that a new registry begins with.
//!
//! A `#` with a space is a comment; a `#` without one precedes an example that can be switched on.

/// Every key, its default, and what it means.
pub(super) const TEXT: &str = include_str!("template.toml");
