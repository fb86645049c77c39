//! The name of a module.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name of a module, unique in a registry.
///
/// Invariant: it matches [`ModuleName::PATTERN`], so it is safe as a file name, in a URL and on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleName(Box<str>);

/// Why a text is no [`ModuleName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a module name: it takes 2 to 63 of `a-z`, `0-9` and `-`, and starts with a letter", .0.escape_debug())]
pub struct InvalidModuleName(String);

impl ModuleName {
    /// The regular expression that the manifest schema states too.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9-]{1,62}$";

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModuleName {
    type Err = InvalidModuleName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        let all_allowed =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if starts_well && all_allowed && (2..=63).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidModuleName(text.to_owned()))
        }
    }
}

impl TryFrom<String> for ModuleName {
    type Error = InvalidModuleName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ModuleName> for String {
    fn from(name: ModuleName) -> Self {
        name.0.into()
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_pattern_takes() {
        let longest = format!("a{}", "b".repeat(62));
        let too_long = format!("a{}", "b".repeat(63));
        for (text, valid) in [
            ("drive", true),
            ("a1", true),
            ("a-", true),
            (longest.as_str(), true),
            ("", false),
            ("a", false),
            (too_long.as_str(), false),
            ("1a", false),
            ("-a", false),
            ("Drive", false),
            ("dr\u{456}ve", false),
            ("a/b", false),
            ("a.b", false),
        ] {
            assert_eq!(text.parse::<ModuleName>().is_ok(), valid, "{text:?}");
        }
    }
}
