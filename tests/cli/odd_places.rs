//! What is committed below `registry/` and is not what a sync writes there: links, submodules, folders and modes are drift,
//! which is named and repaired.

#![cfg(unix)]

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::harness::Folder;

const ENTRY: &str = "registry/modules/dr/iv/drive.json";
const ROOT: &str = "registry/snapshot.json";

/// Something odd that a person may commit, and the message of a sync about it.
struct Case {
    name: &'static str,
    make: fn(&Folder),
    repaired: &'static str,
    /// The first line of `verify`.
    verified: &'static str,
}

/// All cases that a sync repairs.
const CASES: [Case; 13] = [
    Case {
        name: "an entry is a link",
        make: |folder| move_and_link(folder, ENTRY, "../../../../copy"),
        repaired: "registry/modules/dr/iv/drive.json: it was a symbolic link",
        verified: "entry/form registry/modules/dr/iv/drive.json: it is a symbolic link, not a regular file",
    },
    Case {
        name: "an entry is a submodule that is not checked out",
        make: |folder| submodule(folder, ENTRY),
        repaired: "registry/modules/dr/iv/drive.json: it was a submodule",
        verified: "entry/form registry/modules/dr/iv/drive.json: it is a submodule, not a regular file",
    },
    Case {
        name: "an entry is a folder",
        make: |folder| {
            folder.remove(ENTRY);
            folder.write("registry/modules/dr/iv/drive.json/x/y.json", "{}");
        },
        repaired: "registry/modules/dr/iv/drive.json: it was a folder",
        verified: "entry/missing registry/modules/dr/iv/drive.json: its manifest is registrable, but the entry is missing",
    },
    Case {
        name: "an entry is executable",
        make: |folder| executable(folder, ENTRY),
        repaired: "registry/modules/dr/iv/drive.json: it was executable",
        verified: "entry/form registry/modules/dr/iv/drive.json: it is executable, not a regular file",
    },
    Case {
        name: "a link beside the entries",
        make: |folder| {
            symlink("drive.json", folder.path().join("registry/modules/dr/iv/other.json")).unwrap();
        },
        repaired: "registry/modules/dr/iv/other.json: it was a symbolic link",
        verified: "entry/stray registry/modules/dr/iv/other.json: no entry belongs here",
    },
    Case {
        name: "a submodule beside the entries",
        make: |folder| submodule(folder, "registry/modules/sub"),
        repaired: "registry/modules/sub: it was a submodule",
        verified: "entry/stray registry/modules/sub: no entry belongs here",
    },
    Case {
        name: "a folder of entries is a link",
        make: |folder| move_and_link(folder, "registry/modules/dr", "../../copy"),
        repaired: "registry/modules/dr: it was a symbolic link",
        verified: "entry/stray registry/modules/dr: no entry belongs here",
    },
    Case {
        name: "a folder of entries is a file",
        make: |folder| {
            folder.remove_folder("registry/modules/dr");
            folder.write("registry/modules/dr", "a file");
        },
        repaired: "registry/modules/dr: it was a file",
        verified: "entry/stray registry/modules/dr: no entry belongs here",
    },
    Case {
        name: "the root is a link",
        make: |folder| move_and_link(folder, ROOT, "../copy"),
        repaired: "registry/snapshot.json: it was a symbolic link",
        verified: "root/missing registry/snapshot.json: it is a symbolic link, although version 1 was published",
    },
    Case {
        name: "the root is executable",
        make: |folder| executable(folder, ROOT),
        repaired: "registry/snapshot.json: it was executable",
        verified: "root/edited registry/snapshot.json: it is executable, not a regular file",
    },
    Case {
        name: "the root is a folder",
        make: |folder| {
            folder.remove(ROOT);
            folder.write("registry/snapshot.json/x", "x");
        },
        repaired: "registry/snapshot.json: it was a folder",
        verified: "root/missing registry/snapshot.json: it is a folder, although version 1 was published",
    },
    Case {
        name: "the folder of all entries is a link",
        make: |folder| move_and_link(folder, "registry/modules", "../copy"),
        repaired: "registry/modules: it was a symbolic link",
        verified: "entry/stray registry/modules: it is a symbolic link, not the folder of the entries",
    },
    Case {
        name: "the folder of all entries is a file",
        make: |folder| {
            folder.remove_folder("registry/modules");
            folder.write("registry/modules", "a file");
        },
        repaired: "registry/modules: it was a file",
        verified: "entry/stray registry/modules: it is a file, not the folder of the entries",
    },
];

