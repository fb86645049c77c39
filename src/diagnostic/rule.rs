//! The description of a rule, and the severity of its findings.

use serde::{Deserialize, Serialize};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The manifest is invalid.
    Error,
    /// The manifest is valid, but its author should check it.
    Warning,
    /// The manifest is valid; the finding is only an information.
    Note,
}

impl Severity {
    /// Returns the word for it in settings and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One rule: its code, and the texts of `modreg explain`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name of the rule, `namespace/kebab-case`.
    pub code: &'static str,
    /// The severity of a finding, unless the settings change it.
    pub severity: Severity,
    /// Whether the settings may change the severity; not if an entry cannot be compiled from what the rule reports.
    pub is_configurable: bool,
    /// The violation in one line, as a clause without a final period: "a merge key (`<<`) is used".
    pub summary: &'static str,
    /// What a finding means, why it matters and how to fix it: the paragraphs that `modreg explain` prints.
    pub explanation: &'static str,
}
