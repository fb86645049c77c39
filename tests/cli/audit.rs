//! Who changed what and when, and whether anybody did so by hand.

use std::collections::BTreeMap;

use modreg::{domain::RepoPath, schema::Schemas, settings::Settings, source};
use serde_json::{Value, json};

use crate::harness::{Folder, manifest};

const CHAT: &str = "modules/chat/module.yaml";
const ENTRY: &str = "registry/modules/ch/at/chat.json";
const ROOT: &str = "registry/snapshot.json";

/// Three modules, published as version 1.
fn published() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "one"]);
    folder.expect(0, &["sync"]);
    folder
}

/// Publishes `chat` with another keyword.
fn publish(folder: &Folder, from: &str, to: &str) {
    folder.edit(CHAT, from, to);
    folder.commit(to);
    folder.expect(0, &["sync"]);
}

/// The problems of a verification as `code path`, all brought in by `commit`.
fn problems(report: &Value, commit: &str) -> Vec<String> {
    listed(report, "problems", commit)
}

/// What a verification lists under `key`, as `code path`, all brought in by `commit`.
fn listed(report: &Value, key: &str, commit: &str) -> Vec<String> {
    let problems = report[key].as_array().expect("a list");
    let shown = |problem: &Value| {
        assert_eq!(problem["commit"], commit, "{problem}");
        format!("{} {}", problem["code"].as_str().expect("a text"), problem["path"].as_str().expect("a text"))
    };
    problems.iter().map(shown).collect()
}

/// `version trigger +added ~updated -removed`, for each record.
fn log(folder: &Folder, args: &[&str]) -> Vec<String> {
    let report = folder.json(0, &[&["history"], args].concat());
    check_schema("history-report", &report);
    let shown = |record: &Value| {
        let trigger = record["trigger"].as_str().unwrap_or("-");
        let count = |key: &str| record[key].as_u64().expect("a number");
        format!(
            "{} {trigger} +{} ~{} -{}",
            record["version"],
            count("added"),
            count("updated"),
            count("removed")
        )
    };
    report["history"].as_array().expect("a list").iter().map(shown).collect()
}

fn check_schema(name: &str, report: &Value) {
    let schema = Schemas::compile(name, &BTreeMap::new()).expect("a built-in schema");
    let limits = Settings::default().limits;
    let parsed = source::parse(&RepoPath::new("report.json"), report.to_string().as_bytes(), &limits);
    let found = schema.check(&parsed.document.expect("a report is JSON"));
    assert!(found.is_empty(), "{name}: {found:?}\n{report}");
}

#[test]
fn an_entry_edited_by_hand_is_named_with_its_commit_and_repaired() {
    let folder = published();
    publish(&folder, "second", "third");
    folder.edit(ENTRY, "third", "forged");
    folder.commit("forged");
    let forged = folder.git(&["rev-parse", "HEAD"]);
    folder.write("README.md", "innocent");
    folder.commit("innocent");

    let report = folder.json(1, &["verify"]);
    check_schema("verify-report", &report);
    let found = [format!("entry/differs {ENTRY}"), format!("root/tree {ROOT}")];
    assert_eq!(problems(&report, &forged), found);
    let ran = folder.expect(1, &["verify"]);
    assert!(ran.out.contains(&format!("since commit {}", &forged[..10])), "{}", ran.out);
    assert!(folder.expect(0, &["status"]).out.contains("drift"));
    let dry = folder.expect(0, &["sync", "--dry-run"]);
    assert!(dry.err.contains(&format!("to be repaired: {ENTRY}: it was edited by hand")), "{}", dry.err);

    let report = folder.json(0, &["sync"]);
    check_schema("sync-report", &report);
    assert_eq!((&report["repaired"], &report["changes"]), (&json!([ENTRY]), &json!([])));
    assert!(folder.git(&["log", "-1", "--format=%b"]).contains(&format!("repaired {ENTRY}")));
    folder.expect(0, &["verify"]);
    let report = folder.json(0, &["verify", "--history"]);
    check_schema("verify-report", &report);
    assert_eq!(listed(&report, "repaired", &forged), [format!("entry/edited {ENTRY}")]);
    folder.expect(0, &["verify", "--history"]).prints(&["repaired since"]);
    assert_eq!(report["versions"], 3);
    assert_eq!(log(&folder, &[]), ["3 manual +0 ~0 -0", "2 manual +0 ~1 -0", "1 manual +3 ~0 -0"]);
}

