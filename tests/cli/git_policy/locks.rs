//! Interrupted runs, and the lock files of git.

use std::{
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::Path,
    process::Command,
};

use super::registry::{is_clean, registry};
use crate::{
    harness::{Folder, prepare},
    push::{Remote, hook},
};

/// Runs modreg as the head of a group, and sends that group a signal once `file` is there.
fn interrupted(folder: &Folder, signal: &str, file: &Path, args: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
    let mut running = prepare(command.args(args), folder.path()).process_group(0).spawn().unwrap();
    while !file.exists() {
        assert_eq!(running.try_wait().unwrap(), None, "it ended before the hook ran");
        std::thread::yield_now();
    }
    let group = format!("-{}", running.id());
    assert!(Command::new("kill").args(["-s", signal, "--", &group]).status().unwrap().success());
    running.wait().unwrap().signal().unwrap_or_default()
}

#[test]
fn an_interrupted_run_publishes_nothing() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3)] {
        for at_remote in [true, false] {
            let remote = Remote::new();
            let clone = remote.clone_with(&[]);
            let before = (remote.head(), clone.git(&["rev-parse", "HEAD"]));
            let waits = clone.beside("waits");
            let wait = format!("touch '{}'; exec sleep 60", waits.display());
            if at_remote {
                remote.hook("pre-receive", &wait);
            } else {
                hook(&clone.path().join(".git/hooks"), "pre-push", &wait);
            }
            assert_eq!(interrupted(&clone, signal, &waits, &["sync", "--push"]), number, "{signal}");
            assert_eq!((remote.head(), clone.git(&["rev-parse", "HEAD"])), before, "{signal} {at_remote}");
            assert_eq!(clone.git(&["status", "--porcelain"]), "");
            remote.hook("pre-receive", "exit 0");
            hook(&clone.path().join(".git/hooks"), "pre-push", "exit 0");
            clone.expect(0, &["sync", "--push"]);
        }
    }
}

#[test]
fn a_held_lock_is_kept_and_stops_the_sync_before_it_publishes() {
    let folder = registry();
    let head = folder.git(&["rev-parse", "HEAD"]);
    // Notes of earlier versions of this program that name a lock are not to be believed.
    folder.write(".git/modreg.at-work", format!("{}\n", folder.path().join(".git/index").display()));
    folder.write(".git/modreg.ref", format!("{head} refs/heads/main\n"));
    for lock in ["index.lock", "refs/heads/main.lock", "HEAD.lock"] {
        let lock = format!(".git/{lock}");
        folder.write(&lock, "");
        folder.expect(0, &["sync", "--dry-run"]);
        let ran = folder.expect(5, &["sync"]);
        ran.says(&["is locked; the lock is", "remove `", &lock]);
        assert!(folder.exists(&lock), "{lock}");
        assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "{lock}");
        folder.remove(&lock);
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{lock}");
    }
    folder.expect(0, &["sync"]);
    is_clean(&folder);
}

#[test]
fn the_lock_of_a_killed_git_of_this_run_is_removed() {
    let folder = registry();
    // Its own hook kills the git that has the branch locked.
    let folder_of_hooks = folder.path().join(".git/hooks");
    hook(&folder_of_hooks, "reference-transaction", "[ \"$1\" != prepared ] || kill -9 $PPID");
    let ran = folder.expect(2, &["sync"]);
    assert!(!folder.exists(".git/refs/heads/main.lock"), "{}", ran.err);
    hook(&folder_of_hooks, "reference-transaction", "exit 0");
    folder.expect(0, &["sync"]);
    is_clean(&folder);
}
