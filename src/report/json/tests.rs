//! Tests that reports have exactly their fields, and that hostile text is harmless in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::*;
use crate::{
    diagnostic::{Diagnostic, Finding, Part, SourceText},
    domain::{ObjectId, Pointer, RepoPath, SnapshotVersion},
    registry::{Held, Pin},
    report::testing::RULE,
    sync::Summary,
};

const ID: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn id() -> ObjectId {
    ID.parse().unwrap()
}

fn finding(message: &str, help: Option<&str>) -> Diagnostic {
    let source = Arc::new(SourceText::new(RepoPath::new("modules/ä.yaml"), "ä: 1\nstatus: NO\n"));
    let finding = Finding {
        rule: &RULE,
        route: Pointer::ROOT.key("status"),
        part: Part::Value,
        message: message.to_owned(),
        label: String::new(),
        help: help.map(str::to_owned),
    };
    Diagnostic::new(finding, source, 14..16)
}

fn written(report: &impl Serialize) -> String {
    let mut out = Vec::new();
    write(&mut out, report).unwrap();
    String::from_utf8(out).unwrap()
}

/// Checks that the report has exactly these fields in this order.
fn check(report: &impl Serialize, expect: &Value) {
    let expect = serde_json::to_string_pretty(expect).unwrap() + "\n";
    assert_eq!(written(report), expect);
}

#[test]
fn the_validate_report_has_all_fields() {
    let report = ValidateReport {
        summary: ValidateSummary { modules: 3, valid: 2, skipped: 1, errors: 1, warnings: 0 },
        fixed: None,
        diagnostics: diagnostics(&[finding("no", Some("fix")), finding("no", None)]),
        ignored: vec![RepoPath::new("modules/build")],
        others: Vec::new(),
        removed: vec!["chat".parse().unwrap()],
    };
    let finding = json!({
        "code": "schema/enum", "severity": "error", "path": "modules/ä.yaml", "pointer": "/status",
        "line": 2, "column": 9, "endLine": 2, "endColumn": 11, "message": "no",
    });
    let mut helped = finding.clone();
    helped["help"] = json!("fix");
    check(
        &report,
        &json!({
            "reportVersion": 1,
            "summary": {"modules": 3, "valid": 2, "skipped": 1, "errors": 1, "warnings": 0},
            "diagnostics": [helped, finding], "ignored": ["modules/build"], "others": [], "removed": ["chat"],
        }),
    );
}

#[test]
fn the_changes_report_has_all_fields() {
    let snapshot = |modules: &[(&str, Value)]| -> BTreeMap<_, _> {
        modules.iter().map(|(name, entry)| (name.parse().unwrap(), entry.clone())).collect()
    };
    let old = snapshot(&[
        ("chat", json!({"version": "1.0.0", "aiContext": {"keywords": []}})),
        ("drive", json!({"version": "1.0.0", "aiContext": {"keywords": ["a"]}})),
        ("gone", json!({"version": "0.1.0"})),
    ]);
    let new = snapshot(&[
        ("drive", json!({"version": "1.1.0", "aiContext": {"keywords": ["b"]}})),
        ("team-chat", json!({"version": "1.0.0", "aiContext": {"keywords": []}})),
        ("unversioned", json!({})),
    ]);
    let report = ChangesReport {
        from: SnapshotVersion::new(1),
        to: None,
        version: SnapshotVersion::new(1),
        commit: None,
        summary: Summary { added: 2, updated: 1, removed: 2, unchanged: 4, skipped: 5, held: 6, errors: 7 },
        changes: changes(&crate::diff::changes(&old, &new)),
        repaired: Vec::new(),
        diagnostics: Vec::new(),
        refused: None,
    };
    let mut expect = json!({
        "reportVersion": 1, "from": 1, "to": null, "version": 1, "commit": null,
        "summary": {
            "added": 2, "updated": 1, "removed": 2, "unchanged": 4, "skipped": 5, "held": 6, "errors": 7,
        },
        "changes": [
            {"name": "chat", "change": "removed", "fromVersion": "1.0.0", "renamedTo": "team-chat", "fields": []},
            {
                "name": "drive", "change": "updated", "fromVersion": "1.0.0", "toVersion": "1.1.0",
                "fields": ["/version", "/aiContext/keywords/0"],
            },
            {"name": "gone", "change": "removed", "fromVersion": "0.1.0", "fields": []},
            {"name": "team-chat", "change": "added", "toVersion": "1.0.0", "renamedFrom": "chat", "fields": []},
            {"name": "unversioned", "change": "added", "fields": []},
        ],
        "diagnostics": [],
    });
    check(&report, &expect);

    let removals = vec!["gone".parse().unwrap()];
    let refused = Some(Refusal { reason: "too many".to_owned(), removals, token: Some("t".to_owned()) });
    expect["refused"] = json!({"reason": "too many", "removals": ["gone"], "token": "t"});
    expect["to"] = json!(2);
    expect["commit"] = json!(ID);
    check(
        &ChangesReport { refused, to: Some(SnapshotVersion::new(2)), commit: Some(id()), ..report },
        &expect,
    );
}

