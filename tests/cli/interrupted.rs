//! What killed runs and power cuts leave behind, and what the next run makes of it. `tests/kill-matrix` tries them all.

use crate::harness::Folder;

/// Takes index and files back to what they were at `commit`, as if a run had been killed after the branch moved.
fn leave_behind(folder: &Folder, commit: &str) {
    folder.git(&["read-tree", "-u", "--reset", commit]);
    assert_ne!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_first_sync_that_was_killed_before_its_files_were_written_heals() {
    for later_commits in [0, 100] {
        let folder = Folder::with_modules(&["chat", "drive"]);
        let before = folder.git(&["rev-parse", "HEAD"]);
        folder.expect(0, &["sync"]);
        for number in 0..later_commits {
            folder.git(&["commit", "--quiet", "--allow-empty", "--message", &format!("work {number}")]);
        }
        leave_behind(&folder, &before);
        folder.expect(0, &["sync"]);
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{later_commits} commits later");
        assert_eq!(folder.root()["version"], 1);
    }
}

#[test]
fn a_repair_without_a_new_version_heals_too() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("registry/modules/ch/at/chat.json", "What chat is for.", "Tampered.");
    folder.commit("by hand");
    let tampered = folder.git(&["rev-parse", "HEAD"]);
    folder.expect(0, &["sync"]);
    leave_behind(&folder, &tampered);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
}

#[test]
fn what_a_killed_run_left_is_healed_before_the_next_version_is_published() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let first = folder.git(&["rev-parse", "HEAD"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("change");
    folder.expect(0, &["sync"]);
    folder.git(&["read-tree", "-u", "--reset", &first]);
    folder.git(&["checkout", "--quiet", "HEAD", "--", "modules"]);
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.git(&["commit", "--quiet", "--message", "another change", "modules"]);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    assert_eq!(folder.root()["version"], 3);
    folder.expect(0, &["verify"]);
}

#[test]
fn a_file_that_a_power_cut_emptied_is_written_again() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("registry/modules/ch/at/chat.json", "");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn work_in_the_registry_is_not_overwritten() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("registry/modules/ch/at/chat.json", "What chat is for.", "Mine.");
    folder.expect(0, &["sync"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("Mine."), "no news, nothing is touched");
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.git(&["commit", "--quiet", "--message", "news", "modules"]);
    let ran = folder.expect(4, &["sync"]);
    assert!(ran.err.contains("`registry/modules/ch/at/chat.json`"), "{}", ran.err);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("Mine."));
}

#[test]
fn the_name_of_a_killed_holder_in_the_lock_file_blocks_no_sync() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write(".git/modreg/lock", "1 2026-11-22T03:00:00Z\n");
    folder.expect(0, &["sync"]);
}
