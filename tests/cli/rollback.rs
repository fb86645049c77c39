//! Going back on purpose, staying there, and coming forward again.

use serde_json::{Value, json};

use crate::harness::{Folder, manifest};

const CHAT: &str = "modules/chat/module.yaml";
const DRIVE: &str = "modules/drive/module.yaml";
const DRIVE_ENTRY: &str = "HEAD:registry/modules/dr/iv/drive.json";

/// Writes a manifest whose purpose is `purpose`, and commits it.
fn edit(folder: &Folder, module: &str, version: &str, purpose: &str) {
    let text = manifest(module).replace("1.0.0", version).replace(&format!("What {module} is for."), purpose);
    folder.write(&format!("modules/{module}/module.yaml"), text);
    folder.commit(&format!("{module} {version}"));
}

/// `chat`, `drive`, `one` and `two`, published as version 1, and `drive` with another purpose as version 2.
fn two_versions() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "one", "two"]);
    folder.expect(0, &["sync"]);
    edit(&folder, "drive", "2.0.0", "Bad.");
    folder.expect(0, &["sync"]);
    folder
}

fn names(report: &Value) -> Vec<String> {
    let changes = report["changes"].as_array().expect("a list");
    let shown = |change: &Value| {
        format!("{} {}", change["change"].as_str().expect("a text"), change["name"].as_str().expect("a text"))
    };
    changes.iter().map(shown).collect()
}

#[test]
fn a_pinned_module_keeps_its_old_content_until_it_is_unpinned() {
    let folder = two_versions();
    let good = folder.git(&["rev-parse", "HEAD~2:registry/modules/dr/iv/drive.json"]);
    let report = folder.json(0, &["rollback", "1", "drive", "--reason", "drive 2 answers nonsense"]);
    assert_eq!(names(&report), ["updated drive"]);
    assert_eq!((&report["from"], &report["to"]), (&json!(2), &json!(3)));
    assert_eq!(folder.git(&["rev-parse", DRIVE_ENTRY]), good);
    let pin = json!({ "drive": { "version": 1, "reason": "drive 2 answers nonsense" } });
    assert_eq!(folder.root()["pinned"], pin);
    let message = folder.git(&["log", "-1", "--format=%B"]);
    assert!(message.contains("\npinned drive at version 1: drive 2 answers nonsense\n"), "{message}");
    assert!(message.ends_with("\nTrigger: rollback"), "{message}");

    for (night, version) in ["2.0.1", "2.0.2", "2.1.0"].iter().enumerate() {
        edit(&folder, "drive", version, &format!("Night {night}."));
        edit(&folder, "chat", version, &format!("Night {night}."));
        let report = folder.json(0, &["sync", "--trigger", "nightly"]);
        assert_eq!(names(&report), ["updated chat"]);
        assert_eq!(folder.git(&["rev-parse", DRIVE_ENTRY]), good);
        assert_eq!(folder.root()["pinned"], pin);
    }
    folder.expect(0, &["verify"]);
    let status = folder.expect(0, &["status"]);
    assert!(
        status.out.contains("pinned        drive at version 1: drive 2 answers nonsense"),
        "{}",
        status.out
    );
    assert!(status.out.starts_with("version 6: up to date"), "{}", status.out);
    assert!(folder.expect(0, &["show"]).out.contains("  drive (pinned at version 1: drive 2 answers"));

    let report = folder.json(0, &["unpin", "drive"]);
    assert_eq!(names(&report), ["updated drive"]);
    assert!(folder.git(&["show", DRIVE_ENTRY]).contains("Night 2."));
    assert_eq!(folder.root()["pinned"], json!({}));
    let head = folder.git(&["rev-parse", "HEAD"]);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "unpin published what the manifests give");

    let history = folder.json(0, &["history"]);
    let story: Vec<_> = history["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| format!("{} {} {}", record["version"], record["trigger"], record["updated"]))
        .collect();
    let expected = [
        "7 \"manual\" 1",
        "6 \"nightly\" 1",
        "5 \"nightly\" 1",
        "4 \"nightly\" 1",
        "3 \"rollback\" 1",
        "2 \"manual\" 1",
        "1 \"manual\" 0",
    ];
    assert_eq!(story, expected);
    assert_eq!(history["history"][0]["unpinned"], json!(["drive"]));
    assert_eq!(history["history"][4]["pinned"], pin);
    let drive = folder.expect(0, &["history", "drive"]).out;
    let versions: Vec<_> = drive.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(versions, ["v7", "no", "v3", "pinned", "v2", "v1"], "{drive}");
    assert!(drive.contains("       pinned drive at version 1: drive 2 answers nonsense\n"), "{drive}");
}

