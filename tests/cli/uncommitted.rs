//! Uncommitted files below `registry/` in the working tree and the index: the work of a person, or the remains of a killed run.

use crate::harness::Folder;

const ENTRY: &str = "registry/modules/dr/iv/drive.json";

/// Two versions, and a change that waits for the third.
fn two_versions() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.write("modules/mail/module.yaml", crate::harness::manifest("mail"));
    folder.commit("changes");
    folder.expect(0, &["sync"]);
    folder.write("modules/note/module.yaml", crate::harness::manifest("note"));
    folder.git(&["add", "modules"]);
    folder.git(&["commit", "--quiet", "--message", "one more"]);
    folder
}

const HELP: &[&str] = &[
    "`registry/` has uncommitted changes that no sync made",
    ENTRY,
    "git restore --staged --worktree registry",
];

#[test]
fn uncommitted_work_is_never_overwritten() {
    let folder = two_versions();
    folder.edit(ENTRY, "second", "edited");
    folder.refuses(4, &["sync"], HELP);
    folder.git(&["add", "registry"]);
    folder.refuses(4, &["sync"], HELP);
    folder.git(&["checkout", "HEAD", "--", "registry"]);
    folder.git(&["rm", "--quiet", "--cached", ENTRY]);
    folder.refuses(4, &["sync"], HELP);
    folder.git(&["restore", "--staged", "--worktree", "registry"]);
    folder.expect(0, &["sync"]).prints(&["version 3"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn an_untracked_file_in_the_place_of_a_new_entry_is_refused() {
    let folder = two_versions();
    folder.write("registry/modules/no/te/note.json", "mine");
    folder.refuses(4, &["sync"], &["registry/modules/no/te/note.json", "git clean -fd registry"]);
    folder.git(&["clean", "-fdq", "registry"]);
    folder.expect(0, &["sync"]);
}

#[test]
fn work_on_files_beside_the_generated_ones_is_left_alone() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.write("registry/NOTES.md", "notes");
    folder.write("registry/README.md", "read me");
    folder.commit("files of people");
    folder.git(&["rm", "--quiet", "registry/NOTES.md"]);
    folder.write("registry/README.md", "read me again");
    let before = folder.git(&["status", "--porcelain"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.git(&["commit", "--quiet", "--message", "change", "modules"]);
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), before);
    assert_eq!(folder.read("registry/README.md"), "read me again");
}

#[test]
fn other_untracked_files_do_not_matter() {
    let folder = two_versions();
    folder.write("registry/notes.txt", "mine");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "?? registry/notes.txt");
}

#[test]
fn what_a_killed_run_left_is_healed() {
    for (what, restore) in [
        ("index and files", &["--staged", "--worktree", "registry"][..]),
        ("index", &["--staged", "registry"]),
        ("files", &["--worktree", "registry"]),
        ("one file", &["--worktree", "registry/snapshot.json"]),
    ] {
        for has_news in [true, false] {
            let folder = two_versions();
            if !has_news {
                folder.expect(0, &["sync"]);
            }
            let older = if has_news { "HEAD~3" } else { "HEAD~2" };
            folder.git(&[&["restore", "--source", older][..], restore].concat());
            assert_ne!(folder.git(&["status", "--porcelain"]), "", "{what}");
            folder.expect(0, &["sync"]);
            assert_eq!(folder.git(&["status", "--porcelain"]), "", "{what}, news: {has_news}");
            assert_eq!(folder.root()["version"], 3);
        }
    }
}

#[test]
fn a_committed_file_in_the_place_of_the_entries_makes_room() {
    let folder = two_versions();
    folder.git(&["rm", "--quiet", "-r", "registry/modules"]);
    folder.write("registry/modules", "a file");
    folder.commit("a file in the place of the entries");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
}

#[test]
fn entries_that_were_edited_and_committed_are_drift() {
    let folder = two_versions();
    folder.expect(0, &["sync"]);
    let good = folder.read(ENTRY);
    folder.edit(ENTRY, "second", "edited");
    folder.commit("by hand");
    folder.expect(0, &["status"]).prints(&["drift: `registry/` was changed by hand"]);
    let ran = folder.expect(0, &["sync"]);
    ran.prints(&["version 4", "4 unchanged"]);
    ran.says(&["repaired", ENTRY]);
    assert_eq!(folder.read(ENTRY), good);
    folder.expect(0, &["verify"]);
}

#[test]
fn a_file_of_ones_own_in_the_place_of_a_removed_entry_stays() {
    let folder = two_versions();
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.commit("chat is gone");
    folder.expect(0, &["sync"]);
    folder.write("registry/modules/ch/at/chat.json", "mine");
    folder.expect(0, &["sync"]);
    assert_eq!(folder.read("registry/modules/ch/at/chat.json"), "mine");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_registry_is_not_followed() {
    let folder = Folder::with_modules(&["chat"]);
    let beside = folder.beside("elsewhere");
    std::fs::create_dir(&beside).unwrap();
    std::fs::write(beside.join("precious.txt"), "precious").unwrap();
    let link = folder.path().join("registry");
    std::os::unix::fs::symlink(&beside, &link).unwrap();
    folder.expect(2, &["compile"]).says(&["`registry` is not a folder; symbolic links are not followed"]);
    std::fs::remove_file(&link).unwrap();
    std::fs::create_dir(&link).unwrap();
    std::os::unix::fs::symlink(&beside, link.join("modules")).unwrap();
    let ran = folder.expect(0, &["compile"]);
    assert_eq!(ran.err, "removed registry/modules: it was a symbolic link\n");
    assert!(folder.exists("registry/modules/ch/at/chat.json"));
    assert_eq!(std::fs::read_dir(&beside).unwrap().count(), 1);
}
