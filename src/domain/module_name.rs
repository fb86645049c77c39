//! The name of a module.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name of a module, unique in a registry.
///
/// Invariant: it matches [`ModuleName::PATTERN`], so it is safe in a path, in a URL and on a terminal. A manifest may declare
/// only some of these names, see [`ModuleName::declared`]; a registry from before that rule can contain the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleName(Box<str>);

/// The error for a text that is not a [`ModuleName`].
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
    /// The regular expression of the names that a registry can contain.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9-]{1,62}$";

    /// The form of a name that a manifest may declare, in the words of messages.
    pub const FORM: &'static str =
        "2 to 63 characters: words of `a-z` and `0-9` joined by single hyphens, starting with a letter";

    /// Reads a name that a manifest declares: words joined by single hyphens, and not a name that Windows reserves, so that
    /// the entry can be checked out on every system.
    pub fn declared(text: &str) -> Result<Self, InvalidModuleName> {
        let name: Self = text.parse()?;
        if text.split('-').any(str::is_empty) {
            Err(InvalidModuleName::Form(text.to_owned()))
        } else if is_reserved(text) {
            Err(InvalidModuleName::Reserved(text.to_owned()))
        } else {
            Ok(name)
        }
    }

    /// Returns the name that a manifest may declare and that is nearest to a text: `train-tickets` of `Train_tickets`; `None`
    /// where the text has too few letters.
    pub fn nearest(text: &str) -> Option<Self> {
        let mut words = String::new();
        let mut previous = ' ';
        for character in text.chars() {
            let begins_word = character.is_uppercase() && !previous.is_uppercase();
            let is_separator = !character.is_alphanumeric();
            if (begins_word || is_separator) && !words.is_empty() && !words.ends_with('-') {
                words.push('-');
            }
            for lower in character.to_lowercase() {
                words.push_str(in_ascii(lower));
                words.extend(Some(lower).filter(char::is_ascii_alphanumeric));
            }
            previous = character;
        }
        let name = words.trim_start_matches(|first: char| !first.is_ascii_lowercase());
        let name = name[..name.len().min(63)].trim_end_matches('-');
        let name = if is_reserved(name) { format!("{name}-module") } else { name.to_owned() };
        Self::declared(&name).ok()
    }

    /// Returns the name for people that begins a new manifest: `Train tickets` of `train-tickets`.
    pub fn title(&self) -> String {
        let words = self.0.replace('-', " ");
        words[..1].to_ascii_uppercase() + &words[1..]
    }

    /// Returns the name as text.
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
            Err(InvalidModuleName::Form(text.to_owned()))
        }
    }
}

/// Returns the ASCII letters that a Latin letter of a European language is written with; nothing for any other character.
fn in_ascii(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' => "a",
        'ä' | 'æ' => "ae",
        'å' => "aa",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='õ' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ù'..='û' => "u",
        'ü' => "ue",
        'ß' => "ss",
        _ => "",
    }
}

/// Returns whether Windows reserves a name: `con.json` is the console there, in every folder.
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
    fn the_nearest_name_of_a_text_is_one_that_can_be_declared() {
        for (text, nearest) in [
            ("Train_tickets", Some("train-tickets")),
            ("TrainTickets", Some("train-tickets")),
            ("train tickets!", Some("train-tickets")),
            ("--train--tickets--", Some("train-tickets")),
            ("HTTPServer2", Some("httpserver2")),
            ("2fa", Some("fa")),
            ("../mail", Some("mail")),
            ("Prüfung", Some("pruefung")),
            ("Élan vital", Some("elan-vital")),
            ("con", Some("con-module")),
            ("文件", None),
            ("a", None),
            ("", None),
            ("7", None),
            ("drive", Some("drive")),
        ] {
            let found = ModuleName::nearest(text);
            assert_eq!(found.as_ref().map(ModuleName::as_str), nearest, "{text:?}");
        }
        let long = ModuleName::nearest(&"ab-".repeat(40)).map(|name| name.as_str().len());
        assert_eq!(long, Some(62), "what is cut off leaves no hyphen at the end");
        let title = |name: &str| ModuleName::declared(name).map(|name| name.title());
        assert_eq!(title("train-tickets").as_deref(), Ok("Train tickets"));
    }

    #[test]
    fn names_have_a_form_and_declared_ones_a_stricter_one() {
        use InvalidModuleName::{Form, Reserved};
        let (longest, too_long) = (format!("a{}", "b".repeat(62)), format!("a{}", "b".repeat(63)));
        let refused = |kind: fn(String) -> InvalidModuleName, text: &str| Some(kind(text.to_owned()));
        for (text, is_name, error) in [
            ("drive", true, None),
            ("a1", true, None),
            ("a-1", true, None),
            ("team-chat-2", true, None),
            ("console", true, None),
            ("com10", true, None),
            ("lpt", true, None),
            (&longest, true, None),
            ("a-", true, refused(Form, "a-")),
            ("a--b", true, refused(Form, "a--b")),
            ("con", true, refused(Reserved, "con")),
            ("prn", true, refused(Reserved, "prn")),
            ("aux", true, refused(Reserved, "aux")),
            ("nul", true, refused(Reserved, "nul")),
            ("com0", true, refused(Reserved, "com0")),
            ("lpt9", true, refused(Reserved, "lpt9")),
            ("", false, refused(Form, "")),
            ("a", false, refused(Form, "a")),
            (&too_long, false, refused(Form, &too_long)),
            ("1a", false, refused(Form, "1a")),
            ("-ab", false, refused(Form, "-ab")),
            ("Drive", false, refused(Form, "Drive")),
            ("dr\u{456}ve", false, refused(Form, "dr\u{456}ve")),
            ("a/b", false, refused(Form, "a/b")),
            ("a.b", false, refused(Form, "a.b")),
        ] {
            assert_eq!(text.parse::<ModuleName>().is_ok(), is_name, "{text:?}");
            assert_eq!(ModuleName::declared(text).err(), error, "{text:?}");
        }
    }
}
