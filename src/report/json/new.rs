//! The report of `modreg new`.

use serde::Serialize;

use crate::domain::{ModuleName, RepoPath};

/// The manifest that `new` wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewReport {
    /// The module.
    pub name: ModuleName,
    /// The name for people that the skeleton has.
    pub display_name: String,
    /// The status that the skeleton has.
    pub status: &'static str,
    /// Where it is.
    pub path: RepoPath,
}