fn move_and_link(folder: &Folder, path: &str, target: &str) {
    let place = folder.path().join(path);
    fs::rename(&place, folder.path().join("copy")).unwrap();
    symlink(target, place).unwrap();
}

fn executable(folder: &Folder, path: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A submodule as a clone has it: a commit in the index, and an empty folder.
fn submodule(folder: &Folder, path: &str) {
    folder.git(&["rm", "-r", "--quiet", "--ignore-unmatch", path]);
    let head = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},{path}")]);
    fs::create_dir_all(folder.path().join(path)).unwrap();
}

/// A registry with one version in which something odd was committed.
fn committed(case: &Case) -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write("registry/README.md", "kept");
    folder.commit("a file beside the registry");
    folder.expect(0, &["sync"]);
    (case.make)(&folder);
    folder.commit("odd");
    assert_eq!(folder.git(&["status", "--porcelain"]), "", "{}", case.name);
    folder
}

/// Checks that HEAD has regular files alone, all of them checked out, and that there is nothing left to do.
fn is_whole(folder: &Folder, name: &str) {
    let files = folder.git(&["ls-tree", "-r", "HEAD", "registry"]);
    assert!(files.lines().all(|file| file.starts_with("100644 blob ")), "{name}:\n{files}");
    assert_eq!(files.lines().count(), 4, "{name}:\n{files}");
    assert_eq!(folder.git(&["status", "--porcelain", "--ignored"]), "", "{name}");
    let ran = folder.expect(0, &["sync"]);
    assert_eq!(ran.out, "version 2, nothing to commit: 2 unchanged\n", "{name}");
    folder.expect(0, &["verify"]);
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn what_is_committed_and_odd_is_named_and_repaired() {
    for case in &CASES {
        let folder = committed(case);
        let odd = &folder.git(&["rev-parse", "HEAD"])[..10];
        let head = folder.state();
        let status = folder.expect(0, &["status"]);
        status.prints(&["version 1: drift: `registry/` was changed by hand; the next sync repairs it"]);
        let found = folder.expect(1, &["verify"]).out;
        let expected = format!("{} (since commit {odd})", case.verified);
        assert_eq!(found.lines().next(), Some(expected.as_str()), "{}", case.name);
        let dry = folder.expect(0, &["sync", "--dry-run"]).err;
        assert_eq!(dry, format!("warning: to be repaired: {}\n", case.repaired), "{}", case.name);
        assert_eq!(folder.state(), head, "{}", case.name);

        let ran = folder.expect(0, &["sync"]);
        assert_eq!(ran.err, format!("warning: repaired {}\n", case.repaired), "{}", case.name);
        ran.prints(&["version 2, commit ", ": 2 unchanged"]);
        let message = folder.git(&["log", "-1", "--format=%b"]);
        assert!(message.contains(&format!("repaired {}\n", case.repaired)), "{}:\n{message}", case.name);
        is_whole(&folder, case.name);
        assert_eq!(folder.read("registry/README.md"), "kept", "{}", case.name);
    }
}

#[test]
fn a_bare_repository_and_a_remote_get_the_repair_as_well() {
    for case in CASES.iter().step_by(4) {
        let folder = committed(case);
        let remote = folder.beside("remote.git");
        folder.git(&["clone", "--quiet", "--bare", ".", remote.to_str().unwrap()]);
        let bare = folder.beside("bare.git");
        folder.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
        let sync = crate::harness::modreg_in(&bare, &["sync"]);
        assert_eq!(
            (sync.code, sync.err),
            (0, format!("warning: repaired {}\n", case.repaired)),
            "{}",
            case.name
        );
        let verify = crate::harness::modreg_in(&bare, &["verify"]);
        assert_eq!(verify.code, 0, "{}: {}", case.name, verify.out);

        folder.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        folder.expect(0, &["sync", "--push"]).says(&[&format!("repaired {}", case.repaired)]);
        is_whole(&folder, case.name);
        assert_eq!(folder.git(&["rev-parse", "HEAD"]), folder.git(&["ls-remote", "origin", "main"])[..40]);
    }
}

#[test]
fn a_sparse_checkout_is_repaired_in_git_alone() {
    for case in CASES.iter().step_by(3) {
        let folder = committed(case);
        folder.git(&["sparse-checkout", "set", "modules"]);
        folder.expect(0, &["sync"]).says(&[&format!("repaired {}", case.repaired)]);
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{}", case.name);
        assert!(!folder.exists(ENTRY), "{}", case.name);
        folder.expect(0, &["verify"]);
        folder.git(&["sparse-checkout", "disable"]);
        is_whole(&folder, case.name);
    }
}

#[test]
fn a_killed_repair_is_completed_by_the_next_sync() {
    for case in &CASES {
        let folder = committed(case);
        // Such a run got as far as the branch.
        folder.expect(0, &["sync"]);
        let repaired = folder.git(&["rev-parse", "HEAD"]);
        folder.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        folder.git(&["update-ref", "refs/heads/main", &repaired]);
        assert_ne!(folder.git(&["status", "--porcelain"]), "", "{}", case.name);
        folder.expect(0, &["sync"]);
        is_whole(&folder, case.name);
    }
}

#[test]
fn a_repository_inside_the_registry_is_never_deleted() {
    for path in ["registry/modules/sub", ENTRY] {
        let folder = Folder::with_modules(&["chat", "drive"]);
        folder.write("registry/README.md", "kept");
        folder.commit("a file beside the registry");
        folder.expect(0, &["sync"]);
        folder.git(&["rm", "--quiet", "--ignore-unmatch", path]);
        folder.git(&["init", "--quiet", path]);
        folder.git(&["-C", path, "commit", "--quiet", "--allow-empty", "--message", "precious"]);
        folder.commit("a repository in a repository");
        let expected = format!(
            "error: `{path}` is a nested repository at the place of generated files\n  \
             help: `registry/` is generated and contains no repositories: move `{path}` elsewhere, and try again\n"
        );
        let before = folder.state();
        assert_eq!(folder.expect(4, &["sync"]).err, expected);
        assert_eq!(folder.state(), before);
        assert!(folder.exists(&format!("{path}/.git/HEAD")));
        fs::rename(folder.path().join(path), folder.beside("elsewhere")).unwrap();
        folder.expect(0, &["sync"]).says(&[&format!("repaired {path}: it was a submodule")]);
        is_whole(&folder, path);
    }
}

#[test]
fn the_checkout_of_a_submodule_goes_unless_there_is_work_in_it() {
    let inner = Folder::with_modules(&["mail"]);
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let path = "registry/modules/sub";
    let url = format!("file://{}", inner.path().display());
    folder.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, path]);
    folder.commit("a submodule");
    folder.write("registry/modules/sub/work.txt", "work");
    folder.refuses(4, &["sync"], &["`registry/modules/sub` is a nested repository"]);
    folder.remove("registry/modules/sub/work.txt");
    folder.expect(0, &["sync"]).says(&["repaired registry/modules/sub: it was a submodule"]);
    assert!(!folder.exists(path));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    assert!(folder.exists(".git/modules/registry/modules/sub/HEAD"), "its commits stay");
}