#[test]
fn entries_deleted_by_hand_do_not_get_around_the_removal_guard() {
    let folder = published();
    folder.git(&["rm", "-q", "-r", "registry/modules", "modules"]);
    folder.commit("all gone");
    let report = folder.json(4, &["sync"]);
    assert_eq!(report["refused"]["removals"], json!(["chat", "drive", "one"]));
}

#[test]
fn a_sync_of_another_module_repairs_an_edited_entry_too() {
    let folder = published();
    folder.edit(ENTRY, "second", "forged");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.commit("forged");
    assert_eq!(folder.json(0, &["sync", "drive"])["repaired"], json!([ENTRY]));
    folder.expect(0, &["verify"]);
    folder.edit(ENTRY, "second", "forged");
    folder.commit("forged again");
    folder.expect(0, &["rollback", "1", "drive", "--reason", "why"]);
    assert!(folder.read(ENTRY).contains("second"));
    folder.expect(0, &["verify"]);
}

/// Makes the root match the entries beside it, as an attacker who knows the format would.
fn forge_root(folder: &Folder) {
    folder.git(&["add", "--all"]);
    let tree = folder.git(&["write-tree"]);
    let entries = folder.git(&["rev-parse", &format!("{tree}:registry/modules")]);
    let mut root: Value = serde_json::from_str(&folder.read(ROOT)).expect("a root is JSON");
    root["tree"] = entries.into();
    root["version"] = (root["version"].as_u64().expect("a number") + 1).into();
    folder.write(ROOT, serde_json::to_string_pretty(&root).expect("plain data") + "\n");
}

type Tampering = fn(&Folder);

#[test]
fn every_kind_of_tampering_is_found_and_named() {
    let table: [(&str, Tampering, &[&str]); 11] = [
        ("all of it gone", |folder| drop(folder.git(&["rm", "-q", "-r", "registry"])), &["root/missing"]),
        (
            "layout",
            |folder| folder.edit(ENTRY, "  \"name\"", "   \"name\""),
            &["entry/differs", "entry/form", "root/tree"],
        ),
        ("gone", |folder| folder.remove(ENTRY), &["entry/missing", "root/tree"]),
        ("stray", |folder| folder.write("registry/modules/notes.txt", "x"), &["entry/stray", "root/tree"]),
        ("cut off", |folder| folder.write(ROOT, "{"), &["root/malformed"]),
        (
            "re-numbered",
            |folder| folder.edit(ROOT, "\"version\": 3", "\"version\": 2"),
            &["root/inconsistent"],
        ),
        (
            "forged with its root",
            |folder| {
                folder.edit(ENTRY, "third", "forged");
                forge_root(folder);
            },
            &["entry/differs"],
        ),
        (
            "against the schema",
            |folder| {
                folder.edit(ENTRY, "\"OTHER\"", "\"NONE\"");
                forge_root(folder);
            },
            &["entry/differs", "entry/form"],
        ),
        (
            "pinned entry",
            |folder| {
                folder.edit("registry/modules/dr/iv/drive.json", "second", "forged");
                forge_root(folder);
            },
            &["entry/pinned"],
        ),
        (
            "pin",
            |folder| {
                folder.edit(
                    ROOT,
                    "\"pinned\": {",
                    "\"pinned\": {\n    \"chat\": {\n      \"version\": 1,\n      \"reason\": \"x\"\n    },",
                );
                forge_root(folder);
            },
            &["entry/pinned"],
        ),
        (
            "hold",
            |folder| {
                folder.edit(ROOT, "\"held\": {}", "\"held\": {\n    \"chat\": {\n      \"since\": 4,\n      \"code\": \"schema/required\",\n      \"message\": \"x\"\n    }\n  }");
                forge_root(folder);
            },
            &["root/held"],
        ),
    ];
    for (what, tamper, expected) in table {
        let folder = published();
        publish(&folder, "second", "third");
        folder.expect(0, &["rollback", "1", "drive", "--reason", "freeze"]);
        folder.expect(0, &["verify"]);
        folder.expect(0, &["verify", "--history"]);
        tamper(&folder);
        folder.commit(what);
        let commit = folder.git(&["rev-parse", "HEAD"]);
        folder.write("README.md", "innocent");
        folder.commit("innocent");
        let report = folder.json(1, &["verify"]);
        let codes: Vec<_> = problems(&report, &commit)
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(codes, expected, "{what}");
        let history = folder.json(1, &["verify", "--history"]);
        assert!(!problems(&history, &commit).is_empty(), "{what}");
    }
}

