//! The content of a message: a `CloudEvents` 1.0 event in JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    domain::{ObjectId, SnapshotVersion},
    report::json::{Action, AnswerSummary, Detail, SyncAnswer},
    settings::WebhookEvent,
    sync::Trigger,
};

/// The number of modules that one message can list. The summary counts all of them.
const MAX_CHANGES: usize = 1000;

/// The event that a sync, a rollback, an unpin or a prune has ended.
#[derive(Debug, Clone)]
pub struct Event {
    kind: WebhookEvent,
    data: Data,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    action: &'static str,
    trigger: &'static str,
    previous_version: SnapshotVersion,
    version: SnapshotVersion,
    commit: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<AnswerSummary>,
    changes: Vec<Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    time: Timestamp,
    datacontenttype: &'static str,
    data: &'a Data,
}

impl Event {
    /// Makes the event of a sync that was completed.
    pub fn done(
        action: &'static str,
        trigger: Trigger,
        previous: SnapshotVersion,
        answer: &SyncAnswer,
    ) -> Self {
        let is_reported = |detail: &&Detail| !matches!(detail.action, Action::NoChange | Action::Skipped);
        let data = Data {
            action,
            trigger: trigger.as_str(),
            previous_version: previous,
            version: answer.version,
            commit: answer.commit,
            summary: Some(answer.summary),
            changes: answer.details.iter().filter(is_reported).take(MAX_CHANGES).cloned().collect(),
            error: None,
        };
        let kind = if answer.commit.is_some() { WebhookEvent::Completed } else { WebhookEvent::Unchanged };
        Self { kind, data }
    }

    /// Makes the event of a sync that failed or was refused.
    pub fn failed(action: &'static str, trigger: Trigger, version: SnapshotVersion, error: String) -> Self {
        let data = Data {
            action,
            trigger: trigger.as_str(),
            previous_version: version,
            version,
            commit: None,
            summary: None,
            changes: Vec::new(),
            error: Some(error),
        };
        Self { kind: WebhookEvent::Failed, data }
    }

    /// Returns the type of the event.
    pub fn kind(&self) -> WebhookEvent {
        self.kind
    }

    /// Returns the body of the message.
    pub(super) fn body(&self, id: &str, source: &str, time: Timestamp) -> String {
        let event = CloudEvent {
            specversion: "1.0",
            id,
            source,
            kind: self.kind.as_str(),
            time,
            datacontenttype: "application/json",
            data: &self.data,
        };
        serde_json::to_string(&event).expect("strings and numbers can always be written as JSON")
    }
}

/// Returns the URN of the registry with this name.
pub(super) fn source(name: &str) -> String {
    let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
    let mut source = "urn:modreg:".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            source.push(char::from(byte));
        } else {
            source.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
    source
}
