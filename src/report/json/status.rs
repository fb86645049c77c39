//! The report of `modreg status`, and the status that the server gives.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::diagnostics::{DiagnosticReport, diagnostics};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    registry::{Held, Pin},
    sync::Status,
};

/// How the registry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    /// Registrable modules: registered and unregistered.
    pub total_modules: usize,
    /// Registrable modules with an entry.
    pub registered_modules: usize,
    /// Registrable modules without one.
    pub unregistered_modules: usize,
    /// Entries whose manifest is gone or no longer registrable.
    pub orphaned_entries: usize,
    /// Valid modules that are not to be registered.
    pub skipped_modules: usize,
    /// Entries that stay at their last good content.
    pub held_modules: usize,
    /// Entries that were rolled back on purpose.
    pub pinned_modules: usize,
    /// The snapshot's version.
    pub version: SnapshotVersion,
    /// The snapshot's content; `None` for the empty registry.
    pub tree: Option<ObjectId>,
    /// The last successful run, also one that changed nothing.
    #[serde(serialize_with = "optional_time")]
    pub last_sync: Option<Timestamp>,
    /// The last run.
    #[serde(serialize_with = "optional_time")]
    pub last_attempt: Option<Timestamp>,
    /// The last run that ended well.
    #[serde(serialize_with = "optional_time")]
    pub last_success: Option<Timestamp>,
    /// The last run that made a version.
    #[serde(serialize_with = "optional_time")]
    pub last_change: Option<Timestamp>,
    /// Why the last run failed.
    pub last_error: Option<String>,
    /// Whether a run is under way.
    pub running: bool,
    /// Whether the registry is not what its sources give.
    pub stale: bool,
    /// Whether somebody changed `registry/` by hand.
    pub drift: bool,
    /// When the next run is due.
    #[serde(serialize_with = "optional_time")]
    pub next_run: Option<Timestamp>,
    /// The first error of each invalid manifest that has no entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<DiagnosticReport>,
    /// What is held, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<ModuleName, Held>,
    /// What is pinned, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// What became of the webhook messages; `None` where there never was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhooks: Option<WebhooksReport>,
}

impl From<&Status> for StatusReport {
    fn from(status: &Status) -> Self {
        let last_change = status.last_change.map(crate::object::Moment::timestamp);
        let last_success = status.journal.last_success.or(last_change);
        Self {
            total_modules: status.total(),
            registered_modules: status.registered,
            unregistered_modules: status.unregistered,
            orphaned_entries: status.orphaned.len(),
            skipped_modules: status.skipped,
            held_modules: status.held.len(),
            pinned_modules: status.pinned.len(),
            version: status.version,
            tree: status.tree,
            last_sync: last_success,
            last_attempt: status.journal.last_attempt.or(last_change),
            last_success,
            last_change,
            last_error: status.journal.last_error.clone(),
            running: status.is_running,
            stale: status.is_stale,
            drift: status.has_drift,
            next_run: None,
            invalid: diagnostics(&status.invalid),
            held: status.held.clone(),
            pinned: status.pinned.clone(),
            webhooks: None,
        }
    }
}

/// What became of the webhook messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhooksReport {
    /// How many messages wait to be delivered.
    pub pending: usize,
    /// The last attempts, newest first.
    pub deliveries: Vec<Delivery>,
}

/// One attempt to deliver a webhook message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The message.
    pub id: String,
    /// What it tells.
    pub event: String,
    /// The receiver, without the query of its address.
    pub url: String,
    /// When it was tried.
    pub time: Timestamp,
    /// Which attempt it was.
    pub attempt: usize,
    /// How it ended.
    pub result: DeliveryResult,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryResult {
    /// The receiver has it.
    Delivered,
    /// It will be tried again.
    Retried,
    /// It will not be tried again.
    GivenUp,
}

impl DeliveryResult {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "retried",
            Self::GivenUp => "given_up",
        }
    }

    /// What people are told.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "failed, will be tried again",
            Self::GivenUp => "given up",
        }
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn optional_time<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}
