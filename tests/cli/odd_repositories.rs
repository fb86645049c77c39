//! Repositories that are not a plain clone with everything in it: each works, or is refused at the start with the reason.

use std::{fs, process::Command};

use crate::harness::{Folder, run};

/// Commands that need a repository.
const COMMANDS: [&[&str]; 9] = [
    &["sync"],
    &["prune"],
    &["status"],
    &["history"],
    &["show"],
    &["verify"],
    &["diff"],
    &["compile", "--check"],
    &["sync", "--dry-run"],
];

/// A clone inside `folder` with `git clone ARGS`, where `modreg` and `git` can run.
fn clone(folder: &Folder, args: &[&str]) -> Folder {
    folder.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = Folder::empty();
    let url = format!("file://{}", folder.path().display());
    clone.git(&[&["clone", "--quiet"], args, &[&url, "."]].concat());
    clone
}

fn change(folder: &Folder) {
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("change");
}

#[test]
fn a_form_that_this_git_cannot_read_is_refused_by_every_command_in_its_words() {
    let folder = Folder::with_modules(&["chat"]);
    folder.git(&["config", "core.repositoryFormatVersion", "1"]);
    folder.git(&["config", "extensions.fromTheFuture", "true"]);
    for command in COMMANDS {
        let ran = folder.expect(2, command);
        ran.says(&["git cannot read the repository", "fromthefuture", "a newer version of Git"]);
    }
}

#[test]
fn a_clone_without_trees_is_refused_by_every_command() {
    let origin = Folder::with_modules(&["chat", "drive"]);
    let folder = clone(&origin, &["--filter=tree:0"]);
    for command in COMMANDS {
        folder.expect(2, command).says(&["the clone leaves out trees", "git clone --filter=blob:none"]);
    }
}

#[test]
fn a_partial_clone_fetches_what_it_needs() {
    let origin = Folder::with_modules(&["chat", "drive", "mail"]);
    origin.expect(0, &["sync"]);
    change(&origin);
    for args in [["--filter=blob:none", "--no-checkout"], ["--filter=blob:none", "--bare"]] {
        let folder = clone(&origin, &args);
        if args[1] == "--no-checkout" {
            folder.git(&["read-tree", "HEAD"]);
            folder.git(&["sparse-checkout", "set", "nothing"]);
        }
        let report = folder.json(0, &["sync"]);
        assert_eq!(report["summary"]["updated"], 1, "{args:?}");
        assert_eq!(folder.root()["version"], 2);
        folder.expect(0, &["verify"]);
        folder.expect(0, &["history"]);
    }
}

#[test]
fn a_partial_clone_whose_remote_is_gone_says_so() {
    let origin = Folder::with_modules(&["chat", "drive"]);
    let folder = clone(&origin, &["--filter=blob:none", "--bare"]);
    fs::rename(origin.path().join(".git"), origin.path().join("gone")).unwrap();
    let head = folder.git(&["rev-parse", "HEAD"]);
    let ran = folder.expect(2, &["sync"]);
    assert!(ran.err.contains("it could not be fetched from `origin`"), "{}", ran.err);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head);
}

#[test]
fn a_shallow_clone_counts_on() {
    let origin = Folder::with_modules(&["chat", "drive"]);
    origin.expect(0, &["sync"]);
    change(&origin);
    let folder = clone(&origin, &["--depth=1"]);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.root()["version"], 2);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
}