#[test]
fn a_held_entry_that_was_forged_is_found() {
    let folder = published();
    folder.write(CHAT, "name: chat\n");
    folder.commit("broken");
    folder.expect(3, &["sync"]);
    folder.expect(0, &["verify", "--history"]);
    folder.edit(ENTRY, "second", "forged");
    forge_root(&folder);
    folder.commit("forged");
    let commit = folder.git(&["rev-parse", "HEAD"]);
    for args in [&["verify"][..], &["verify", "--history"]] {
        assert_eq!(problems(&folder.json(1, args), &commit), [format!("entry/held {ENTRY}")]);
    }
}

#[test]
fn a_forged_version_that_was_published_over_is_found_in_the_history() {
    let folder = published();
    folder.edit(ENTRY, "second", "forged");
    forge_root(&folder);
    folder.commit("forged");
    let commit = folder.git(&["rev-parse", "HEAD"]);
    publish(&folder, "second", "third");
    folder.expect(0, &["verify"]);
    let report = folder.json(0, &["verify", "--history"]);
    assert_eq!(listed(&report, "repaired", &commit), [format!("entry/differs {ENTRY}")]);
}

#[test]
fn partial_syncs_rollbacks_holds_and_reverts_leave_a_history_that_verifies() {
    let folder = published();
    publish(&folder, "second", "third");
    folder.edit(CHAT, "third", "fourth");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.commit("both");
    folder.expect(0, &["sync", "chat"]);
    folder.edit(CHAT, "fourth", "fifth");
    folder.commit("again");
    folder.expect(0, &["verify"]);
    folder.expect(0, &["sync", "drive"]);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["rollback", "1", "chat", "--reason", "why"]);
    folder.write(CHAT, "name: chat\n");
    folder.commit("broken");
    folder.expect(0, &["sync"]);
    folder.expect(3, &["unpin"]);
    folder.write(CHAT, manifest("chat"));
    folder.commit("mended");
    folder.expect(0, &["sync"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.expect(0, &["sync"]);
    let report = folder.json(0, &["verify", "--history"]);
    assert_eq!((&report["problems"], &report["unverifiable"]), (&json!([]), &json!([])));
    assert_eq!(report["version"], report["versions"]);
}

#[test]
fn the_log_is_right_across_merges_reverts_and_squashes() {
    let folder = published();
    publish(&folder, "second", "third");
    folder.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(log(&folder, &[]), ["2 manual +0 ~1 -0", "1 manual +3 ~0 -0"]);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.root()["version"], 3, "no version is used twice");
    folder.expect(0, &["verify", "--history"]);

    folder.git(&["switch", "--quiet", "-c", "side"]);
    folder.write("modules/side/module.yaml", manifest("side"));
    folder.commit("side");
    folder.expect(0, &["sync"]);
    folder.git(&["switch", "--quiet", "main"]);
    folder.write("README.md", "main went on");
    folder.commit("main");
    folder.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    assert_eq!(log(&folder, &["--limit", "1"]), ["4 manual +1 ~0 -0"]);
    assert_eq!(log(&folder, &["side"]), ["4 manual +1 ~0 -0"]);
    folder.expect(0, &["verify", "--history"]);

    folder.git(&["switch", "--quiet", "-c", "squashed"]);
    for name in ["five", "six"] {
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
        folder.commit(name);
        folder.expect(0, &["sync", "--trigger", "nightly"]);
    }
    let message = folder.git(&["log", "-1", "--skip=2", "--format=%B"]);
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--squash", "squashed"]);
    folder.git(&["commit", "--quiet", "--message", &message]);
    assert_eq!(log(&folder, &["--limit", "2"]), ["6 - +2 ~0 -0", "4 manual +1 ~0 -0"]);
    folder.expect(0, &["sync"]);
    let report = folder.json(0, &["verify", "--history"]);
    let reasons = report["unverifiable"].to_string();
    assert!(reasons.contains("1 versions between 4 and 6 were not published on this branch"), "{reasons}");
    folder.expect(2, &["show", "--version", "5"]);
    folder.expect(0, &["show", "--version", "6"]);
}

