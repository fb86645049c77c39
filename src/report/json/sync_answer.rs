//! The response of the server to a request for a sync, in the shape that its clients know.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    sync::{Conclusion, Outcome, Summary},
};

/// The response to a sync, a rollback or an unpin that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncAnswer {
    /// Whether it was carried out, which invalid modules do not prevent.
    pub success: bool,
    /// The result, for people.
    pub message: String,
    /// The counts, which add up to the number of details.
    pub summary: AnswerSummary,
    /// The modules that were seen, by name.
    pub details: Vec<Detail>,
    /// The version that the registry has now.
    pub version: SnapshotVersion,
    /// The commit that was made, if one was.
    pub commit: Option<ObjectId>,
}

/// The counts of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerSummary {
    /// The number of modules that were added.
    pub added: usize,
    /// The number of modules with another entry.
    pub updated: usize,
    /// The number of modules that were removed.
    pub removed: usize,
    /// The number of modules with the same entry.
    pub unchanged: usize,
    /// The number of modules that are valid and not registered.
    pub skipped: usize,
    /// The number of modules whose manifest is invalid, whether they keep an entry or not.
    pub errors: usize,
}

impl From<&Summary> for AnswerSummary {
    fn from(summary: &Summary) -> Self {
        let Summary { added, updated, removed, unchanged, skipped, held, errors } = *summary;
        Self { added, updated, removed, unchanged, skipped, errors: held + errors }
    }
}

/// The result for one module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The name of the module; for a manifest without a valid name, the name that its path implies.
    pub module_id: String,
    /// The change of its entry.
    pub action: Action,
    /// Whether its manifest is valid.
    pub status: DetailStatus,
    /// The first error of its manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The change of a module's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The entry was added.
    Added,
    /// The entry was updated.
    Updated,
    /// The entry was removed.
    Removed,
    /// The entry did not change.
    NoChange,
    /// The module is valid and not registered.
    Skipped,
    /// The manifest is invalid.
    Error,
}

/// Whether the manifest of a module is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailStatus {
    /// The manifest is valid.
    Success,
    /// The manifest is invalid.
    Failed,
}

impl Detail {
    fn new(module_id: &str, action: Action, error: Option<String>) -> Self {
        let status = if error.is_some() { DetailStatus::Failed } else { DetailStatus::Success };
        Self { module_id: module_id.to_string(), action, status, error }
    }
}

impl From<&Outcome> for SyncAnswer {
    fn from(outcome: &Outcome) -> Self {
        let plan = &outcome.draft.plan;
        let before = outcome.previous.version();
        let next = outcome.draft_version();
        let summary = AnswerSummary::from(&plan.summary);
        let what = match &outcome.conclusion {
            Conclusion::Committed { .. } => format!("version {next} was published"),
            Conclusion::DryRun if next != before => format!("version {next} would be published"),
            Conclusion::Unchanged | Conclusion::DryRun => format!("version {before} is up to date"),
            Conclusion::Refused(_) => format!("version {before} is unchanged"),
        };
        let message = match summary.errors {
            0 => what,
            1 => format!("{what}; 1 module is invalid"),
            count => format!("{what}; {count} modules are invalid"),
        };
        Self {
            success: true,
            message,
            summary,
            details: details(outcome),
            version: outcome.version(),
            commit: outcome.commit(),
        }
    }
}

fn details(outcome: &Outcome) -> Vec<Detail> {
    let plan = &outcome.draft.plan;
    let is_new = |name: &ModuleName| !outcome.previous.entries.contains_key(name);
    let written = plan.written.keys().map(|name| {
        Detail::new(name.as_str(), if is_new(name) { Action::Added } else { Action::Updated }, None)
    });
    let removed = plan.removed.keys().map(|name| Detail::new(name.as_str(), Action::Removed, None));
    let unchanged = plan.unchanged.iter().map(|name| Detail::new(name.as_str(), Action::NoChange, None));
    let skipped = plan.skipped.iter().map(|name| Detail::new(name.as_str(), Action::Skipped, None));
    let mut reasons: BTreeMap<&str, &str> = BTreeMap::new();
    for found in plan.diagnostics.iter().filter(|found| found.is_error()) {
        reasons.entry(found.source.path().as_str()).or_insert(&found.message);
    }
    let invalid = plan.invalid.iter().map(|path| {
        let reason = reasons.get(path.as_str()).copied().unwrap_or("the manifest is invalid");
        Detail::new(path.module_stem(), Action::Error, Some(reason.to_owned()))
    });
    let mut details: Vec<Detail> =
        written.chain(removed).chain(unchanged).chain(skipped).chain(invalid).collect();
    details.sort();
    details
}
