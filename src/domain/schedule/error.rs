//! The errors of a schedule.

use crate::domain::quoted;

/// The most bytes that an expression may have: even with all fields spelled out it is far shorter.
pub(super) const MAX_LENGTH: usize = 200;

/// The error for texts that are not a [`Schedule`](super::Schedule).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// The expression cannot be read.
    #[error("{reason}")]
    Expression {
        /// The part of it that is wrong, and the reason.
        reason: String,
        /// The help: what to write instead.
        help: String,
    },
    /// The expression names a date that no year has.
    #[error("{} never happens", quoted(.0))]
    Never(String),
    /// The time zone does not exist.
    #[error("{} is not a time zone", quoted(written))]
    Zone {
        /// The name as it was written.
        written: String,
        /// The zone that was most likely meant.
        meant: Option<String>,
    },
}

impl InvalidSchedule {
    /// Returns the help: what to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Expression { help, .. } => help.clone(),
            Self::Never(_) => "choose a day that exists in the month".to_owned(),
            Self::Zone { meant: Some(meant), .. } => format!("did you mean \"{meant}\"?"),
            Self::Zone { meant: None, .. } => {
                "write an IANA name such as \"America/Chicago\" or \"UTC\"".to_owned()
            }
        }
    }
}
