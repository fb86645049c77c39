//! The report of `modreg new`.

use serde::Serialize;

use crate::domain::{ModuleName, RepoPath};

/// The manifest that `modreg new` wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewReport {
    /// The name of the module.
    pub name: ModuleName,
    /// The display name in the new manifest.
    pub display_name: String,
    /// The status in the new manifest.
    pub status: &'static str,
    /// The path of the manifest.
    pub path: RepoPath,
}