#[test]
fn a_merge_that_mixes_two_snapshots_is_named_and_repaired() {
    let folder = published();
    folder.git(&["switch", "--quiet", "-c", "side"]);
    folder.write("modules/side/module.yaml", manifest("side"));
    folder.commit("side");
    folder.expect(0, &["sync"]);
    folder.git(&["switch", "--quiet", "main"]);
    folder.write("modules/main/module.yaml", manifest("main"));
    folder.commit("main");
    folder.expect(0, &["sync"]);
    folder.git(&["merge", "--quiet", "--no-commit", "--strategy-option", "ours", "side"]);
    folder.git(&["commit", "--quiet", "--message", "merge"]);
    let merge = folder.git(&["rev-parse", "HEAD"]);
    let entry = "registry/modules/si/de/side.json";
    assert_eq!(problems(&folder.json(1, &["verify"]), &merge).last().unwrap(), &format!("root/tree {ROOT}"));
    let report = folder.json(0, &["sync"]);
    assert_eq!((&report["version"], &report["repaired"]), (&json!(3), &json!([entry])));
    folder.expect(0, &["verify"]);
    let history = folder.json(0, &["verify", "--history"]);
    assert_eq!(listed(&history, "repaired", &merge), Vec::<String>::new(), "a parent published it");
    assert_eq!(log(&folder, &[]), ["3 manual +1 ~0 -0", "2 manual +1 ~0 -0", "1 manual +3 ~0 -0"]);
}

#[test]
fn a_shallow_clone_is_unverifiable_and_not_wrong() {
    let folder = published();
    publish(&folder, "second", "third");
    folder.expect(0, &["rollback", "1", "drive", "--reason", "freeze"]);
    folder.git(&["clone", "--quiet", "--depth", "1", "--no-local", ".", "shallow"]);
    let report = folder.json(0, &["-C", "shallow", "verify", "--history"]);
    check_schema("verify-report", &report);
    let reasons = report["unverifiable"].to_string();
    assert!(reasons.contains("the clone is shallow"), "{reasons}");
    assert!(reasons.contains("version 1 is not in this history, and `drive` is pinned to it"), "{reasons}");
}

#[test]
fn any_two_versions_can_be_shown_and_compared() {
    let folder = published();
    publish(&folder, "second", "third");
    folder.write("modules/new/module.yaml", manifest("new"));
    folder.commit("new");
    folder.expect(0, &["sync"]);
    for (from, to, expected) in [
        ("0", "1", &["added chat", "added drive", "added one"][..]),
        ("1", "0", &["removed chat", "removed drive", "removed one"]),
        ("1", "3", &["updated chat", "added new"]),
        ("3", "1", &["updated chat", "removed new"]),
        ("2", "2", &[]),
    ] {
        let report = folder.json(0, &["diff", from, to]);
        check_schema("diff-report", &report);
        let changes = report["changes"].as_array().unwrap();
        let changes: Vec<_> = changes
            .iter()
            .map(|change| {
                format!("{} {}", change["change"].as_str().unwrap(), change["name"].as_str().unwrap())
            })
            .collect();
        assert_eq!(changes, expected, "{from} to {to}");
        assert_eq!(report["from"].to_string(), from);
        assert_eq!(report["to"].to_string(), to);
    }
    assert!(folder.expect(0, &["show", "chat", "--version", "1"]).out.contains("second"));
    assert!(folder.expect(0, &["show", "--version", "0"]).out.starts_with("version 0: 0 modules"));
    folder.expect(2, &["show", "--version", "4"]);
}
