//! The report of `modreg verify`.

use serde::Serialize;

use crate::{
    domain::{ObjectId, RepoPath, SnapshotVersion},
    sync::{self, Verification},
};

/// Whether the registry is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Whether there is no problem.
    pub verified: bool,
    /// The version that was checked.
    pub version: SnapshotVersion,
    /// Its content.
    pub tree: Option<ObjectId>,
    /// How many versions were checked.
    pub versions: usize,
    /// What is wrong now.
    pub problems: Vec<VerifyProblem>,
    /// What was wrong at earlier commits and no longer is.
    pub repaired: Vec<VerifyProblem>,
    /// What could not be checked, and why.
    pub unverifiable: Vec<String>,
}

/// One thing that is wrong with the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyProblem {
    /// What kind of problem it is.
    pub code: String,
    /// The file.
    pub path: RepoPath,
    /// One line.
    pub message: String,
    /// The commit that brought it in, where that is known.
    pub commit: Option<ObjectId>,
}

impl From<&Verification> for VerifyReport {
    fn from(found: &Verification) -> Self {
        let problem = |problem: &sync::Discrepancy| VerifyProblem {
            code: problem.rule.code.to_owned(),
            path: problem.path.clone(),
            message: problem.message.clone(),
            commit: problem.commit,
        };
        Self {
            verified: found.discrepancies.is_empty(),
            version: found.version,
            tree: found.tree,
            versions: found.versions,
            problems: found.discrepancies.iter().map(problem).collect(),
            repaired: found.repaired.iter().map(problem).collect(),
            unverifiable: found.unverifiable.clone(),
        }
    }
}
