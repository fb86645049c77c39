//! The report of `modreg status`, which the server responds with too.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::diagnostics::{DiagnosticReport, diagnostics};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    registry::{Held, Pin},
    sync::RegistryStatus,
};

/// The state of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    /// The number of registrable modules, registered or not.
    pub total_modules: usize,
    /// The number of registrable modules with an entry.
    pub registered_modules: usize,
    /// The number of registrable modules without an entry.
    pub unregistered_modules: usize,
    /// The number of entries whose manifest is gone or no longer registrable.
    pub orphaned_entries: usize,
    /// The number of valid modules that are not to be registered.
    pub skipped_modules: usize,
    /// The number of entries that keep their last good content.
    pub held_modules: usize,
    /// The number of entries that were rolled back on purpose.
    pub pinned_modules: usize,
    /// The version of the snapshot.
    pub version: SnapshotVersion,
    /// The git tree of the entries, or `None` if the registry is empty.
    pub tree: Option<ObjectId>,
    /// The time of the last successful run, even if it changed nothing.
    #[serde(serialize_with = "optional_time")]
    pub last_sync: Option<Timestamp>,
    /// The time of the last run.
    #[serde(serialize_with = "optional_time")]
    pub last_attempt: Option<Timestamp>,
    /// The time of the last successful run.
    #[serde(serialize_with = "optional_time")]
    pub last_success: Option<Timestamp>,
    /// The time of the last run that made a version.
    #[serde(serialize_with = "optional_time")]
    pub last_change: Option<Timestamp>,
    /// The error of the last run, if it failed.
    pub last_error: Option<String>,
    /// Whether a run is in progress.
    pub running: bool,
    /// Whether the registry differs from what its sources compile to.
    pub stale: bool,
    /// Whether `registry/` was edited by hand.
    pub drift: bool,
    /// The time of the next run, if one is scheduled.
    #[serde(serialize_with = "optional_time")]
    pub next_run: Option<Timestamp>,
    /// The first error of each invalid manifest that has no entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<DiagnosticReport>,
    /// The modules that are held, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<ModuleName, Held>,
    /// The modules that are pinned, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// The state of the webhook messages, or `None` if there never was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhooks: Option<WebhooksReport>,
}

impl From<&RegistryStatus> for StatusReport {
    fn from(status: &RegistryStatus) -> Self {
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

/// The state of the webhook messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhooksReport {
    /// The number of messages that are still to be delivered.
    pub pending: usize,
    /// The last attempts, newest first.
    pub deliveries: Vec<Delivery>,
}

/// One attempt to deliver a webhook message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The id of the message.
    pub id: String,
    /// The event that the message is about.
    pub event: String,
    /// The address of the receiver, without its query.
    pub url: String,
    /// The time of the attempt.
    pub time: Timestamp,
    /// The number of the attempt.
    pub attempt: usize,
    /// The result of the attempt.
    pub result: DeliveryResult,
    /// The reason for a failure.
    pub error: Option<String>,
}

/// The result of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryResult {
    /// The receiver accepted the message.
    Delivered,
    /// It will be tried again.
    Retried,
    /// It will not be tried again.
    GivenUp,
}

impl DeliveryResult {
    /// Returns the word for the result in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "retried",
            Self::GivenUp => "given_up",
        }
    }

    /// Returns the words for the result in messages to people.
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