#[test]
fn uncommitted_work_in_an_odd_place_is_not_lost() {
    let folder = committed(&CASES[2]);
    folder.write("registry/modules/dr/iv/drive.json/x/mine.txt", "mine");
    let refused = ["`registry/` has uncommitted changes", "registry/modules/dr/iv/drive.json/x/mine.txt"];
    folder.refuses(4, &["sync"], &refused);
    folder.remove("registry/modules/dr/iv/drive.json/x/mine.txt");
    folder.expect(0, &["sync"]);

    let folder = committed(&CASES[0]);
    folder.remove(ENTRY);
    symlink("elsewhere", folder.path().join(ENTRY)).unwrap();
    folder.refuses(4, &["sync"], &["`registry/` has uncommitted changes", ENTRY]);
    folder.remove(ENTRY);
    folder.expect(0, &["sync"]);
    is_whole(&folder, "a link that was removed and not committed");
}

#[test]
fn something_else_in_the_place_of_the_registry_has_to_be_moved() {
    let file: fn(&Path) = |place| fs::write(place, "a file").unwrap();
    let link: fn(&Path) = |place| symlink("elsewhere", place).unwrap();
    for make in [file, link] {
        let folder = Folder::with_modules(&["chat", "drive"]);
        folder.expect(0, &["sync"]);
        folder.git(&["rm", "-r", "--quiet", "registry"]);
        make(&folder.path().join("registry"));
        folder.commit("odd");
        folder.refuses(2, &["sync"], &["`registry` is in the way", "move it elsewhere, commit that"]);
        folder.git(&["rm", "--quiet", "registry"]);
        folder.commit("out of the way");
        folder.expect(0, &["sync"]).prints(&["version 2, commit "]);
    }
}

