//! Malformed files: none makes the program panic, hang or lose an entry.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    process::Command,
};

use crate::harness::{Folder, run};

fn pipe(folder: &Folder, path: &str) {
    assert_eq!(run(Command::new("mkfifo").arg(path), folder.path()).code, 0);
}

fn codes(report: &serde_json::Value) -> Vec<String> {
    let found = report["diagnostics"].as_array().unwrap().iter();
    found.map(|found| format!("{} {}", found["code"], found["path"]).replace('"', "")).collect()
}

const ALIAS_BOMB: &str = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                          d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";

fn hostile() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/bomb.yaml", ALIAS_BOMB);
    folder.write("modules/deep.json", "[".repeat(100_000));
    folder.write("modules/deep.yaml", format!("a: {}", "[".repeat(100_000)));
    folder.write("modules/nul.yaml", "name: nul\0\n");
    folder.write("modules/nuls.json", vec![0; 1000]);
    folder.write("modules/large.yaml", "# large\n".repeat(200_000));
    symlink("chat/module.yaml", folder.path().join("modules/link.yaml")).unwrap();
    symlink("loop", folder.path().join("modules/loop")).unwrap();
    symlink("/dev/zero", folder.path().join("modules/zero.yaml")).unwrap();
    folder
}

const FOUND: [&str; 9] = [
    "source/too-many-aliases modules/bomb.yaml",
    "source/too-deep modules/deep.json",
    "source/too-deep modules/deep.yaml",
    "source/too-large modules/large.yaml",
    "source/symlink modules/link.yaml",
    "source/symlink modules/loop",
    "source/syntax modules/nul.yaml",
    "source/syntax modules/nuls.json",
    "source/symlink modules/zero.yaml",
];

#[test]
fn hostile_files_of_the_working_tree_are_findings() {
    let folder = hostile();
    fs::create_dir(folder.path().join("modules/folder.yaml")).unwrap();
    pipe(&folder, "modules/pipe.yaml");
    File::create(folder.path().join("modules/sparse.yaml")).unwrap().set_len(200 << 20).unwrap();
    let report = folder.report(1, "validate-report", &["validate"]);
    let mut expected = FOUND.to_vec();
    expected.extend([
        "source/unreadable modules/folder.yaml",
        "source/unreadable modules/pipe.yaml",
        "source/too-large modules/sparse.yaml",
    ]);
    let path = |line: &&str| line.split(' ').nth(1).map(str::to_owned);
    expected.sort_by_key(path);
    assert_eq!(codes(&report), expected);
    for finding in report["diagnostics"].as_array().unwrap() {
        assert!(finding["help"].is_string(), "{finding}");
    }
    for line in expected {
        let (code, path) = line.split_once(' ').unwrap();
        folder.expect(1, &["validate", path]).prints(&[code]);
    }
    folder.expect(3, &["diff"]).prints(&["is not registered: it is new and invalid"]);
}

#[test]
fn hostile_files_of_a_commit_are_findings_and_take_no_entry_with_them() {
    let folder = hostile();
    folder.commit("hostile");
    let report = folder.report(3, "sync-report", &["sync"]);
    assert_eq!(codes(&report), FOUND);
    assert_eq!(report["summary"]["unchanged"], 2);
    assert_eq!(report["summary"]["errors"], 9);
    assert_eq!(folder.root()["version"], 1);
    folder.expect(0, &["verify"]);
}

#[test]
fn a_good_manifest_that_turns_hostile_keeps_its_entry() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    for content in [ALIAS_BOMB.to_owned(), "[".repeat(100_000), "\0".repeat(100), "# large\n".repeat(200_000)]
    {
        folder.write("modules/chat/module.yaml", content);
        folder.commit("hostile");
        folder.expect(3, &["sync"]);
        assert!(folder.exists("registry/modules/ch/at/chat.json"));
        folder.expect(0, &["verify"]);
    }
    folder.remove("modules/chat/module.yaml");
    symlink("../drive/module.yaml", folder.path().join("modules/chat/module.yaml")).unwrap();
    folder.commit("a link");
    folder.expect(3, &["sync"]);
    assert_eq!(folder.root()["held"]["chat"]["code"], "source/symlink");
}

#[test]
fn a_pipe_is_never_waited_for() {
    for (path, words) in [
        ("modreg.toml", "`modreg.toml` is not a regular file"),
        ("registry/snapshot.json", "`registry/snapshot.json` is not a regular file"),
        ("modules", "`modules` is not a folder"),
    ] {
        let folder = Folder::repository();
        folder.write("modules/chat.yaml", crate::harness::manifest("chat"));
        folder.write("registry/keep", "");
        if path == "modules" {
            fs::remove_dir_all(folder.path().join(path)).unwrap();
        }
        pipe(&folder, path);
        folder.expect(2, &["compile"]).says(&[words]);
        folder.expect(2, &["compile", "--check"]).says(&[words]);
    }
    let folder = Folder::with_modules(&["chat"]);
    fs::create_dir(folder.path().join("schema")).unwrap();
    pipe(&folder, "schema/module.schema.json");
    folder.expect(0, &["validate"]);
}

#[test]
fn settings_that_are_no_file_are_refused_everywhere() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("elsewhere.toml", "");
    symlink("elsewhere.toml", folder.path().join("modreg.toml")).unwrap();
    folder.commit("settings behind a link");
    for command in ["validate", "compile", "sync", "status"] {
        folder.refuses(
            2,
            &[command],
            &["`modreg.toml` is not a regular file; symbolic links are not followed"],
        );
    }
    folder.remove("modreg.toml");
    folder.write("modreg.toml", b"\xff\xfe");
    folder.commit("settings that are no text");
    for command in ["validate", "sync"] {
        folder.refuses(2, &[command], &["`modreg.toml` is not UTF-8", "save `modreg.toml` as UTF-8"]);
    }
}

#[test]
fn a_file_in_the_place_of_the_registry_is_named() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("registry", "a file");
    folder.commit("a file in the place of the registry");
    folder.refuses(2, &["sync"], &["`registry` is in the way", "move it"]);
    folder.refuses(2, &["compile"], &["registry"]);
}

#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::print_stdout, reason = "a skipped test reports that it was skipped")]
fn a_disk_that_cannot_be_written_to_loses_nothing() {
    let folder = Folder::with_modules(&["chat"]);
    let script = "mount --bind \"$PWD\" \"$PWD\" && mount -o remount,bind,ro \"$PWD\" && cd \"$PWD\" && exec \"$0\" sync";
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", script, env!("CARGO_BIN_EXE_modreg")]);
    let before = folder.state();
    let ran = run(&mut command, folder.path());
    if ran.code == 1 || ran.err.contains("unshare") || ran.err.contains("mount:") {
        println!("skipped: this system does not allow mounts: {}", ran.err);
        return;
    }
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    ran.says(&["is not writable", "help:"]);
    assert_eq!(folder.state(), before);
    folder.expect(0, &["sync"]);
}

#[test]
fn objects_that_are_damaged_or_missing_are_named() {
    let folder = Folder::with_modules(&["chat"]);
    let blob = folder.git(&["rev-parse", "HEAD:modules/chat/module.yaml"]);
    let path = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
    let object = folder.path().join(&path);
    let mut permissions = object.metadata().unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(&object, permissions).unwrap();
    folder.write(&path, "damaged");
    folder.refuses(2, &["sync"], &[&blob, "damaged", "git fsck"]);
    folder.remove(&path);
    folder.expect(2, &["sync"]).says(&[&blob, "is not in this repository", "git fetch"]);
}
