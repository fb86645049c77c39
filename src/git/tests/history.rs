//! The registry's log.

use std::ops::ControlFlow;

use super::*;
use crate::git::{Completeness, Revision};

const ROOT: &str = "registry/snapshot.json";

fn log(repository: &Repository) -> (Vec<Revision>, Completeness) {
    let mut revisions = Vec::new();
    let head = repository.head().unwrap().require_commit().unwrap();
    let seen = repository.history(head, &RepoPath::new(ROOT), |revision| {
        revisions.push(revision);
        ControlFlow::Continue(())
    });
    (revisions, seen.unwrap())
}

/// Our log has the commits that `git log` shows for the file.
fn check_against_git(sandbox: &Sandbox) -> Vec<ObjectId> {
    let (revisions, completeness) = log(&sandbox.open());
    assert_eq!(completeness, Completeness::Complete);
    let ours: Vec<_> = revisions.iter().map(|revision| revision.commit).collect();
    let theirs = sandbox.git(&["log", "--format=%H", "--", ROOT]);
    let theirs: std::collections::BTreeSet<_> = theirs.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(ours.iter().copied().collect::<std::collections::BTreeSet<ObjectId>>(), theirs);
    ours
}

#[test]
fn only_commits_that_changed_the_root_are_revisions() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let first =
        publish(&repository, &[(ROOT, Some("1\n"))], "registry: v1\n\nRegistry-Version: 1\nTrigger: init\n");
    publish(&repository, &[("other", Some("x"))], "other\n");
    publish(&repository, &[(ROOT, None)], "removed\n");
    let second = publish(&repository, &[(ROOT, Some("2\n"))], "registry: v2\n");
    let (revisions, completeness) = log(&repository);
    assert_eq!(completeness, Completeness::Complete);
    assert_eq!(revisions.iter().map(|revision| revision.commit).collect::<Vec<_>>(), [second, first]);
    let oldest = &revisions[1];
    assert_eq!(oldest.author, "Ada <ada@example.org>");
    let time = sandbox.git(&["show", "-s", "--format=%ct", &first.to_string()]);
    assert_eq!(oldest.time.seconds.to_string(), time);
    assert_eq!(oldest.root_blob, blob_id(b"1\n"));
    let trailers =
        [("Registry-Version", "1"), ("Trigger", "init")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(oldest.trailers, BTreeMap::from(trailers));

    let mut seen = 0;
    let stopped = repository.history(second, &RepoPath::new(ROOT), |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!((stopped.unwrap(), seen), (Completeness::Stopped, 1));
}

#[test]
fn touches_of_a_directory_tell_of_its_removal_too() {
    let sandbox = Sandbox::empty();
    sandbox.init(&[]);
    sandbox.file("other", "x");
    let start = sandbox.commit("start");
    sandbox.file(ROOT, "1\n");
    let made = sandbox.commit("made");
    sandbox.file("other", "y");
    let between = sandbox.commit("other");
    sandbox.git(&["rm", "-q", "-r", "registry"]);
    let removed = sandbox.commit("removed");
    let repository = sandbox.open();
    let mut touches = Vec::new();
    let seen = repository.touches(removed, &RepoPath::new("registry"), |touch| {
        touches.push((touch.commit, touch.parent));
        ControlFlow::Continue(())
    });
    assert_eq!(seen.unwrap(), Completeness::Complete);
    assert_eq!(touches, [(removed, Some(between)), (made, Some(start))]);
}

#[test]
fn a_merge_that_brings_a_snapshot_in_is_no_revision() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.file(ROOT, "1\n");
    let snapshot = sandbox.commit("v1");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file("other", "x");
    sandbox.commit("other");
    sandbox.git(&["merge", "-q", "--no-ff", "side", "-m", "merge"]);
    assert_eq!(check_against_git(&sandbox), [snapshot]);
}

#[test]
fn snapshots_that_a_merge_threw_away_are_no_revisions() {
    let sandbox = Sandbox::repository();
    sandbox.file(ROOT, "1\n");
    let kept = sandbox.commit("kept");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.file(ROOT, "2\n");
    sandbox.commit("thrown away");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-ff", "-s", "ours", "side", "-m", "merge"]);
    assert_eq!(check_against_git(&sandbox), [kept]);
}

#[test]
fn a_merge_that_settles_a_conflict_is_a_revision() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.file(ROOT, "1\n");
    let one = sandbox.commit("one");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file(ROOT, "2\n");
    let two = sandbox.commit("two");
    let _ = run_git(&sandbox.path(""), &["merge", "-q", "--no-ff", "side", "-m", "merge"]);
    sandbox.file(ROOT, "3\n");
    let merge = sandbox.commit("merge");
    let ours = check_against_git(&sandbox);
    assert_eq!(ours[0], merge);
    assert_eq!(ours.len(), 3);
    assert!(ours.contains(&one) && ours.contains(&two));
}

#[test]
fn a_shallow_clone_says_that_history_is_missing() {
    let sandbox = Sandbox::repository();
    publish(&sandbox.open(), &[(ROOT, Some("1\n"))], "v1\n");
    publish(&sandbox.open(), &[(ROOT, Some("2\n"))], "v2\n");
    sandbox.git(&["checkout", "-q", "-f", "main"]);
    let url = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::empty();
    clone.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
    clone.git_in("clone", &["config", "user.name", "Ada"]);
    clone.git_in("clone", &["config", "user.email", "ada@example.org"]);
    let repository = Repository::open(&clone.path("clone")).unwrap();
    assert!(repository.is_shallow());
    let (revisions, completeness) = log(&repository);
    assert_eq!((revisions.len(), completeness), (1, Completeness::Shallow));
    publish(&repository, &[(ROOT, Some("3\n"))], "v3\n");
    assert_eq!(log(&repository).0.len(), 2);
    assert_eq!(clone.git_in("clone", &["fsck", "--strict", "--no-dangling"]), "");
}
