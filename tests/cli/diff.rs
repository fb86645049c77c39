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

#[test]
fn an_invalid_module_stays_at_its_old_content_and_that_is_shown() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "OTHER", "NONE");
    folder.write("modules/mail/module.yaml", manifest("mail").replace("OTHER", "NONE"));
    let ran = folder.expect(3, &["diff"]);
    assert_eq!(
        ran.out,
        "! chat keeps its previous entry: its manifest is invalid (schema/enum)\n\
         ! modules/mail/module.yaml is not registered: it is new and invalid\n\n\
         no changes\n"
    );
    let comment = folder.expect(3, &["diff", "--format", "markdown"]).out;
    let expected = "### ❌ Registry: no changes, 2 errors\n\n\
                    - `chat` keeps its previous entry: its manifest is invalid (`schema/enum`)\n\
                    - `modules/mail/module.yaml` is not registered: it is new and invalid\n\n";
    assert!(comment.starts_with(expected), "{comment}");
    folder.report(3, "diff-report", &["diff"]);
    // A module that a sync would begin to hold is a difference; one that it holds already is not.
    folder.expect(1, &["diff", "--check"]);
    folder.commit("mistakes");
    folder.expect(3, &["sync"]);
    folder.expect(3, &["diff", "--check"]);
    folder.edit("modules/chat/module.yaml", "NONE", "OTHER");
    folder.edit("modules/mail/module.yaml", "NONE", "OTHER");
    folder.expect(0, &["diff"]).says(&["no longer held after a sync: chat"]);
}

#[test]
fn a_permission_that_is_gained_or_lost_is_at_the_top() {
    let folder = Folder::with_modules(&["drive"]);
    let action = |permission: &str| {
        format!("  actions:\n    - {{ name: open, description: Opens., permissions: [\"{permission}\"] }}\n")
    };
    let before = manifest("drive") + &action("drive:read");
    folder.write("modules/drive/module.yaml", &before);
    folder.commit("an action");
    folder.expect(0, &["sync"]);
    folder.write(
        "modules/drive/module.yaml",
        manifest("drive").replace("1.0.0", "1.1.0") + &action("drive:delete"),
    );
    folder.edit("modules/drive/module.yaml", "What drive is for", "What drive does");
    assert_eq!(
        folder.expect(0, &["diff"]).out,
        "~ drive 1.0.0 → 1.1.0\n    \
             ! gains drive:delete, loses drive:read\n    \
             ~ aiContext/actions/0/permissions/0: \"drive:read\" → \"drive:delete\"\n    \
             ~ aiContext/purpose: \"What drive is for.\" → \"What drive does.\"\n\n\
         0 added, 1 updated, 0 removed\n"
    );
    let comment = folder.expect(0, &["diff", "--format", "markdown"]).out;
    let expected = "### ✅ Registry: 0 added, 1 updated, 0 removed\n\n⚠️ Permissions:\n\n\
                    - `drive` gains `drive:delete`, loses `drive:read`\n";
    assert!(comment.starts_with(expected), "{comment}");
}

#[test]
fn the_permissions_of_a_new_module_are_shown() {
    for removes_another in [false, true] {
        let folder = Folder::with_modules(&["chat", "drive"]);
        folder.expect(0, &["sync"]);
        let actions =
            "  actions:\n    - { name: drop, description: Drops., permissions: [\"zed:delete\"] }\n";
        folder.write("modules/zed/module.yaml", manifest("zed") + actions);
        if removes_another {
            folder.remove("modules/drive/module.yaml");
        }
        folder.expect(0, &["diff"]).prints(&["+ zed 1.0.0\n    ! gains zed:delete\n"]);
        let comment = folder.expect(0, &["diff", "--format", "markdown"]).out;
        let expected = "⚠️ Permissions:\n\n- `zed` (new) gains `zed:delete`\n";
        assert!(comment.contains(expected), "{removes_another}: {comment}");
    }
}

#[test]
fn revisions_of_every_kind_are_compared() {
    let folder = two_versions();
    let before = folder.git(&["rev-parse", "HEAD~1"]);
    folder.git(&["tag", "--annotate", "--message", "first", "first"]);
    folder.git(&["tag", "v9"]);
    folder.git(&["branch", "side"]);
    folder.commit("changes");
    folder.expect(0, &["sync"]);
    let all = ["added chat", "added drive", "added gone", "added other"];
    for (args, expected) in [
        (&["diff", "first"][..], &CHANGED[..]),
        (&["diff", "side", "main"], &CHANGED),
        (&["diff", "HEAD~2"], &CHANGED),
        // The commit of the manifests changed nothing in `registry/`.
        (&["diff", "HEAD~1", "HEAD~2"], &[]),
        (&["diff", "v9^0"], &CHANGED),
        // A commit before the first version has no registry.
        (&["diff", &before, "1"], &all),
    ] {
        assert_eq!(changes(&folder.report(0, "diff-report", args)), expected, "{args:?}");
    }
    folder.expect(2, &["diff", "v9"]).says(&["there is no version 9: the latest is 2", "`refs/tags/v9`"]);
    folder.expect(2, &["diff", "HEAD:modules"]).says(&["the revision `HEAD:modules` is unknown"]);
    folder.expect(2, &["diff", "first..main"]).says(&["`modreg diff first main`"]);
    folder.expect(2, &["diff", "1...2"]).says(&["`modreg diff 1 2`"]);
    folder.expect(2, &["diff", "first.."]).says(&["`modreg diff first HEAD`"]);
}