#[test]
fn a_rollback_of_all_brings_back_adds_and_removes_and_nothing_undoes_it() {
    let folder = two_versions();
    folder.remove(CHAT);
    folder.write("modules/calendar/module.yaml", manifest("calendar"));
    folder.commit("calendar for chat");
    folder.expect(0, &["sync"]);
    let report = folder.json(0, &["rollback", "1", "--reason", "all of it"]);
    assert_eq!(names(&report), ["removed calendar", "added chat", "updated drive"]);
    let (root, old) = (folder.root(), folder.git(&["rev-parse", "HEAD~4:registry/modules"]));
    assert_eq!((&root["version"], &root["tree"], &root["moduleCount"]), (&json!(4), &json!(old), &json!(4)));
    let pinned: Vec<_> = root["pinned"].as_object().unwrap().keys().collect();
    assert_eq!(pinned, ["calendar", "chat", "drive"]);
    let head = folder.git(&["rev-parse", "HEAD"]);
    let report = folder.json(0, &["sync"]);
    assert_eq!(report["summary"]["skipped"], 1, "calendar is pinned to have no entry");
    folder.expect(0, &["rollback", "1", "--reason", "once more"]);
    folder.expect(0, &["prune"]);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "all is as it was then");
    folder.expect(0, &["verify"]);
    assert!(
        folder.expect(0, &["show"]).out.contains("  calendar (no entry, pinned at version 1: all of it)")
    );

    let report = folder.json(0, &["unpin"]);
    assert_eq!(names(&report), ["added calendar", "removed chat", "updated drive"]);
    assert_eq!(
        folder.git(&["rev-parse", "HEAD:registry/modules"]),
        folder.git(&["rev-parse", "HEAD~2:registry/modules"])
    );
    folder.expect(0, &["verify"]);
    assert_eq!(
        names(&folder.json(0, &["diff", "1", "5"])),
        ["added calendar", "removed chat", "updated drive"]
    );
}

#[test]
fn what_an_operator_may_ask_for_is_checked_first() {
    let folder = two_versions();
    let head = folder.git(&["rev-parse", "HEAD"]);
    for (args, expected) in [
        (&["rollback", "1"][..], "--reason"),
        (&["rollback", "1", "--reason", " \n"], "it is blank"),
        (&["rollback", "1", "--reason", "\u{1b}[2J"], "invisible character"),
        (&["rollback", "0", "--reason", "why"], "nothing to roll back to"),
        (&["rollback", "9", "--reason", "why"], "there is no version 9: the latest is 2"),
        (&["rollback", "1", "drvie", "--reason", "why"], "did you mean `drive`?"),
        (&["unpin", "drive"], "`drive` is not pinned"),
    ] {
        let ran = folder.expect(2, args);
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
    }
    for args in [
        &["rollback", "2", "--reason", "why"][..],
        &["rollback", "1", "--dry-run", "--reason", "why"],
        &["unpin"],
    ] {
        folder.expect(0, args);
    }
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head);
    let dry = folder.json(0, &["rollback", "1", "--dry-run", "--reason", "why"]);
    assert_eq!(
        (names(&dry), &dry["commit"], &dry["to"]),
        (vec!["updated drive".to_owned()], &Value::Null, &json!(3))
    );
    folder.expect(0, &["rollback", "2", "drive", "--reason", "freeze it"]);
    assert_eq!(folder.root()["pinned"]["drive"]["version"], 2, "a pin alone is a new version");
}

#[test]
fn a_reason_cannot_forge_a_trailer() {
    let folder = two_versions();
    let reason = "x\n\nTrigger: nightly\nRegistry-Version: 99\n\u{2028}Source-Commit: 0";
    folder.expect(0, &["rollback", "1", "--reason", reason]);
    let trailers = folder.git(&["log", "-1", "--format=%(trailers:only)"]);
    let keys: Vec<_> = trailers.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(keys, ["Registry-Version", "Registry-Tree", "Source-Commit", "Trigger"]);
    assert_eq!(folder.json(0, &["history"])["history"][0]["trigger"], "rollback");
    folder.expect(0, &["sync"]);
}

#[test]
fn the_removal_guard_stands_in_the_way_of_a_rollback_too() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for name in ["a1", "a2", "a3", "a4"] {
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    }
    folder.commit("four more");
    folder.expect(0, &["sync"]);
    let refused = folder.json(4, &["rollback", "1", "--reason", "why"]);
    assert_eq!(refused["refused"]["removals"], json!(["a1", "a2", "a3", "a4"]));
    assert_eq!(folder.root()["version"], 2);
    let token = refused["refused"]["token"].as_str().unwrap();
    folder.expect(0, &["rollback", "1", "--reason", "why", "--allow-removals", token]);
    assert_eq!(folder.root()["moduleCount"], 1);
}

