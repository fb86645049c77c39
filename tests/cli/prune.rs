//! `modreg prune`: orphans go, and nothing else happens.

use crate::harness::{Folder, manifest};

#[test]
fn only_orphans_go() {
    let folder = Folder::with_modules(&["chat", "drive", "mail", "note", "todo"]);
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.edit("modules/drive/module.yaml", "version: 1.0.0", "version: 1.0.0\nstatus: SUSPENDED");
    folder.edit("modules/mail/module.yaml", "second", "third");
    folder.edit("modules/note/module.yaml", "purpose", "purpos");
    folder.write("modules/extra/module.yaml", manifest("extra"));
    folder.commit("all sorts of changes");

    folder.expect(0, &["prune", "--dry-run"]).prints(&["would become version 2", "2 removed"]);
    let report = folder.report(0, "sync-report", &["prune"]);
    let gone: Vec<_> =
        report["changes"].as_array().unwrap().iter().map(|change| change["name"].as_str().unwrap()).collect();
    assert_eq!(gone, ["chat", "drive"]);
    assert_eq!(report["summary"]["unchanged"], 3);
    assert_eq!(folder.root()["moduleCount"], 3);
    assert_eq!(folder.root()["held"], serde_json::json!({}));
    folder.expect(0, &["prune"]).prints(&["nothing to commit"]);

    let report = folder.json(3, &["sync"]);
    assert_eq!(report["summary"]["updated"], 1);
    assert_eq!(report["summary"]["added"], 1);
    assert_eq!(report["summary"]["held"], 1);
}

#[test]
fn the_guard_is_that_of_a_sync() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.commit("gone");
    folder.refuses(4, &["prune"], &["this would remove the only entry", "--allow-removals "]);
    let token = folder.report(4, "sync-report", &["prune"])["refused"]["token"].as_str().unwrap().to_owned();
    folder.expect(0, &["prune", "--allow-removals", &token]).prints(&["1 removed"]);
}
