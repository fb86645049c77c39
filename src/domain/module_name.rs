//! The name of a module.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name of a module, unique in a registry.
///
/// Invariant: it matches [`ModuleName::PATTERN`], has 2 to 63 characters and is not a name that Windows reserves, so it is
/// safe as a file name on every system, in a URL and on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleName(Box<str>);

/// Why a text is not a [`ModuleName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidModuleName {
    /// It does not have the form of a name.
    #[error("`{}` is not a module name: expected {}", .0.escape_debug(), ModuleName::FORM)]
    Form(String),
    /// It has the form of a name, but Windows reserves it for a device.
    #[error("`{0}` is not a module name: Windows reserves it, with and without an extension")]
    Reserved(String),
}

impl ModuleName {
    /// The regular expression that the manifest schema states too. The schema adds the length, 2 to 63.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

    /// The form of a name in words, for messages that say what is expected.
    pub const FORM: &'static str =
        "2 to 63 characters: words of `a-z` and `0-9` joined by single hyphens, starting with a letter";

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModuleName {
    type Err = InvalidModuleName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_with_letter = text.starts_with(|first: char| first.is_ascii_lowercase());
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !starts_with_letter || !(2..=63).contains(&text.len()) || !text.split('-').all(is_word) {
            Err(InvalidModuleName::Form(text.to_owned()))
        } else if is_reserved(text) {
            Err(InvalidModuleName::Reserved(text.to_owned()))
        } else {
            Ok(Self(text.into()))
        }
    }
}

/// Whether Windows reserves a name: `con.json` is the console there, in every folder.
///
/// Source: "Naming Files, Paths, and Namespaces" in Microsoft's documentation of the Win32 API.
fn is_reserved(name: &str) -> bool {
    let is_port = |prefix| {
        name.strip_prefix(prefix)
            .is_some_and(|number| matches!(number.as_bytes(), [digit] if digit.is_ascii_digit()))
    };
    matches!(name, "con" | "prn" | "aux" | "nul") || is_port("com") || is_port("lpt")
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
            ("a-1", true),
            ("team-chat-2", true),
            ("console", true),
            ("com10", true),
            ("lpt", true),
            ("a-", false),
            ("a--b", false),
            ("-ab", false),
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

    #[test]
    fn names_that_windows_reserves_are_refused_as_such() {
        for name in ["con", "prn", "aux", "nul", "com0", "com9", "lpt0", "lpt1", "lpt9"] {
            assert_eq!(name.parse::<ModuleName>(), Err(InvalidModuleName::Reserved(name.to_owned())));
        }
    }
}