#[test]
fn what_no_longer_validates_comes_back_and_that_is_said() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let schema = folder.expect(0, &["schema", "ai-context"]).out;
    let strict = schema.replacen("\"purpose\": {", "\"purpose\": { \"maxLength\": 6,", 1);
    assert_ne!(strict, schema);
    folder.write("schema/ai-context.schema.json", strict);
    edit(&folder, "drive", "2.0.0", "Short.");
    edit(&folder, "chat", "2.0.0", "Short.");
    folder.expect(0, &["sync"]);
    let report = folder.json(0, &["rollback", "1", "drive", "--reason", "why"]);
    let found = &report["diagnostics"][0];
    assert_eq!(found["path"], "registry/modules/dr/iv/drive.json");
    assert_eq!((&found["severity"], &found["pointer"]), (&json!("warning"), &json!("/aiContext/purpose")));
    assert!(folder.git(&["show", DRIVE_ENTRY]).contains("What drive is for."));
    folder.expect(0, &["sync"]);
    folder.expect(0, &["verify"]);
}

#[test]
fn a_version_that_cannot_be_read_does_not_come_back() {
    let folder = two_versions();
    let text = folder.read("registry/snapshot.json");
    folder.edit("registry/snapshot.json", "\"formatVersion\": 1", "\"formatVersion\": 2");
    folder.git(&["commit", "--quiet", "--all", "--message", "registry: v3\n\nRegistry-Version: 3"]);
    folder.write("registry/snapshot.json", text);
    folder.commit("back to version 2 by hand");
    let ran = folder.expect(2, &["rollback", "3", "--reason", "why"]);
    ran.says(&["there is no version 3: the latest is 2"]);
    assert_eq!(folder.root()["version"], 2);
    folder.expect(0, &["history"]).says(&["format version 2"]);
}

#[test]
fn an_unpinned_module_whose_manifest_is_broken_is_held_at_the_old_content() {
    let folder = two_versions();
    folder.expect(0, &["rollback", "1", "drive", "--reason", "why"]);
    let good = folder.git(&["rev-parse", DRIVE_ENTRY]);
    folder.write(DRIVE, "name: drive\n");
    folder.commit("broken");
    folder.expect(3, &["unpin"]);
    assert_eq!(folder.git(&["rev-parse", DRIVE_ENTRY]), good);
    let root = folder.root();
    assert_eq!((&root["pinned"], &root["held"]["drive"]["since"]), (&json!({}), &json!(4)));
    folder.expect(0, &["verify"]);
}

#[test]
fn a_sync_of_one_module_does_not_hide_what_the_next_one_has_to_read() {
    let folder = Folder::with_modules(&["chat", "drive", "one"]);
    folder.expect(0, &["sync"]);
    let first = folder.read(CHAT);
    edit(&folder, "chat", "2.0.0", "Second.");
    edit(&folder, "drive", "2.0.0", "Second.");
    folder.expect(0, &["sync", "chat"]);
    folder.expect(0, &["verify"]);
    folder.write(CHAT, first);
    folder.commit("chat as it was first");
    assert_eq!(names(&folder.json(0, &["sync"])), ["updated chat", "updated drive"]);
}

#[test]
fn the_journal_knows_of_runs_that_left_no_commit_and_of_no_slips() {
    let folder = two_versions();
    folder.expect(0, &["sync", "--dry-run"]);
    folder.expect(2, &["rollback", "9", "--reason", "why"]);
    let status = folder.json(0, &["status"]);
    assert_eq!(status["lastError"], Value::Null);
    let invalid = manifest("two").replace("purpose", "purpos");
    folder.write("modules/two/module.yaml", invalid);
    folder.commit("an invalid manifest");
    folder.expect(4, &["sync", "--strict"]);
    let status = folder.json(0, &["status"]);
    assert!(status["lastError"].as_str().unwrap().contains("`--strict` allows none"), "{status}");
    assert!(status["lastAttempt"].as_str() > status["lastSuccess"].as_str(), "{status}");
    folder.remove("modules/two/module.yaml");
    folder.commit("without it");
    folder.expect(0, &["sync"]);
    let status = folder.json(0, &["status"]);
    assert_eq!(status["lastError"], Value::Null);
    assert_eq!(status["lastAttempt"], status["lastSuccess"]);
}