#[test]
fn the_status_report_has_all_fields() {
    let time: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let report = StatusReport {
        total_modules: 10,
        registered_modules: 8,
        unregistered_modules: 2,
        orphaned_entries: 1,
        skipped_modules: 3,
        held_modules: 4,
        pinned_modules: 5,
        version: SnapshotVersion::new(42),
        tree: Some(id()),
        last_sync: Some(time),
        last_attempt: None,
        last_success: None,
        last_change: None,
        last_error: None,
        running: false,
        stale: true,
        drift: false,
        next_run: None,
        invalid: Vec::new(),
        held: BTreeMap::new(),
        pinned: BTreeMap::new(),
        webhooks: None,
    };
    let mut expect = json!({
            "reportVersion": 1, "totalModules": 10, "registeredModules": 8, "unregisteredModules": 2,
            "orphanedEntries": 1, "skippedModules": 3, "heldModules": 4, "pinnedModules": 5, "version": 42,
            "tree": ID, "lastSync": "2026-11-22T03:00:00Z", "lastAttempt": null, "lastSuccess": null,
            "lastChange": null, "lastError": null, "running": false, "stale": true, "drift": false, "nextRun": null,
    });
    check(&report, &expect);

    let held = Held {
        since: SnapshotVersion::new(1),
        code: "schema/type".to_owned(),
        message: "a number".to_owned(),
    };
    let pin = Pin { version: SnapshotVersion::new(2), reason: "it was better".to_owned() };
    let delivery = Delivery {
        id: "msg_1".to_owned(),
        event: "sync.failed".to_owned(),
        url: "https://example.org/hook".to_owned(),
        time,
        attempt: 2,
        result: DeliveryResult::Retried,
        error: Some("the answer was 503".to_owned()),
    };
    let report = StatusReport {
        held: [("drive".parse().unwrap(), held)].into(),
        pinned: [("chat".parse().unwrap(), pin)].into(),
        webhooks: Some(WebhooksReport { pending: 1, deliveries: vec![delivery] }),
        ..report
    };
    expect["held"] = json!({"drive": {"since": 1, "code": "schema/type", "message": "a number"}});
    expect["pinned"] = json!({"chat": {"version": 2, "reason": "it was better"}});
    expect["webhooks"] = json!({"pending": 1, "deliveries": [{
        "id": "msg_1", "event": "sync.failed", "url": "https://example.org/hook", "time": "2026-11-22T03:00:00Z",
        "attempt": 2, "result": "retried", "error": "the answer was 503",
    }]});
    check(&report, &expect);
}

#[test]
fn the_history_report_has_all_fields() {
    let record = HistoryReportRecord {
        version: SnapshotVersion::new(2),
        commit: id(),
        time: "2026-11-22T03:00:00Z".parse().unwrap(),
        author: "Ada <ada@example.org>".to_owned(),
        trigger: Some("nightly".to_owned()),
        source_commit: None,
        added: Some(1),
        updated: Some(2),
        removed: Some(3),
        pinned: BTreeMap::new(),
        unpinned: BTreeSet::new(),
        held: BTreeMap::new(),
        released: BTreeSet::new(),
    };
    let pin = Pin { version: SnapshotVersion::new(1), reason: "regression".to_owned() };
    let held = Held {
        since: SnapshotVersion::new(1),
        code: "schema/required".to_owned(),
        message: "no `purpose`".to_owned(),
    };
    let rollback = HistoryReportRecord {
        trigger: Some("rollback".to_owned()),
        pinned: [("drive".parse().unwrap(), pin)].into(),
        unpinned: ["chat".parse().unwrap()].into(),
        held: [("mail".parse().unwrap(), held)].into(),
        released: ["notes".parse().unwrap()].into(),
        ..record.clone()
    };
    check(
        &HistoryReport { history: vec![rollback, record] },
        &json!({
            "reportVersion": 1,
            "history": [{
                "version": 2, "commit": ID, "time": "2026-11-22T03:00:00Z", "author": "Ada <ada@example.org>",
                "trigger": "rollback", "sourceCommit": null, "added": 1, "updated": 2, "removed": 3,
                "pinned": { "drive": { "version": 1, "reason": "regression" } }, "unpinned": ["chat"],
                "held": { "mail": { "since": 1, "code": "schema/required", "message": "no `purpose`" } },
                "released": ["notes"],
            }, {
                "version": 2, "commit": ID, "time": "2026-11-22T03:00:00Z", "author": "Ada <ada@example.org>",
                "trigger": "nightly", "sourceCommit": null, "added": 1, "updated": 2, "removed": 3,
            }],
        }),
    );
}

#[test]
fn the_verify_report_has_all_fields() {
    let problem = VerifyProblem {
        code: "registry/entry".to_owned(),
        path: RepoPath::new("registry/modules/dr/iv/drive.json"),
        message: "not canonical".to_owned(),
        commit: Some(id()),
    };
    let report = VerifyReport {
        verified: false,
        version: SnapshotVersion::new(2),
        tree: None,
        versions: 1,
        problems: vec![problem],
        repaired: Vec::new(),
        unverifiable: vec!["the clone is shallow".to_owned()],
    };
    check(
        &report,
        &json!({
            "reportVersion": 1, "verified": false, "version": 2, "tree": null, "versions": 1,
            "problems": [{
                "code": "registry/entry", "path": "registry/modules/dr/iv/drive.json",
                "message": "not canonical", "commit": ID,
            }],
            "repaired": [],
            "unverifiable": ["the clone is shallow"],
        }),
    );
}

#[test]
fn hostile_text_is_escaped_and_reads_back_the_same() {
    let hostile = "x ##[error]forged\n::error::owned \u{1b}[8m\u{9b}\u{85}\u{2028}\u{202e}\u{e0069} \\ \" ä";
    let output = written(&DiagnosticReport::from(&finding(hostile, None)));
    assert!(
        !output.contains(['\u{1b}', '\u{9b}', '\u{85}', '\u{2028}', '\u{202e}', '\u{e0069}']),
        "{output}"
    );
    assert!(!output.contains("##[") && !output.contains("\\n::"), "{output}");
    let read: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(read["message"], hostile);
}