#[test]
fn compile_names_what_is_odd_and_repairs_it_on_disk() {
    for case in &CASES {
        let folder = committed(case);
        let (path, was) = case.repaired.split_once(": it ").unwrap();
        let is = was.replace("was", "is");
        let ran = folder.expect(1, &["compile", "--check"]);
        let line = ran.out.lines().find(|line| line.starts_with(&format!("{path}: ")));
        let line = line.unwrap_or_else(|| panic!("{}: {}", case.name, ran.out));
        // A file where a folder of entries belongs is a file like others.
        let is_named = line.contains(&is) || line.ends_with("should not exist: no manifest compiles to it");
        assert!(is_named, "{}: {}", case.name, ran.out);
        let before = folder.state();
        assert!(before.ends_with('\n'), "checking changes nothing: {before}");

        let ran = folder.expect(0, &["compile"]);
        ran.says(&[path]);
        folder.commit("compiled");
        is_whole(&folder, case.name);
    }
}

#[test]
fn a_link_in_the_place_of_a_root_that_must_not_be_there_is_drift() {
    let folder = Folder::repository();
    folder.write("modules/README.md", "no manifest");
    folder.write("registry/README.md", "kept");
    folder.commit("no manifests");
    folder.expect(0, &["compile", "--check"]);
    symlink("README.md", folder.path().join(ROOT)).unwrap();
    folder.expect(1, &["compile", "--check"]).prints(&[&format!("{ROOT}: is a symbolic link")]);
    folder.expect(0, &["compile"]).says(&[&format!("removed {ROOT}: it was a symbolic link")]);
    assert!(!folder.exists(ROOT));
    folder.expect(0, &["compile", "--check"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stray_with_a_name_that_is_not_utf_8_is_removed() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    for name in [&b"\xff.json"[..], b"\xfe.json", b"\xff/x.json"] {
        let path = folder.path().join("registry/modules").join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    folder.expect(1, &["compile", "--check"]).prints(&["registry/modules/\u{fffd}.json: should not exist"]);
    folder.expect(0, &["compile"]);
    assert_eq!(fs::read_dir(folder.path().join("registry/modules")).unwrap().count(), 2);
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn compile_deletes_no_repository() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    for path in ["registry/modules/sub", "registry/snapshot.json", "registry"] {
        folder.git(&["rm", "-r", "--quiet", "--ignore-unmatch", path]);
        folder.git(&["init", "--quiet", path]);
        folder.git(&["-C", path, "commit", "--quiet", "--allow-empty", "--message", "precious"]);
        let ran = folder.expect(4, &["compile"]);
        ran.says(&[&format!("`{path}` is a nested repository at the place of generated files")]);
        assert!(folder.exists(&format!("{path}/.git/HEAD")), "{path}");
        folder.remove_folder(path);
        folder.git(&["checkout", "HEAD", "--", "registry"]);
    }
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn a_mode_that_git_does_not_trust_is_no_drift() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    executable(&folder, ENTRY);
    folder
        .expect(1, &["compile", "--check"])
        .prints(&[&format!("{ENTRY}: is executable, not a regular file\n")]);
    folder.git(&["config", "core.fileMode", "false"]);
    folder.expect(0, &["compile", "--check"]);
}
