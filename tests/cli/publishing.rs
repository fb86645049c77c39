//! From manifests to a committed registry.

use crate::harness::{Folder, manifest};

#[test]
fn init_makes_version_one_of_the_built_ins() {
    let folder = Folder::empty();
    let ran = folder.expect(0, &["init"]);
    assert!(ran.out.contains("version 1, commit"), "{}", ran.out);
    assert_eq!(folder.root()["version"], 1);
    assert_eq!(folder.root()["moduleCount"], 3);
    assert_eq!(folder.root()["tree"], folder.git(&["rev-parse", "HEAD:registry/modules"]));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    let head = folder.git(&["rev-parse", "HEAD"]);
    folder.expect(0, &["sync"]);
    folder.expect(0, &["init"]);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "nothing new is no commit");
    folder.expect(0, &["verify"]);
    folder.git(&["fsck", "--strict"]);
}

#[test]
fn a_sync_commits_what_changed_and_touches_nothing_else() {
    let folder = Folder::with_modules(&["chat", "drive", "gone", "one", "two", "three"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.write("modules/calendar/module.yaml", manifest("calendar"));
    folder.remove("modules/gone/module.yaml");
    folder.commit("changes");
    folder.write("staged.txt", "staged");
    folder.git(&["add", "staged.txt"]);
    folder.write("modules/drive/module.yaml", "not committed: true");
    let report = folder.json(0, &["sync"]);
    let changes: Vec<_> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}", change["change"].as_str().unwrap(), change["name"].as_str().unwrap()))
        .collect();
    assert_eq!(changes, ["added calendar", "updated chat", "removed gone"]);
    assert_eq!(report["changes"][1]["fields"][0], "/aiContext/keywords/1");
    assert_eq!(report["diagnostics"][0]["code"], "version/not-bumped");
    assert_eq!(folder.git(&["status", "--porcelain"]), " M modules/drive/module.yaml\nA  staged.txt");
    assert_eq!(folder.git(&["log", "-1", "--format=%s"]), "registry: v2 (1 added, 1 updated, 1 removed)");
    assert!(!folder.git(&["show", "--name-only", "--format="]).contains("staged.txt"));
}

#[test]
fn a_sync_without_changes_keeps_what_was_compiled_by_hand() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write("registry/README.md", "by hand");
    folder.commit("a file of our own");
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.write("modules/tasks/module.yaml", manifest("tasks"));
    folder.expect(0, &["compile"]);
    let before = folder.git(&["status", "--porcelain", "--untracked-files=all"]);
    let ran = folder.expect(0, &["sync"]);
    assert!(ran.out.contains("version 1, nothing to commit"), "{}", ran.out);
    assert_eq!(folder.git(&["status", "--porcelain", "--untracked-files=all"]), before);
    folder.commit("manifests and registry together");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.root()["version"], 2, "what an author compiled is a version like any other");
    assert_eq!(folder.git(&["log", "-1", "--format=%s"]), "manifests and registry together");
    folder.expect(0, &["verify"]);
    assert_eq!(folder.read("registry/README.md"), "by hand");
}
