//! The report of `modreg history`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    registry::{Held, Pin},
    sync::{self, History},
};

/// The audit log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryReport {
    /// The records, one per snapshot.
    pub history: Vec<HistoryReportRecord>,
}

/// One snapshot in the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryReportRecord {
    /// The version of the snapshot.
    pub version: SnapshotVersion,
    /// The commit that contains the snapshot.
    pub commit: ObjectId,
    /// The time of the commit.
    #[serde(serialize_with = "time")]
    pub time: Timestamp,
    /// The author of the commit.
    pub author: String,
    /// The trigger that started the run.
    pub trigger: Option<String>,
    /// The commit that was compiled.
    pub source_commit: Option<ObjectId>,
    /// The number of modules that were added; absent if a shallow clone lacks the previous version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<usize>,
    /// The number of modules with another entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<usize>,
    /// The number of modules that were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<usize>,
    /// The modules that were rolled back and pinned, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// The modules whose pins were removed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unpinned: BTreeSet<ModuleName>,
    /// The modules that keep their last good content from then on, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<ModuleName, Held>,
    /// The modules that are no longer held.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub released: BTreeSet<ModuleName>,
}

impl From<&History> for HistoryReport {
    fn from(history: &History) -> Self {
        let record = |record: &sync::HistoryRecord| HistoryReportRecord {
            version: record.version,
            commit: record.commit,
            time: record.time.timestamp(),
            author: record.author.clone(),
            trigger: record.trigger.clone(),
            source_commit: record.source_commit,
            added: record.counts.map(|counts| counts.added),
            updated: record.counts.map(|counts| counts.updated),
            removed: record.counts.map(|counts| counts.removed),
            pinned: record.pinned.clone(),
            unpinned: record.unpinned.clone(),
            held: record.held.clone(),
            released: record.released.clone(),
        };
        Self { history: history.records.iter().map(record).collect() }
    }
}

/// Writes a time as in RFC 3339, in UTC.
fn time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
