//! The removal guard: it compares with what was published, whatever people did to `registry/` or to the settings.

use serde_json::json;

use super::{
    Act, ROOT, add_compiled, break_manifest, ends, entries, entry, entry_path, nothing_is_published, publish,
    revise, token, verifies, version,
};
use crate::harness::Folder;

const NINE: [&str; 9] = ["mod-1", "mod-2", "mod-3", "mod-4", "mod-5", "mod-6", "mod-7", "mod-8", "mod-9"];

/// Nine modules, published as version 1.
fn nine() -> Folder {
    let folder = Folder::with_modules(&NINE);
    folder.expect(0, &["sync"]);
    folder
}

/// Removes the manifests of all modules but the last, without a commit.
fn clean_up(folder: &Folder) {
    for name in &NINE[..8] {
        folder.remove_folder(&format!("modules/{name}"));
    }
}

#[test]
fn compile_is_guarded_as_a_sync_is() {
    let cases: &[(&str, Act)] = &[
        ("uncommitted, on the main branch", clean_up),
        ("committed, on the main branch", |folder| {
            clean_up(folder);
            folder.commit("clean up");
        }),
        ("on a side branch", |folder| {
            folder.git(&["switch", "--quiet", "--create", "side"]);
            clean_up(folder);
            folder.commit("clean up");
        }),
        ("on a detached HEAD", |folder| {
            folder.git(&["switch", "--quiet", "--detach"]);
            clean_up(folder);
            folder.commit("clean up");
        }),
        ("in two steps, after a version that an author compiled", |folder| {
            add_compiled(folder, "more");
            folder.remove_folder("modules/more");
            folder.expect(0, &["compile"]);
            folder.commit("without it again");
            clean_up(folder);
        }),
    ];
    for (what, prepare) in cases {
        let folder = nine();
        prepare(&folder);
        let before = version(&folder);
        folder.refuses(4, &["compile"], &["--allow-removals"]);
        folder.refuses(4, &["compile", "--allow-removals", "0123456789abcdef"], &["--allow-removals"]);
        let token = token(&folder, &["compile"], &NINE[..8]);
        ends(&folder, 0, &["compile", "--allow-removals", &token], what);
        folder.commit("compiled");
        assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (before + 1, "mod-9"), "{what}");
        folder.expect(0, &["compile", "--check"]);
        if !what.contains("detached") {
            nothing_is_published(&folder, &["sync"], what);
        }
        verifies(&folder, what);
    }
}

#[test]
fn removals_that_an_author_committed_with_a_registry_made_by_hand_are_refused() {
    let cases: &[(&str, Act)] = &[
        ("their entries are left", |_| {}),
        ("their entries are gone too", |folder| {
            for name in &NINE[..8] {
                folder.remove(&entry_path(name));
            }
        }),
        ("the registry is gone", |folder| folder.remove_folder("registry")),
        ("the entries are gone", |folder| folder.remove_folder("registry/modules")),
        ("the root is gone", |folder| folder.remove(ROOT)),
    ];
    for (what, tamper) in cases {
        let folder = nine();
        clean_up(&folder);
        tamper(&folder);
        folder.commit(what);
        folder.refuses(4, &["sync"], &[]);
        folder.refuses(4, &["prune"], &[]);
        folder.refuses(4, &["compile"], &[]);
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{what}");
    }
    let folder = nine();
    clean_up(&folder);
    folder.remove_folder("registry");
    folder.commit("clean up");
    let token = token(&folder, &["sync"], &NINE[..8]);
    folder.expect(0, &["sync", "--allow-removals", &token]);
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (2, "mod-9"));
}

const LOOSE: &str = "[guard]\nremovals = 1000\npercent = 100\n";
const STRICT: &str = "[guard]\nremovals = 0\npercent = 0\n";

#[test]
fn the_settings_of_the_guard_are_the_stricter_of_head_and_of_the_last_publishing_commit() {
    let cases: &[(&str, Act, i32)] = &[
        (
            "loosened in the commit that removes",
            |folder| {
                folder.write("modreg.toml", LOOSE);
                clean_up(folder);
            },
            4,
        ),
        (
            "loosened in a commit before, with nothing published since",
            |folder| {
                folder.write("modreg.toml", LOOSE);
                folder.commit("loosen");
                folder.expect(0, &["sync"]);
                clean_up(folder);
            },
            4,
        ),
        (
            "loosened, and a version published since",
            |folder| {
                folder.write("modreg.toml", LOOSE);
                publish(folder, "more");
                clean_up(folder);
            },
            0,
        ),
        (
            "tightened in the commit that removes",
            |folder| {
                folder.write("modreg.toml", STRICT);
                folder.remove_folder("modules/mod-1");
            },
            4,
        ),
        (
            "strict settings that go in the commit that removes",
            |folder| {
                folder.write("modreg.toml", STRICT);
                publish(folder, "more");
                folder.remove("modreg.toml");
                folder.remove_folder("modules/mod-1");
            },
            4,
        ),
        (
            "each of the two is the stricter one in one of its keys",
            |folder| {
                folder.write("modreg.toml", "[guard]\nremovals = 9\npercent = 0\n");
                publish(folder, "more");
                folder.write("modreg.toml", "[guard]\nremovals = 0\npercent = 9\n");
                folder.remove_folder("modules/mod-1");
            },
            4,
        ),
    ];
    for (what, prepare, code) in cases {
        let folder = nine();
        prepare(&folder);
        if *code == 4 {
            folder.refuses(4, &["compile"], &["--allow-removals"]);
        }
        folder.commit(what);
        let before = version(&folder);
        ends(&folder, *code, &["sync"], what);
        assert_eq!(version(&folder) > before, *code == 0, "{what}");
    }
}

/// What people take away from the registry, while the manifests stay.
const LOSSES: &[(&str, Act)] = &[
    ("all of the registry", |folder| folder.remove_folder("registry")),
    ("the entries", |folder| folder.remove_folder("registry/modules")),
    ("the root", |folder| folder.remove(ROOT)),
];

#[test]
fn a_pin_outlasts_a_registry_that_was_removed() {
    for (what, lose) in LOSSES {
        let folder = nine();
        revise(&folder, "mod-9", "1.1.0", "Bad.");
        folder.expect(0, &["sync"]);
        folder.expect(0, &["rollback", "1", "mod-9", "--reason", "bad words"]);
        let (good, pinned) = (entry(&folder, "HEAD", "mod-9"), folder.root()["pinned"].clone());
        lose(&folder);
        folder.commit(what);
        ends(&folder, 0, &["sync"], what);
        assert_eq!(entry(&folder, "HEAD", "mod-9"), good, "{what}");
        assert_eq!((folder.root()["pinned"].clone(), version(&folder)), (pinned, 4), "{what}");
        verifies(&folder, what);
    }
}

#[test]
fn a_hold_outlasts_a_registry_that_was_removed() {
    for (what, lose) in LOSSES {
        let folder = nine();
        break_manifest(&folder, "mod-9");
        folder.expect(3, &["sync"]);
        let (good, held) = (entry(&folder, "HEAD", "mod-9"), folder.root()["held"].clone());
        assert_eq!(held["mod-9"]["since"], json!(2), "{what}");
        lose(&folder);
        folder.commit(what);
        ends(&folder, 3, &["sync"], what);
        assert_eq!(entry(&folder, "HEAD", "mod-9"), good, "{what}");
        assert_eq!((folder.root()["held"].clone(), version(&folder)), (held, 3), "{what}");
        verifies(&folder, what);
    }
}
