//! Versions of lines that were merged: numbers, holds and pins from them count, although only their tips were published.

use super::{ROOT, add, break_manifest, commit_of, ends, entry, publish, revise, try_git, verifies, version};
use crate::{harness::Folder, push::Remote};

/// A stale clone with a commit of its own, after the remote published three more versions, whose last one is given.
fn pulled(last: impl FnOnce(&Folder)) -> Folder {
    let remote = Remote::new();
    let author = remote.clone_with(&[]);
    add(&author, "chat");
    author.expect(0, &["sync", "--push"]);
    let stale = remote.clone_with(&[]);
    revise(&author, "chat", "1.1.0", "Better.");
    author.expect(0, &["sync", "--push"]);
    last(&author);
    stale.write("notes.txt", "mine");
    stale.commit("notes");
    stale.git(&["pull", "--quiet", "--no-rebase", "--no-edit"]);
    stale
}

#[test]
fn a_pull_that_merges_keeps_what_the_other_line_holds_and_pins() {
    let held = pulled(|author| {
        break_manifest(author, "chat");
        author.expect(3, &["sync", "--push"]);
    });
    let pinned = pulled(|author| {
        revise(author, "chat", "1.2.0", "Bad.");
        author.expect(0, &["sync", "--push"]);
        author.expect(0, &["rollback", "2", "chat", "--reason", "bad words", "--push"]);
    });
    for (folder, code, what) in [(held, 3, "held"), (pinned, 0, "pinned")] {
        let (before, root) = (entry(&folder, "HEAD", "chat"), folder.root());
        let ran = ends(&folder, code, &["sync"], what);
        assert!(ran.out.contains("nothing to commit"), "{what}: {}", ran.out);
        add(&folder, "mail");
        ends(&folder, code, &["sync"], what);
        assert_eq!(entry(&folder, "HEAD", "chat"), before, "{what}");
        assert_eq!(
            (&folder.root()["held"], &folder.root()["pinned"]),
            (&root["held"], &root["pinned"]),
            "{what}"
        );
        folder.expect(0, &["rollback", "2", "chat", "--reason", "a version of the other line"]);
        ends(&folder, 0, &["verify"], what);
    }
}

#[test]
fn all_tips_of_a_merge_in_progress_count() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.git(&["branch", "one"]);
    folder.git(&["switch", "--quiet", "--create", "two"]);
    publish(&folder, "mail");
    publish(&folder, "note");
    folder.git(&["switch", "--quiet", "one"]);
    folder.write("one.txt", "one");
    folder.commit("one");
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--no-commit", "--no-ff", "one", "two"]);
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.expect(0, &["compile"]).prints(&["version 4"]);
    folder.commit("an octopus");
    verifies(&folder, "octopus");
}

#[test]
fn a_root_whose_entries_are_missing_stops_writers_only_at_head() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let tree = commit_of(&folder, "HEAD:registry/modules");
    folder.edit(ROOT, &tree, &tree.replace(['0', '1', '2', '3'], "f"));
    folder.edit(ROOT, "\"version\": 1", "\"version\": 2");
    folder.commit("entries that were forgotten");
    let good = commit_of(&folder, "HEAD~1");
    for args in [&["sync"][..], &["prune"], &["compile"], &["rollback", "1", "--reason", "why"]] {
        folder.refuses(4, args, &["cannot be trusted", &format!("git restore --source={good}")]);
    }
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.expect(0, &["sync"]).says(&["version 2", "was skipped"]);
    folder.expect(0, &["status"]);
    add(&folder, "mail");
    folder.expect(0, &["sync"]).prints(&["version 3"]);
    folder.expect(0, &["verify"]);
}

#[test]
fn no_version_has_a_number_that_no_version_can_follow() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    add(&folder, "mail");
    for number in ["9007199254740991", "18446744073709551615"] {
        folder.refuses(2, &["sync", "--next-version", number], &["highest number"]);
    }
    folder.edit(ROOT, "\"version\": 1", "\"version\": 18446744073709551614");
    folder.commit("a number by hand");
    folder.refuses(4, &["sync"], &["no version can follow", "git restore"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    folder.expect(0, &["verify"]);
}

#[test]
fn forged_pins_do_not_remove_entries_past_the_guard() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let later = ["mail", "note", "task", "todo", "wiki"];
    for name in later {
        add(&folder, name);
    }
    folder.expect(0, &["sync"]);
    super::forge_root(&folder, |root| {
        for name in later {
            root["pinned"][name] = serde_json::json!({ "version": 1, "reason": "x" });
        }
    });
    folder.commit("pins by hand");
    let token = super::token(&folder, &["sync"], &later);
    folder.expect(0, &["sync", "--allow-removals", &token]);
    assert_eq!(super::entries(&folder, "HEAD"), "chat drive");
}

#[test]
fn a_rollback_takes_the_place_of_a_hold() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    break_manifest(&folder, "chat");
    folder.expect(3, &["sync"]);
    folder.expect(0, &["rollback", "1", "chat", "--reason", "why"]);
    assert_eq!(folder.root()["held"], serde_json::json!({}));
    folder.expect(0, &["sync"]).prints(&["nothing to commit"]);
}

#[test]
fn a_root_that_was_edited_in_place_is_named_and_found_in_the_history() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit(ROOT, "\"moduleCount\": 2", "\"moduleCount\": 9");
    folder.commit("a count by hand");
    let edited = commit_of(&folder, "HEAD");
    folder.expect(0, &["sync"]).says(&["a root of version 1 that was edited"]);
    assert_eq!(version(&folder), 2);
    assert!(folder.git(&["log", "-1", "--format=%b"]).contains("found an edited root of version 1"));
    let report = folder.json(0, &["verify", "--history"]);
    assert_eq!(report["repaired"][0]["commit"], edited.as_str(), "{report:#}");
}

#[test]
fn an_unreadable_root_is_reported_until_a_version_follows_it() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write(ROOT, "{");
    folder.commit("a broken root");
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.expect(0, &["sync"]).says(&["cannot be read and was skipped"]);
    publish(&folder, "mail");
    let ran = folder.expect(0, &["sync"]);
    assert!(!ran.err.contains("cannot be read"), "{}", ran.err);
    assert_eq!(try_git(&folder, &["status", "--porcelain"]).out, "");
}
