//! Repositories of every shape: each works, or is refused at the start with the reason.

use std::fs::{self, File};

use crate::harness::{Folder, manifest, modreg_in};

#[test]
fn a_bare_repository_syncs_and_says_what_needs_files() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    let bare = folder.beside("bare.git");
    let path = bare.to_str().unwrap();
    folder.git(&["clone", "--quiet", "--bare", ".", path]);
    folder.expect(0, &["-C", path, "sync"]).prints(&["version 1"]);
    folder.expect(0, &["-C", path, "verify"]);
    folder.expect(0, &["-C", path, "show", "chat"]);
    for command in [&["validate"][..], &["compile"], &["diff"], &["init"], &["new", "mail"]] {
        modreg_in(&bare, command)
            .ended(2, command)
            .says(&["the repository is bare", "`modreg sync`, which does not need one"]);
    }
}

#[test]
fn a_linked_worktree_publishes_to_its_own_branch() {
    let folder = Folder::with_modules(&["chat"]);
    let linked = folder.beside("linked");
    folder.git(&["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]);
    let main = folder.state();
    modreg_in(&linked, &["sync"]).ended(0, &["sync"]).prints(&["version 1"]);
    assert_eq!(folder.state(), main);
    assert!(linked.join("registry/snapshot.json").exists());
    assert_eq!(folder.git(&["-C", linked.to_str().unwrap(), "status", "--porcelain"]), "");
    assert_eq!(
        folder.git(&["log", "-1", "--format=%s", "side"]),
        "registry: v1 (1 added, 0 updated, 0 removed)"
    );
}

#[test]
fn a_detached_head_can_be_looked_at_and_not_published_to() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.git(&["checkout", "--quiet", "--detach"]);
    for args in [&["sync"][..], &["prune"]] {
        folder.refuses(
            2,
            args,
            &["could not find the branch to publish to", "HEAD is detached at", "git switch"],
        );
    }
    for args in [&["status"][..], &["verify"], &["history"], &["show"], &["diff"], &["sync", "--dry-run"]] {
        folder.expect(0, args);
    }
}

#[test]
fn a_repository_without_commits_says_so() {
    let folder = Folder::repository();
    folder.write("modules/chat.yaml", manifest("chat"));
    for command in ["sync", "prune", "status", "verify", "history", "show"] {
        folder.expect(2, &[command]).says(&["`refs/heads/main` has no commits yet", "git commit"]);
    }
    folder.expect(0, &["validate"]);
    folder.expect(0, &["diff"]).prints(&["+ chat 1.0.0"]);
    folder.expect(0, &["compile"]);
    folder.expect(0, &["init"]).says(&["left out, because it is not committed: `modules/chat.yaml`"]);
}

#[test]
fn a_shallow_clone_syncs_and_says_what_it_cannot_see() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/drive.yaml", manifest("drive"));
    folder.commit("one more");
    folder.expect(0, &["sync"]);
    let shallow = folder.beside("shallow");
    let (from, to) = (format!("file://{}", folder.path().display()), shallow.to_str().unwrap());
    folder.git(&["clone", "--quiet", "--depth", "1", &from, to]);
    folder.expect(0, &["-C", to, "verify"]);
    folder.expect(0, &["-C", to, "history"]).says(&["this clone is shallow", "git fetch --unshallow"]);
    for args in [&["show", "--version", "1"][..], &["diff", "1"]] {
        modreg_in(&shallow, args)
            .ended(2, args)
            .says(&["version 1 is not in this shallow clone", "git fetch --unshallow"]);
    }
    fs::write(shallow.join("modules/mail.yaml"), manifest("mail")).unwrap();
    folder.git(&["-C", to, "add", "--all"]);
    folder.git(&["-C", to, "commit", "--quiet", "--message", "one more"]);
    folder.expect(0, &["-C", to, "sync"]).prints(&["version 3"]);
    folder.expect(0, &["-C", to, "verify"]);
}

#[test]
fn what_is_no_repository_says_so() {
    let folder = Folder::empty();
    folder.write("modules/chat.yaml", manifest("chat"));
    for command in ["sync", "prune", "status", "verify", "history", "show"] {
        folder.expect(2, &[command]).says(&["this is not a git repository", "`-C DIR`", "`modreg init DIR`"]);
        folder.expect(2, &["-C", "nowhere", command]).says(&["there is no folder `nowhere`"]);
    }
    assert!(!folder.exists(".git") && !folder.exists("registry"));
}

#[test]
fn in_a_subfolder_every_command_names_the_top() {
    let folder = Folder::with_modules(&["chat"]);
    let top = folder.path().canonicalize().unwrap().display().to_string();
    for args in [
        &["sync"][..],
        &["prune"],
        &["status"],
        &["history"],
        &["show"],
        &["verify"],
        &["diff"],
        &["compile"],
        &["validate"],
        &["new", "mail"],
        &["rollback", "1", "--reason", "x"],
        &["unpin"],
        &["serve"],
    ] {
        let ran = folder.expect_in("modules/chat", 2, args);
        ran.says(&["a registry is a whole repository", &top, &format!("-C {top}")]);
    }
    let bare = folder.beside("bare.git");
    folder.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    modreg_in(&bare.join("objects"), &["status"]).ended(2, &["status"]).says(&["bare.git"]);
    folder.expect_in("modules/chat", 0, &["-C", "../..", "sync"]).prints(&["version 1"]);
}

/// The file that a sync locks.
fn lock_file(folder: &Folder) -> File {
    folder.write(".git/modreg/lock", "");
    File::open(folder.path().join(".git/modreg/lock")).unwrap()
}

#[test]
fn a_second_sync_waits_briefly_and_gives_up() {
    let folder = Folder::with_modules(&["chat"]);
    let lock = lock_file(&folder);
    lock.lock().unwrap();
    folder.refuses(5, &["sync"], &["could not take the sync lock", "another sync is running", "try again"]);
    folder.expect(0, &["status"]).prints(&["a sync is running"]);
    drop(lock);
    folder.write(".git/modreg/lock", "1 2026-11-22T03:00:00Z\n");
    folder.expect(0, &["sync"]);
}

#[test]
fn a_branch_that_moves_meanwhile_is_compiled_anew() {
    let folder = Folder::with_modules(&["chat"]);
    let lock = lock_file(&folder);
    lock.lock().unwrap();
    let mut waiting = std::process::Command::new(env!("CARGO_BIN_EXE_modreg"))
        .args(["sync", "--quiet"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    folder.write("modules/mail.yaml", manifest("mail"));
    folder.commit("while the other one waits");
    drop(lock);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    assert_eq!(folder.root()["moduleCount"], 2);
    assert_eq!(folder.git(&["log", "--format=%s", "-2"]).lines().nth(1), Some("while the other one waits"));
}
