//! Invalid manifests: they hold their entry, never remove it, and never stop the others.

use crate::harness::{Folder, manifest};

const CHAT: &str = "modules/chat/module.yaml";

#[test]
fn an_invalid_manifest_holds_its_entry_until_a_good_one_comes() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let entry = folder.read("registry/modules/ch/at/chat.json");

    folder.edit(CHAT, "purpose", "purpos");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.commit("one mistake, one change");
    let report = folder.report(3, "sync-report", &["sync"]);
    assert_eq!(report["summary"]["held"], 1);
    assert_eq!(report["summary"]["updated"], 1);
    assert_eq!(folder.read("registry/modules/ch/at/chat.json"), entry);
    let held = folder.root()["held"].clone();
    assert_eq!(held["chat"]["since"], 2);
    assert_eq!(held["chat"]["code"], "schema/unknown-field");
    folder.expect(0, &["verify"]);

    let head = folder.git(&["rev-parse", "HEAD"]);
    folder.expect(3, &["sync"]).says(&["held since version 2: chat (schema/unknown-field"]);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "a hold that goes on is no new version");

    folder.edit(CHAT, "purpos:", "purpose:");
    folder.commit("mended");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.root()["held"], serde_json::json!({}));
    assert_eq!(folder.root()["version"], 3);
    assert!(folder.git(&["log", "-1", "--format=%b"]).contains("no longer held chat"));
    folder.expect(0, &["history"]).prints(&[
        "+0 ~0 -0  Ada <ada@example.org>\n       no longer held chat\n",
        "+0 ~1 -0  Ada <ada@example.org>\n       held chat: schema/unknown-field (",
    ]);
    let report = folder.report(0, "history-report", &["history", "chat"]);
    assert_eq!(report["history"][0]["released"], serde_json::json!(["chat"]));
    assert_eq!(report["history"][1]["held"], held);
    assert_eq!(report["history"].as_array().unwrap().len(), 3);
}

#[test]
fn a_new_invalid_module_is_left_out() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write(CHAT, "name: chat\nversion: 1.0.0\naiContext: {}\n");
    folder.commit("a new one");
    let report = folder.report(3, "sync-report", &["sync"]);
    assert_eq!(report["summary"]["added"], 1);
    assert_eq!(report["summary"]["errors"], 1);
    assert_eq!(folder.root()["moduleCount"], 1);
    assert_eq!(folder.root()["held"], serde_json::json!({}));
}

#[test]
fn whatever_is_wrong_with_a_manifest_its_entry_stays() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let entry = folder.read("registry/modules/ch/at/chat.json");
    let good = folder.read(CHAT);
    for (code, content) in [
        ("source/encoding", b"name: \xff\n".to_vec()),
        ("source/syntax", b"name: [\n".to_vec()),
        ("source/syntax", Vec::new()),
        ("source/duplicate-key", format!("{good}name: chat\n").into_bytes()),
        ("source/multiple-documents", format!("{good}---\n{good}").into_bytes()),
        ("source/too-large", format!("{good}{}", "#".repeat(2 << 20)).into_bytes()),
        ("name/mismatch", good.replace("name: chat", "name: talk").into_bytes()),
        ("schema/pattern", good.replace("name: chat", "name: Chat").into_bytes()),
    ] {
        folder.write(CHAT, content);
        folder.commit(code);
        let report = folder.json(3, &["sync"]);
        assert_eq!(folder.read("registry/modules/ch/at/chat.json"), entry, "{code}");
        assert_eq!(report["summary"]["removed"], 0, "{code}");
        assert_eq!(folder.root()["held"]["chat"]["code"], code, "{report:#}");
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn two_manifests_of_one_name_hold_the_registered_one() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/team/chat.yaml", manifest("chat"));
    folder.commit("a second chat");
    let report = folder.report(3, "sync-report", &["sync"]);
    let found: Vec<_> = report["diagnostics"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = found.iter().map(|found| found["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [CHAT, "modules/team/chat.yaml"], "both are named");
    assert!(found.iter().all(|found| found["code"] == "name/duplicate"), "{found:?}");
    assert_eq!(folder.root()["held"]["chat"]["code"], "name/duplicate");
    assert_eq!(folder.root()["moduleCount"], 2);

    folder.remove(CHAT);
    folder.commit("the second one stays");
    folder.expect(0, &["sync"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("modules/team/chat.yaml"));
}

#[test]
fn skipped_modules_leave_the_registry_and_are_counted() {
    let folder = Folder::with_modules(&["chat", "drive", "mail", "other"]);
    folder.expect(0, &["sync"]);
    folder.edit(CHAT, "version: 1.0.0", "version: 1.0.0\nstatus: SUSPENDED");
    folder.write("modules/plain/module.yaml", "name: plain\nversion: 1.0.0\n");
    folder.commit("one suspended, one without a context");
    let report = folder.report(0, "sync-report", &["sync"]);
    assert_eq!(report["summary"]["removed"], 1);
    assert_eq!(report["summary"]["skipped"], 1);
    assert_eq!(report["summary"]["unchanged"], 3);
    assert_eq!(folder.root()["moduleCount"], 3);
}

#[test]
fn a_sync_of_one_module_leaves_the_others_alone() {
    let folder = Folder::with_modules(&["chat", "drive", "mail"]);
    folder.expect(0, &["sync"]);
    folder.edit(CHAT, "second", "third");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.edit("modules/mail/module.yaml", "purpose", "purpos");
    folder.commit("three changes");
    let report = folder.report(0, "sync-report", &["sync", "chat"]);
    assert_eq!(report["changes"].as_array().unwrap().len(), 1);
    assert_eq!(folder.root()["held"], serde_json::json!({}));
    folder.expect(0, &["verify"]);
    let rest = folder.json(3, &["sync"]);
    assert_eq!(rest["changes"][0]["name"], "drive");
    folder.refuses(2, &["sync", "drve"], &["there is no module `drve`", "did you mean `drive`?"]);
}

#[test]
fn another_wording_of_the_same_mistake_is_no_new_version() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    for version in ["one", "two"] {
        let text = manifest("chat").replace("1.0.0", version);
        folder.write("modules/chat/module.yaml", text);
        folder.commit(version);
        folder.expect(3, &["sync"]);
        assert_eq!(folder.root()["version"], 2, "{version}");
    }
    let message = folder.root()["held"]["chat"]["message"].to_string();
    assert!(message.contains("one"), "{message}");
}
