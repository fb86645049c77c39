//! Pushes and fetches that were killed, and what the next run does.

use super::remote::{Remote, add, head, hook};

#[test]
fn a_push_whose_answer_is_lost_is_found_at_the_remote() {
    let remote = Remote::new();
    let clone = remote.clone();
    remote.hook("post-receive", "kill -9 $PPID");
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.out.contains("version 1, commit"), "{}", ran.out);
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nmanifests");
    assert_eq!(head(&clone), remote.head());
}

#[test]
fn a_push_of_a_killed_run_is_found_by_the_next() {
    let remote = Remote::new();
    let clone = remote.clone();
    let before = head(&clone);
    clone.expect(0, &["sync", "--push", "--trigger", "nightly"]);
    clone.git(&["reset", "--quiet", "--hard", &before]);
    clone.git(&["update-ref", "refs/remotes/origin/main", &before]);
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.out.contains("version 1, nothing to commit"), "{}", ran.out);
    assert_eq!(head(&clone), remote.head());
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_snapshot_that_was_only_committed_is_pushed_by_the_next_run() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync"]);
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.head(), head(&clone));
    clone.write("notes.txt", "not a matter of the registry");
    clone.commit("notes");
    let ran = clone.expect(0, &["sync", "--push"]);
    ran.says(&["also pushed", "notes"]);
    assert_eq!(remote.head(), head(&clone));
    clone.expect(0, &["sync", "--push"]).says(&["nothing to push"]);
}

#[test]
fn the_lock_of_a_killed_fetch_is_named() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    let other = remote.clone();
    add(&other, "chat");
    other.expect(0, &["sync", "--push"]);
    clone.write(".git/refs/modreg/fetched.lock", "");
    clone.expect(5, &["sync", "--push"]).says(&["refs/modreg/fetched.lock` is locked", "remove `"]);
    clone.remove(".git/refs/modreg/fetched.lock");
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(head(&clone), remote.head());
}

#[test]
fn a_push_that_is_killed_at_its_last_step_is_found_and_leaves_no_lock() {
    let remote = Remote::new();
    let clone = remote.clone();
    let script = "test \"$1\" = prepared || exit 0\ntest -e killed && exit 0\ntouch killed\nkill -9 $PPID";
    hook(&clone.path().join(".git/hooks"), "reference-transaction", script);
    clone.expect(0, &["sync", "--push"]);
    assert!(clone.exists("killed"));
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nmanifests");
    assert_eq!(clone.git(&["rev-parse", "origin/main", "main"]), [remote.head(), remote.head()].join("\n"));
    assert!(!clone.exists(".git/refs/remotes/origin/main.lock"));
}

#[test]
fn locks_of_other_programs_are_kept() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    for (number, lock) in
        ["refs/remotes/origin/main.lock", "shallow.lock", "packed-refs.lock"].iter().enumerate()
    {
        add(&clone, &format!("mail{number}"));
        let lock = format!(".git/{lock}");
        clone.write(&lock, "");
        let ran = clone.modreg(&["sync", "--push"]);
        assert!(clone.exists(&lock), "{lock}");
        if ran.code != 0 {
            ran.ended(5, &["sync", "--push"]).says(&[&lock, "remove `"]);
        }
        clone.remove(&lock);
        clone.expect(0, &["sync", "--push"]);
        assert_eq!(remote.head(), head(&clone), "{lock}");
    }
}