#[test]
fn a_sparse_checkout_gets_no_files_outside_its_cone_and_loses_none() {
    for cone in ["modules", "docs", "registry"] {
        let folder = Folder::with_modules(&["chat", "drive", "mail"]);
        folder.write("docs/page.md", "text");
        folder.commit("docs");
        folder.expect(0, &["sync"]);
        change(&folder);
        folder.git(&["sparse-checkout", "set", cone]);
        let report = folder.json(0, &["sync"]);
        assert_eq!(report["summary"]["updated"], 1, "{cone}");
        assert_eq!(report["summary"]["removed"], 0, "{cone}");
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{cone}");
        for directory in ["modules", "docs", "registry"] {
            assert_eq!(folder.path().join(directory).exists(), directory == cone, "{cone}: {directory}");
        }
        let status = folder.json(0, &["status"]);
        assert_eq!(status["orphanedEntries"], 0, "{cone}: {status}");
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn a_linked_worktree_publishes_to_its_own_branch() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    change(&folder);
    let place = Folder::empty();
    let tree = place.path().join("tree");
    folder.git(&["worktree", "add", "--quiet", "-b", "side", tree.to_str().unwrap()]);
    let main = folder.git(&["rev-parse", "main"]);
    let ran = run(Command::new(env!("CARGO_BIN_EXE_modreg")).arg("sync"), &tree);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.git(&["rev-parse", "main"]), main);
    assert_eq!(
        folder.git(&["log", "-1", "--format=%s", "side"]),
        "registry: v2 (0 added, 1 updated, 0 removed)"
    );
    assert_eq!(run(Command::new("git").args(["status", "--porcelain"]), &tree).out, "");
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_submodule_is_a_registry_of_its_own() {
    let registry = Folder::with_modules(&["chat", "drive"]);
    let outer = Folder::repository();
    let url = format!("file://{}", registry.path().display());
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"]);
    outer.commit("submodule");
    let head = outer.git(&["rev-parse", "HEAD"]);
    outer.expect(0, &["-C", "inner", "sync"]);
    assert_eq!(outer.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(outer.git(&["-C", "inner", "status", "--porcelain"]), "");
    assert_eq!(
        outer.git(&["-C", "inner", "log", "-1", "--format=%s"]),
        "registry: v1 (2 added, 0 updated, 0 removed)"
    );
}

#[test]
fn a_hook_of_another_repository_does_not_decide_which_one_is_meant() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    let other = Folder::with_modules(&["mail"]);
    let head = other.git(&["rev-parse", "HEAD"]);
    let mut modreg = Command::new("env");
    modreg.arg(format!("GIT_DIR={}", other.path().join(".git").display()));
    modreg.arg(format!("GIT_WORK_TREE={}", other.path().display()));
    modreg.arg(format!("GIT_INDEX_FILE={}", other.path().join(".git/index").display()));
    let ran = run(modreg.arg(env!("CARGO_BIN_EXE_modreg")).arg("sync"), folder.path());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.root()["version"], 1);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    assert_eq!(other.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(other.git(&["status", "--porcelain"]), "");
}

#[cfg(unix)]
#[test]
fn a_hook_after_a_commit_may_sync_and_commits_of_a_sync_run_no_hooks() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::with_modules(&["chat", "drive"]);
    let hook = |name: &str, text: &str| {
        let path = folder.path().join(".git/hooks").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let modreg = env!("CARGO_BIN_EXE_modreg");
    hook("post-commit", &format!("#!/bin/sh\necho ran >>.git/hook-ran\nexec '{modreg}' sync\n"));
    change(&folder);
    assert_eq!(folder.git(&["log", "-1", "--format=%s"]), "registry: v1 (2 added, 0 updated, 0 removed)");
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    assert_eq!(folder.read(".git/hook-ran"), "ran\n");
    hook("pre-commit", "#!/bin/sh\nexit 1\n");
    folder.expect(0, &["sync"]);
}

#[test]
fn line_ends_that_git_converts_are_no_changes() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.git(&["config", "core.autocrlf", "true"]);
    folder.expect(0, &["sync"]);
    change(&folder);
    folder.git(&["rm", "--quiet", "-r", "--cached", "registry"]);
    folder.git(&["reset", "--quiet", "--hard"]);
    assert!(folder.read("registry/snapshot.json").contains("\r\n"));
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    assert!(!folder.git(&["show", "HEAD:registry/snapshot.json"]).contains('\r'));
    folder.expect(0, &["verify"]);
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused() {
    let folder = Folder::with_modules(&["chat"]);
    // Only root may change the owner of files; other users skip this.
    for path in [".", ".git"] {
        if std::os::unix::fs::chown(folder.path().join(path), Some(65534), None).is_err() {
            return;
        }
    }
    for command in COMMANDS {
        let ran = folder.expect(2, command);
        assert!(ran.err.contains("safe.directory"), "{command:?}: {}", ran.err);
    }
}

#[test]
fn a_manifest_that_becomes_a_link_is_held_however_it_is_read() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let blob = folder.git(&["rev-parse", "HEAD:modules/chat/module.yaml"]);
    let entry = format!("120000,{blob},modules/chat/module.yaml");
    folder.git(&["update-index", "--cacheinfo", &entry]);
    folder.git(&["commit", "--quiet", "--message", "a link with the same blob"]);
    let report = folder.json(3, &["sync"]);
    assert_eq!(report["summary"]["held"], 1, "{report:#}");
}
