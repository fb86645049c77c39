//! The record below the Git directory: it saves work, and nothing depends on it.

use std::{fs, path::PathBuf};

use super::{
    Act, add, commit_of, ends, entries, entry, entry_path, forge_root, nothing_is_published, publish, revise,
    verifies, version,
};
use crate::harness::{Folder, manifest};

/// Three modules, published as version 1, and `drive` with other words as version 2.
fn published() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "mail"]);
    folder.expect(0, &["sync"]);
    revise(&folder, "drive", "1.1.0", "Other.");
    folder.expect(0, &["sync"]);
    folder
}

/// Where a repository keeps its record.
fn record(folder: &Folder) -> PathBuf {
    folder.path().join(folder.git(&["rev-parse", "--git-common-dir"])).join("modreg")
}

/// The files of the record and of the log's cache; the lock is none.
fn files(folder: &Folder) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![record(folder)];
    while let Some(path) = folders.pop() {
        for found in fs::read_dir(path).expect("a folder").map(|found| found.expect("a name").path()) {
            if found.is_dir() {
                folders.push(found);
            } else if found.file_name().is_none_or(|name| name != "lock") {
                files.push(found);
            }
        }
    }
    files
}

/// Replaces every file of the record by what a function makes of it.
fn damage(folder: &Folder, change: fn(Vec<u8>) -> Vec<u8>) {
    for file in files(folder) {
        let bytes = fs::read(&file).expect("a file of the record");
        fs::write(&file, change(bytes)).expect("a file of the record");
    }
}

const HARMS: &[(&str, Act)] = &[
    ("nothing", |_| {}),
    ("deleted", |folder| fs::remove_dir_all(record(folder)).expect("a record")),
    ("emptied", |folder| damage(folder, |_| Vec::new())),
    ("cut in half", |folder| damage(folder, |bytes| bytes[..bytes.len() / 2].to_vec())),
    ("without its last byte", |folder| {
        damage(folder, |bytes| bytes[..bytes.len().saturating_sub(1)].to_vec());
    }),
    ("replaced by zeros", |folder| damage(folder, |bytes| vec![0; bytes.len()])),
    ("replaced by another text", |folder| damage(folder, |_| b"{\"formatVersion\": 99}\n".to_vec())),
    ("twice as long", |folder| damage(folder, |bytes| bytes.repeat(2))),
    ("of a repository with other manifests", |folder| {
        let other = published();
        revise(&other, "chat", "1.1.0", "Other.");
        other.expect(0, &["sync"]);
        fs::remove_dir_all(record(folder)).expect("a record");
        copy(&record(&other), &record(folder));
    }),
    ("replaced by folders", |folder| {
        for file in files(folder) {
            fs::remove_file(&file).expect("a file of the record");
            fs::create_dir(&file).expect("a folder in its place");
        }
    }),
];

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a new folder");
    for found in fs::read_dir(from).expect("a folder").map(|found| found.expect("a name")) {
        let to = to.join(found.file_name());
        if found.path().is_dir() {
            copy(&found.path(), &to);
        } else {
            fs::copy(found.path(), to).expect("a copy");
        }
    }
}

#[test]
fn a_record_that_is_lost_damaged_or_foreign_changes_no_byte_of_the_registry() {
    let twin = published();
    revise(&twin, "chat", "1.1.0", "Better.");
    twin.expect(0, &["sync"]);
    add(&twin, "note");
    twin.expect(0, &["sync"]);
    let expected = commit_of(&twin, "HEAD:registry");
    for (what, harm) in HARMS {
        let folder = published();
        harm(&folder);
        nothing_is_published(&folder, &["sync"], what);
        harm_again(&folder, *harm, what);
        revise(&folder, "chat", "1.1.0", "Better.");
        ends(&folder, 0, &["sync"], what);
        add(&folder, "note");
        ends(&folder, 0, &["sync"], what);
        assert_eq!(commit_of(&folder, "HEAD:registry"), expected, "{what}");
        for args in [&["status"][..], &["history"], &["diff"], &["compile", "--check"], &["show"]] {
            ends(&folder, 0, args, what);
        }
        verifies(&folder, what);
    }
}

/// Does the same harm to what the sync after the first one wrote.
fn harm_again(folder: &Folder, harm: Act, what: &str) {
    if record(folder).is_dir() && what != "replaced by folders" {
        harm(folder);
    }
}

