//! `modreg diff`: what would change, and what changed between two versions.

use crate::harness::{Folder, manifest};

fn two_versions() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "gone", "other"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.remove("modules/gone/module.yaml");
    folder.write("modules/mail/module.yaml", manifest("mail").replace("What", "Why"));
    folder
}

fn changes(report: &serde_json::Value) -> Vec<String> {
    let changes = report["changes"].as_array().unwrap().iter();
    changes.map(|change| format!("{} {}", change["change"], change["name"]).replace('"', "")).collect()
}

const CHANGED: [&str; 3] = ["updated chat", "removed gone", "added mail"];

#[test]
fn the_working_tree_against_the_registry_at_head() {
    let folder = two_versions();
    let report = folder.report(0, "diff-report", &["diff"]);
    assert_eq!(changes(&report), CHANGED);
    assert_eq!(report["changes"][0]["fields"], serde_json::json!(["/version", "/aiContext/keywords/1"]));
    assert_eq!((&report["from"], &report["to"], &report["commit"]), (&1.into(), &().into(), &().into()));
    assert_eq!(report["summary"]["unchanged"], 2);
    folder
        .expect(1, &["diff", "--check"])
        .prints(&["\"second\" → \"third\"", "1 added, 1 updated, 1 removed"]);
    assert!(folder.expect(0, &["diff", "--format", "markdown"]).out.contains("chat"));
}

#[test]
fn one_version_against_another_and_against_none() {
    let folder = two_versions();
    folder.commit("changes");
    folder.expect(0, &["sync"]);
    for (args, expected) in [
        (&["diff", "1", "2"][..], &CHANGED[..]),
        (&["diff", "v1"], &CHANGED),
        (&["diff", "2", "1"], &["updated chat", "added gone", "removed mail"]),
        (&["diff", "0", "1"], &["added chat", "added drive", "added gone", "added other"]),
        (&["diff", "2", "2"], &[]),
    ] {
        assert_eq!(changes(&folder.report(0, "diff-report", args)), expected, "{args:?}");
    }
    folder.expect(0, &["diff", "--check"]).prints(&["no changes"]);
    folder.expect(1, &["diff", "1", "2", "--check"]);
    folder.expect(2, &["diff", "7"]).says(&["there is no version 7: the latest is 2", "modreg history"]);
    folder.expect(2, &["diff", "one"]).says(&["the revision `one` is unknown"]);
    assert_eq!(changes(&folder.report(0, "diff-report", &["diff", "HEAD~1", "HEAD"])), CHANGED);
    assert_eq!(changes(&folder.report(0, "diff-report", &["diff", "1", "main"])), CHANGED);
}

#[test]
fn a_renamed_module_is_shown_as_one() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/talk/module.yaml", manifest("chat").replace("name: chat", "name: talk"));
    folder.remove("modules/chat/module.yaml");
    let report = folder.report(0, "diff-report", &["diff"]);
    assert_eq!(changes(&report), ["removed chat", "added talk"]);
    assert_eq!(report["changes"][0]["renamedTo"], "talk");
    assert_eq!(report["changes"][1]["renamedFrom"], "chat");
}
