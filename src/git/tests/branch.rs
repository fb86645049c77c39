//! Moving a branch, and the lock around it.

use super::*;
use crate::git::GitErrorKind;

#[test]
fn a_branch_moves_and_both_reflogs_say_so() {
    let sandbox = Sandbox::repository();
    let commit = publish(&sandbox.open(), &[("registry/snapshot.json", Some("{}\n"))], "v1\n");
    assert_eq!(sandbox.id("main"), commit);
    for name in ["main", "HEAD"] {
        assert_eq!(sandbox.git(&["reflog", "-1", "--format=%gn %gs", name]), "Ada test", "{name}");
    }
}

#[test]
fn a_lost_race_moves_nothing_and_says_where_the_branch_is() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let old = sandbox.id("HEAD");
    let ours = stage(&repository, Some(old), &[("a", Some("ours"))], "ours\n");
    let theirs = sandbox.commit("theirs");
    let lock = take_lock(&repository);
    for (branch, expected, actual) in [
        ("refs/heads/main", Some(old), Some(theirs)),
        ("refs/heads/main", None, Some(theirs)),
        ("refs/heads/gone", Some(old), None),
    ] {
        let error =
            repository.move_branch(&lock, branch, expected, ours, &Identity::default(), "x").unwrap_err();
        match error.kind() {
            GitErrorKind::BranchMoved { actual: found, .. } => assert_eq!(*found, actual),
            other => panic!("{branch}: {other:?}"),
        }
    }
    assert_eq!(sandbox.id("main"), theirs);
    assert!(!sandbox.path(".git/refs/heads/main.lock").exists());
    repository.move_branch(&lock, "refs/heads/main", Some(theirs), ours, &Identity::default(), "x").unwrap();
}

#[test]
fn a_packed_branch_moves_too() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["pack-refs", "--all"]);
    let commit = publish(&sandbox.open(), &[("a", Some("x"))], "x\n");
    assert_eq!(sandbox.id("main"), commit);
}

#[test]
fn bare_repositories_and_worktrees_publish_to_their_own_branch() {
    let sandbox = Sandbox::repository();
    let main = sandbox.id("main");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", "side"]);
    let worktree = Repository::open(&sandbox.path("side")).unwrap();
    assert!(worktree.own_files().path("x").ends_with(".git/modreg/x"));
    let commit = publish(&worktree, &[("a", Some("x"))], "x\n");
    assert_eq!((sandbox.id("side"), sandbox.id("main")), (commit, main));

    sandbox.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    let bare = Repository::open(&sandbox.path("bare.git")).unwrap();
    assert!(bare.is_bare());
    assert!(matches!(bare.require_workdir().unwrap_err().kind(), GitErrorKind::Bare));
    let commit = publish(&bare, &[("a", Some("y"))], "y\n");
    assert_eq!(sandbox.git_in("bare.git", &["rev-parse", "main"]), commit.to_string());
}

#[test]
fn a_lock_that_is_in_the_way_stays_and_is_named_with_its_age() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let head = sandbox.id("HEAD");
    let next = stage(&repository, Some(head), &[("a", Some("x"))], "x\n");
    let lock_file = sandbox.path(".git/refs/heads/main.lock");
    fs::write(&lock_file, "").unwrap();
    let lock = take_lock(&repository);
    let moved =
        || repository.move_branch(&lock, "refs/heads/main", Some(head), next, &Identity::default(), "x");
    match moved().unwrap_err().kind() {
        GitErrorKind::Locked { path, age: Some(_) } => {
            assert_eq!(fs::canonicalize(path).unwrap(), fs::canonicalize(&lock_file).unwrap());
        }
        other => panic!("{other:?}"),
    }
    fs::remove_file(&lock_file).unwrap();
    moved().unwrap();
}

#[test]
fn one_sync_at_a_time_and_the_second_learns_who_holds_the_lock() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["worktree", "add", "-q", "-b", "side", "side"]);
    let (first, second) = (sandbox.open(), Repository::open(&sandbox.path("side")).unwrap());
    let held = take_lock(&first);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let error = second.lock(Duration::from_millis(20), now).unwrap_err();
    match error.kind() {
        GitErrorKind::Busy { holder: Some(holder) } => {
            assert_eq!((holder.pid, holder.since), (std::process::id(), now));
        }
        other => panic!("{other:?}"),
    }
    drop(held);
    second.lock(Duration::ZERO, now).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_holder_never_blocks() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let path = repository.own_files().path("lock");
    repository.own_files().make().unwrap();
    fs::write(&path, "1 1970-01-01T00:00:00Z\n").unwrap();
    // `flock` of util-linux takes the same kind of lock as `File::try_lock`.
    let mut holder = match Command::new("flock").arg(&path).args(["sleep", "60"]).spawn() {
        Ok(holder) => holder,
        Err(error) => return println!("skipped: no `flock` program ({error})"),
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let is_busy = || repository.lock(Duration::ZERO, now).is_err();
    let taken = crate::git::locks::sync_lock::poll(Duration::from_secs(20), || is_busy().then_some(()));
    assert!(taken.is_some(), "the holder never took the lock");
    // The child `sleep` holds the descriptor too; the process group is not ours to kill, so it is asked by its parent.
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", holder.id())).unwrap();
    for child in children.split_whitespace() {
        Command::new("kill").args(["-9", child]).status().unwrap();
    }
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(path.exists());
    repository.lock(Duration::from_secs(20), now).unwrap();
}
