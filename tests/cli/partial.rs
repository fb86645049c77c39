//! `sync MODULE…`: the single-module sync, and what later full syncs make of it.

use crate::harness::{Folder, manifest};

#[test]
fn a_first_sync_of_one_module_leaves_the_others_to_the_next_full_one() {
    let folder = Folder::with_modules(&["calendar", "chat", "drive"]);
    folder.expect(0, &["sync", "chat"]);
    assert_eq!(folder.git(&["ls-files", "registry/modules"]), "registry/modules/ch/at/chat.json");
    folder.expect(0, &["verify"]);
    let report = folder.json(0, &["sync"]);
    assert_eq!(report["summary"]["added"], 2);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn changes_beside_the_named_module_are_found_later() {
    let folder = Folder::with_modules(&["calendar", "chat", "drive"]);
    folder.expect(0, &["sync"]);
    for module in ["chat", "drive"] {
        folder.edit(&format!("modules/{module}/module.yaml"), "1.0.0", "1.1.0");
    }
    folder.write("modules/tasks/module.yaml", manifest("tasks"));
    folder.commit("two updates and an addition");
    let report = folder.json(0, &["sync", "drive"]);
    assert_eq!(report["changes"][0]["name"], "drive");
    assert_eq!(report["summary"]["updated"], 1);
    folder.expect(0, &["verify"]);
    let report = folder.json(0, &["sync"]);
    let names: Vec<_> = report["changes"].as_array().unwrap().iter().map(|change| &change["name"]).collect();
    assert_eq!(names, ["chat", "tasks"]);
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn a_sync_of_all_that_changed_names_the_whole_source_tree() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.commit("one update");
    folder.expect(0, &["sync", "chat"]);
    assert_eq!(folder.root()["source"]["tree"], folder.git(&["rev-parse", "HEAD:modules"]));
}

#[test]
fn new_settings_are_not_taken_for_applied_before_everything_was_compiled_by_them() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modreg.toml", "[limits]\nmanifest_size = 150\n");
    folder.edit("modules/chat/module.yaml", "second", &"long".repeat(20));
    folder.commit("a limit, and a manifest above it");
    folder.expect(3, &["sync", "chat"]);
    folder.edit("modreg.toml", "150", "100");
    folder.commit("a limit that every manifest is above");
    folder.expect(3, &["sync", "chat"]);
    let report = folder.json(3, &["sync"]);
    assert_eq!(report["summary"]["held"], 2, "drive was not compiled under the new limit before");
}

#[test]
fn a_module_that_is_gone_is_removed_and_an_unknown_one_is_an_error() {
    let folder = Folder::with_modules(&["calendar", "chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.commit("chat is gone");
    let report = folder.json(0, &["sync", "chat"]);
    assert_eq!(report["changes"][0]["change"], "removed");
    let ran = folder.expect(2, &["sync", "drvie"]);
    assert!(ran.err.contains("there is no module `drvie`"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `drive`?"), "{}", ran.err);
}
