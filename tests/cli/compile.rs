//! `modreg compile`: the registry on disk, without a commit.

use crate::harness::{Folder, manifest};

#[test]
fn check_tells_whether_the_author_compiled() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modules/drive/module.yaml", manifest("drive"));
    let objects = folder.git(&["count-objects"]);
    folder
        .expect(1, &["compile", "--check"])
        .prints(&["registry/modules/ch/at/chat.json", "registry/snapshot.json"]);
    assert!(!folder.exists("registry"));
    assert_eq!(folder.git(&["count-objects"]), objects, "what is only checked is not stored");
    folder.expect(0, &["compile"]).prints(&["version 1: 2 added, 3 files written"]);
    folder.expect(0, &["compile", "--check"]);
    folder.commit("compiled by the author");
    folder.expect(0, &["compile", "--check"]);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["sync"]).prints(&["version 1, nothing to commit"]);

    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.expect(1, &["compile", "--check"]).prints(&["registry/modules/ch/at/chat.json"]);
}

#[test]
fn it_gives_what_a_sync_of_the_same_manifests_commits() {
    let by_sync = Folder::with_modules(&["chat", "drive"]);
    by_sync.expect(0, &["sync"]);
    let by_compile = Folder::with_modules(&["chat", "drive"]);
    by_compile.expect(0, &["compile"]);
    let outside = Folder::empty();
    for name in ["chat", "drive"] {
        outside.write(&format!("modules/{name}/module.yaml"), manifest(name));
    }
    outside.expect(0, &["compile"]);
    for path in
        ["registry/snapshot.json", "registry/modules/ch/at/chat.json", "registry/modules/dr/iv/drive.json"]
    {
        assert_eq!(by_compile.read(path), by_sync.read(path), "{path}");
        assert_eq!(outside.read(path), by_sync.read(path), "{path}, outside git");
    }
}

#[test]
fn strays_go_and_edits_are_undone() {
    let folder = Folder::with_modules(&["drive"]);
    folder.expect(0, &["sync"]);
    folder.write("registry/modules/st/ra/stray.json", "{}");
    folder.edit("registry/modules/dr/iv/drive.json", "second", "edited");
    folder
        .expect(1, &["compile", "--check"])
        .prints(&["stray.json: should not exist", "drive.json: is missing or differs"]);
    folder.expect(0, &["compile"]);
    assert!(!folder.exists("registry/modules/st"));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn invalid_manifests_are_left_out_and_reported() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write("modules/bad.yaml", "name: bad\n");
    let ran = folder.expect(3, &["compile"]);
    ran.prints(&["1 added, 1 invalid"]);
    ran.says(&["schema/required", "modules/bad.yaml"]);
    assert!(!folder.exists("registry/modules/3/b/bad.json"));
}

/// Two branches with a module of their own each, both published, and the merge of one into the other.
fn in_conflict(names: [&str; 2]) -> Folder {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("README.md", "start");
    folder.commit("start");
    folder.expect(0, &["sync"]);
    for (branch, name) in ["side", "main"].into_iter().zip(names) {
        if branch == "side" {
            folder.git(&["checkout", "--quiet", "-b", branch]);
        } else {
            folder.git(&["checkout", "--quiet", branch]);
        }
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
        folder.commit(name);
        folder.expect(0, &["sync"]);
    }
    folder
}

fn merge(folder: &Folder) {
    folder.shell("git merge side >/dev/null 2>&1");
    assert_ne!(folder.git(&["ls-files", "--unmerged"]), "", "the merge is in conflict");
}

#[test]
fn a_merge_in_progress_is_compiled_and_what_to_add_is_named() {
    let folder = in_conflict(["notes", "mail"]);
    merge(&folder);
    let ran = folder.expect(0, &["compile"]);
    assert_eq!(ran.err, "next: `git add registry`, then `git commit` to finish the merge\n");
    folder.git(&["add", "registry"]);
    assert_eq!(folder.expect(0, &["compile"]).err, "", "it is reported once");
    folder.git(&["commit", "--quiet", "--no-edit"]);
    folder.expect(0, &["verify"]);
    assert_eq!(folder.root()["moduleCount"], 3);
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn other_conflicts_have_to_be_resolved_by_people() {
    let folder = in_conflict(["notes", "mail"]);
    folder.write("README.md", "main");
    folder.commit("main");
    folder.git(&["checkout", "--quiet", "side"]);
    folder.write("README.md", "side");
    folder.commit("side");
    folder.git(&["checkout", "--quiet", "main"]);
    merge(&folder);
    let ran = folder.expect(0, &["compile"]);
    assert_eq!(
        ran.err,
        "next: `git add registry`; then resolve the other conflicts, such as in `README.md`\n"
    );
    folder.git(&["add", "registry"]);
    // What is in conflict elsewhere is none of its business.
    assert_eq!(folder.expect(0, &["compile"]).err, "");
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn a_conflict_in_an_entry_is_compiled_from_the_resolved_manifest() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for (branch, word) in [("side", "third"), ("main", "fourth")] {
        if branch == "side" {
            folder.git(&["checkout", "--quiet", "-b", branch]);
        }
        folder.edit("modules/chat/module.yaml", "second", word);
        folder.commit(word);
        folder.expect(0, &["sync"]);
        if branch == "side" {
            folder.git(&["checkout", "--quiet", "main"]);
        }
    }
    merge(&folder);
    folder.git(&["checkout", "--theirs", "modules/chat/module.yaml"]);
    let ran = folder.expect(0, &["compile"]);
    ran.says(&[
        "next: `git add registry`; then resolve the other conflicts, such as in `modules/chat/module.yaml`\n",
    ]);
    folder.git(&["add", "registry", "modules"]);
    folder.git(&["commit", "--quiet", "--no-edit"]);
    folder.expect(0, &["verify"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("third"));
}
