//! Damaged and tampered files, committed and in the object database: nothing passes for good, nothing is overwritten
//! that is known nowhere else.

use std::fs;

use crate::harness::Folder;

const ROOT: &str = "registry/snapshot.json";
const ENTRY: &str = "registry/modules/ch/at/chat.json";

/// The bytes with one bit of every 64th byte flipped, one at a time, and cut off at every 64th.
fn damages(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let flipped = |at: usize| {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1;
        (format!("byte {at} flipped"), damaged)
    };
    let cut = |at: usize| (format!("cut off at {at}"), bytes[..at].to_vec());
    (0..bytes.len()).step_by(64).flat_map(|at| [flipped(at), cut(at)]).collect()
}

/// A registry at version 2, so that there is a version before.
fn registry() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "mail"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("change");
    folder.expect(0, &["sync"]);
    folder
}

#[test]
fn a_damaged_root_is_found_refused_and_never_overwritten() {
    let folder = registry();
    let good = folder.git(&["rev-parse", "HEAD"]);
    for (what, damaged) in damages(folder.read(ROOT).as_bytes()) {
        folder.write(ROOT, &damaged);
        folder.commit(&what);
        let head = folder.git(&["rev-parse", "HEAD"]);
        let verified = folder.modreg(&["verify"]);
        assert_eq!(verified.code, 1, "{what}: {}{}", verified.out, verified.err);
        assert!(verified.out.contains(ROOT), "{what}: {}", verified.out);
        let synced = folder.modreg(&["sync"]);
        if synced.code == 0 {
            // A digit was changed, and the root can still be read: the log knows what was published.
            folder.expect(0, &["verify"]);
            folder.git(&["reset", "--quiet", "--hard", &good]);
            continue;
        }
        assert_eq!(synced.code, 4, "{what}: {}{}", synced.out, synced.err);
        assert!(synced.err.contains(ROOT), "{what}: {}", synced.err);
        assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "{what}");
        assert_eq!(fs::read(folder.path().join(ROOT)).unwrap(), damaged, "{what}");
        folder.git(&["reset", "--quiet", "--hard", &good]);
    }
    folder.expect(0, &["verify"]);
}

#[test]
fn a_damaged_entry_is_found_and_repaired() {
    let folder = registry();
    let good = folder.git(&["rev-parse", "HEAD"]);
    let registry = folder.git(&["rev-parse", "HEAD:registry/modules"]);
    for (what, damaged) in damages(folder.read(ENTRY).as_bytes()) {
        folder.write(ENTRY, &damaged);
        folder.commit(&what);
        let verified = folder.modreg(&["verify"]);
        assert_eq!(verified.code, 1, "{what}: {}{}", verified.out, verified.err);
        assert!(verified.out.contains(ENTRY), "{what}: {}", verified.out);
        folder.expect(0, &["sync"]);
        assert_eq!(folder.git(&["rev-parse", "HEAD:registry/modules"]), registry, "{what}");
        folder.expect(0, &["verify"]);
        folder.git(&["reset", "--quiet", "--hard", &good]);
    }
}

#[test]
fn a_damaged_object_is_named_and_nothing_is_published_on_top_of_it() {
    for (path, is_root) in [(ROOT, true), (ENTRY, false)] {
        let folder = registry();
        let id = folder.git(&["rev-parse", &format!("HEAD:{path}")]);
        let object = folder.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        let bytes = fs::read(&object).unwrap();
        folder.edit("modules/chat/module.yaml", "third", "fourth");
        folder.commit("change");
        let head = folder.git(&["rev-parse", "HEAD"]);
        for (what, damaged) in damages(&bytes) {
            fs::remove_file(&object).unwrap();
            fs::write(&object, damaged).unwrap();
            for command in [["verify"], ["sync"]] {
                let ran = folder.modreg(&command);
                assert!(matches!(ran.code, 1 | 2), "{path}, {what}: {}{}{}", ran.code, ran.out, ran.err);
                assert!(format!("{}{}", ran.out, ran.err).contains(&id), "{path}, {what}: {}", ran.err);
            }
            assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "{path}, {what}, root: {is_root}");
        }
        fs::remove_file(&object).unwrap();
        fs::write(&object, bytes).unwrap();
        folder.expect(0, &["sync"]);
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn a_root_of_a_newer_format_is_left_alone() {
    let folder = registry();
    folder.edit(ROOT, "\"formatVersion\": 1", "\"formatVersion\": 2");
    folder.commit("from the future");
    let head = folder.git(&["rev-parse", "HEAD"]);
    for command in [&["sync"][..], &["prune"], &["compile"], &["status"], &["diff"]] {
        let ran = folder.expect(4, command);
        assert!(ran.err.contains("newer"), "{command:?}: {}", ran.err);
    }
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn damaged_settings_stop_every_command_that_needs_them() {
    let folder = registry();
    for text in ["[modules\n", "modules = 3\n", "[guard]\nremovls = 1\n", "\u{0}"] {
        folder.write("modreg.toml", text);
        folder.commit("settings");
        for command in [["sync"], ["verify"], ["status"], ["validate"]] {
            let ran = folder.expect(2, &command);
            assert!(ran.err.contains("modreg.toml"), "{text:?} {command:?}: {}", ran.err);
        }
    }
}