#[test]
fn a_lost_record_does_not_lose_the_log() {
    let folder = published();
    folder.git(&["revert", "--no-edit", "HEAD"]);
    fs::remove_dir_all(record(&folder)).unwrap();
    folder.expect(0, &["sync"]);
    assert_eq!(version(&folder), 3);
    fs::remove_dir_all(record(&folder)).unwrap();
    folder.expect(0, &["rollback", "1", "drive", "--reason", "why"]);
    fs::remove_dir_all(record(&folder)).unwrap();
    nothing_is_published(&folder, &["sync"], "the pin stays");
    verifies(&folder, "without a record");
}

#[test]
fn settings_and_schemas_that_change_apply_to_manifests_that_do_not() {
    let schema: Act = |folder| {
        let text = folder.expect(0, &["schema", "ai-context"]).out;
        let strict = text.replacen("\"purpose\": {", "\"purpose\": { \"maxLength\": 3,", 1);
        assert_ne!(strict, text);
        folder.write("schema/ai-context.schema.json", strict);
    };
    let limit: Act = |folder| folder.write("modreg.toml", "[limits]\nmanifest_size = 100\n");
    for (what, tighten) in [("a schema", schema), ("a limit", limit)] {
        let folder = published();
        let before = commit_of(&folder, "HEAD:registry/modules");
        tighten(&folder);
        folder.commit("tighten");
        let report = folder.json(3, &["sync"]);
        assert_eq!(report["summary"]["held"], 3, "{what}: {report:#}");
        folder.git(&["revert", "--no-edit", "HEAD~1"]);
        let report = folder.json(0, &["sync"]);
        assert_eq!(report["summary"]["held"], 0, "{what}: {report:#}");
        folder.git(&["revert", "--no-edit", "HEAD~1"]);
        assert_eq!(folder.json(3, &["sync"])["summary"]["held"], 3, "{what}, again");
        assert_eq!(commit_of(&folder, "HEAD:registry/modules"), before, "{what}");
        verifies(&folder, what);
    }
}

/// Commits a root with other `inputs`, as a modreg with other rules leaves it.
fn with_older_inputs(folder: &Folder) {
    let inputs = folder.root()["inputs"].as_str().expect("a digest").to_owned();
    let text = folder.read(super::ROOT).replace(&inputs, &format!("sha256:{:064}", 7));
    folder.write(super::ROOT, text);
    folder.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
}

fn fresh(folder: &Folder) -> Folder {
    let clone = Folder::empty();
    clone.git(&["clone", "--quiet", &format!("file://{}", folder.path().display()), "."]);
    clone
}

#[test]
fn a_registry_that_other_rules_compiled_is_compiled_as_a_whole_and_its_age_alone_is_no_drift() {
    let origin = published();
    with_older_inputs(&origin);
    for folder in [fresh(&origin), origin] {
        nothing_is_published(&folder, &["sync"], "older inputs");
        folder.expect(0, &["compile", "--check"]);
        verifies(&folder, "older inputs");
    }

    // The entry is what older rules made of the manifest: nothing but a full compilation finds that.
    for has_older_inputs in [false, true] {
        let origin = published();
        let good = entry(&origin, "HEAD", "mail");
        origin.edit(&entry_path("mail"), "second", "as older rules gave it");
        forge_root(&origin, |root| root["version"] = 2.into());
        origin.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
        if has_older_inputs {
            with_older_inputs(&origin);
        }
        for folder in [fresh(&origin), origin] {
            folder.expect(0, &["sync"]);
            assert_eq!((version(&folder), entry(&folder, "HEAD", "mail")), (3, good.clone()));
            folder.expect(0, &["verify"]);
        }
    }
}

#[test]
fn linked_worktrees_share_one_record_and_each_publishes_its_own_branch() {
    let folder = published();
    folder.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    let linked = folder.beside("linked");
    let in_linked = |code, args: &[&str]| crate::harness::modreg_in(&linked, args).ended(code, args);
    fs::create_dir_all(linked.join("modules/note")).unwrap();
    fs::write(linked.join("modules/note/module.yaml"), manifest("note")).unwrap();
    folder.git(&["-C", "../linked", "add", "--all"]);
    folder.git(&["-C", "../linked", "commit", "--quiet", "--message", "note"]);
    in_linked(0, &["sync"]);
    publish(&folder, "todo");
    in_linked(0, &["sync"]).prints(&["nothing to commit"]);
    assert_eq!(entries(&folder, "main"), "chat drive mail todo");
    assert_eq!(entries(&folder, "side"), "chat drive mail note");
    assert!(!folder.exists(".git/worktrees/linked/modreg"));
    fs::remove_dir_all(record(&folder)).unwrap();
    in_linked(0, &["verify"]);
    in_linked(0, &["sync"]).prints(&["nothing to commit"]);
    assert!(record(&folder).is_dir());
}
