//! The report of `modreg verify`.

use serde::Serialize;

use crate::{
    domain::{ObjectId, RepoPath, SnapshotVersion},
    sync::{self, Verification},
};

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Whether no problem was found.
    pub verified: bool,
    /// The version that was checked.
    pub version: SnapshotVersion,
    /// The git tree of its entries.
    pub tree: Option<ObjectId>,
    /// The number of versions that were checked.
    pub versions: usize,
    /// The problems of the registry at HEAD.
    pub problems: Vec<VerifyProblem>,
    /// The problems of earlier commits that were repaired since.
    pub repaired: Vec<VerifyProblem>,
    /// The reasons why something could not be checked.
    pub unverifiable: Vec<String>,
}

/// One problem of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyProblem {
    /// The code of the rule that is violated.
    pub code: String,
    /// The path of the file.
    pub path: RepoPath,
    /// The message, on one line.
    pub message: String,
    /// The commit that introduced the problem, if it is known.
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
