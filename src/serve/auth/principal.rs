//! The caller of a request, as a verifier identified it.

use std::fmt;

use super::token::Token;

/// The length of the longest subject that is kept, because it is part of every line of the audit log.
const MAX_SUBJECT_LENGTH: usize = 200;

/// The caller of a request: the subject of its token, and the verifier that accepted the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The subject of the token.
    pub subject: String,
    /// The verifier that accepted it.
    pub verifier: String,
}

impl Principal {
    /// Returns the principal of the server itself, which needs no token.
    pub fn this_server() -> Self {
        Self { subject: "modreg serve".to_owned(), verifier: "none".to_owned() }
    }

    /// Makes the principal of a token. Characters of the subject that could change a line of the log are escaped.
    pub(super) fn of_token(token: &Token<'_>, verifier: &str) -> Self {
        let subject = ["email", "sub"].iter().find_map(|claim| token.text(claim)).unwrap_or("unnamed");
        let subject = subject.chars().take(MAX_SUBJECT_LENGTH).flat_map(char::escape_debug).collect();
        Self { subject, verifier: verifier.to_owned() }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.subject, self.verifier)
    }
}
