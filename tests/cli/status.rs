//! `modreg status`, `history` of runs included.

use crate::harness::{Folder, manifest};

#[test]
fn the_counts_add_up() {
    let folder = Folder::with_modules(&["chat", "drive", "mail", "note"]);
    let before = folder.report(0, "status-report", &["status"]);
    assert_eq!((&before["version"], &before["lastSync"]), (&0.into(), &().into()));
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.remove("modules/drive/module.yaml");
    folder.write("modules/todo/module.yaml", manifest("todo"));
    folder.write("modules/plain/module.yaml", "name: plain\nversion: 1.0.0\n");
    folder.write("modules/broken/module.yaml", "name: [");
    folder.commit("all sorts of changes");
    let report = folder.report(0, "status-report", &["status"]);
    for (field, expected) in [
        ("totalModules", 4),
        ("registeredModules", 3),
        ("unregisteredModules", 1),
        ("orphanedEntries", 1),
        ("skippedModules", 1),
        ("heldModules", 1),
        ("pinnedModules", 0),
        ("version", 1),
    ] {
        assert_eq!(report[field], expected, "{field}: {report:#}");
    }
    assert_eq!((&report["stale"], &report["running"]), (&true.into(), &false.into()));
    assert_eq!(
        (&report["held"]["chat"]["code"], &report["drift"]),
        (&"schema/unknown-field".into(), &false.into())
    );
    let [invalid] = &report["invalid"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!(
        (&invalid["path"], &invalid["code"]),
        (&"modules/broken/module.yaml".into(), &"source/syntax".into())
    );
    folder.expect(0, &["status"]).prints(&["invalid       modules/broken/module.yaml: source/syntax ("]);
    folder.expect(0, &["status"]).prints(&["stale", "orphan        drive", "held          chat"]);
}

#[test]
fn it_tells_how_the_last_sync_ended() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let first = folder.report(0, "status-report", &["status"]);
    assert!(first["lastSuccess"].is_string() && first["lastSync"] == first["lastSuccess"], "{first:#}");
    assert_eq!(first["lastError"], serde_json::Value::Null);
    folder.expect(0, &["sync"]);
    let second = folder.report(0, "status-report", &["status"]);
    assert_ne!(first["lastSuccess"], second["lastSuccess"], "a run that changed nothing is a run");
    assert_eq!(first["lastChange"], second["lastChange"]);

    folder.remove("modules/chat/module.yaml");
    folder.commit("gone");
    folder.expect(4, &["sync"]);
    let refused = folder.report(0, "status-report", &["status"]);
    assert_eq!(refused["lastSuccess"], second["lastSuccess"]);
    assert_ne!(refused["lastAttempt"], second["lastAttempt"]);
    assert_eq!(
        refused["lastError"],
        "refused by a guard: this would remove the only entry, more than the guard allows"
    );
    assert_eq!(folder.git(&["status", "--porcelain"]), "", "the note is no file of the repository");
}
