//! The reason of a rollback, as the operator writes it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The reason of a rollback: one line that is not blank and has no invisible characters, so that it is safe in commit
/// messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(String);

/// The error for a text that is not a valid [`Reason`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReason {
    /// The text is blank.
    #[error("it is blank: give the reason for the rollback")]
    Blank,
    /// The text contains an invisible character.
    #[error("it contains the invisible character {}", .0.escape_unicode())]
    Invisible(char),
    /// The text is too long.
    #[error("it has more than {MAX_REASON} characters: shorten it, and link to the details")]
    TooLong,
}

/// The most characters of a reason.
const MAX_REASON: usize = 500;

impl FromStr for Reason {
    type Err = InvalidReason;

    /// Takes the words; line ends and other blanks between them become single spaces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_invisible = |character: &char| {
            character.is_control()
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        };
        if line.is_empty() {
            return Err(InvalidReason::Blank);
        }
        if let Some(character) = line.chars().find(is_invisible) {
            return Err(InvalidReason::Invisible(character));
        }
        if line.chars().count() > MAX_REASON {
            return Err(InvalidReason::TooLong);
        }
        Ok(Self(line))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_hides_nothing() {
        for (text, expected) in [
            ("regression", Ok("regression")),
            ("  two\nlines\r\n\tTrigger: nightly ", Ok("two lines Trigger: nightly")),
            ("it can't — \"quoted\" ünï", Ok("it can't — \"quoted\" ünï")),
            ("", Err(InvalidReason::Blank)),
            (" \n", Err(InvalidReason::Blank)),
            ("a\u{1b}[8mb", Err(InvalidReason::Invisible('\u{1b}'))),
            ("a\u{202e}b", Err(InvalidReason::Invisible('\u{202e}'))),
            (&"x".repeat(501), Err(InvalidReason::TooLong)),
        ] {
            assert_eq!(text.parse::<Reason>(), expected.map(|line| Reason(line.to_owned())), "{text:?}");
        }
    }
}
