//! The status of a module: where it is between its proposal and its retirement.

use std::{fmt, str::FromStr};

/// The status that a manifest declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// The module is not submitted yet.
    Draft,
    /// The module is submitted and under review.
    Pending,
    /// A reviewer approved the module.
    Approved,
    /// The module is in use; this is the status of a manifest that names none.
    #[default]
    Active,
    /// A reviewer refused the module.
    Rejected,
    /// The module is withdrawn for a while.
    Suspended,
}

/// The error for a text that is not a [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a status", .0.escape_debug())]
pub struct UnknownStatus(String);

impl Status {
    /// Every status, in the order of a module's life.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Pending, Self::Approved, Self::Active, Self::Rejected, Self::Suspended];

    /// Returns the word that manifests and entries use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Active => "ACTIVE",
            Self::Rejected => "REJECTED",
            Self::Suspended => "SUSPENDED",
        }
    }

    /// Returns whether a module of this status belongs in the registry.
    pub const fn is_registrable(self) -> bool {
        match self {
            Self::Approved | Self::Active => true,
            Self::Draft | Self::Pending | Self::Rejected | Self::Suspended => false,
        }
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
