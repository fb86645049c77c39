//! Which repositories open, and where their HEAD stands.

use super::*;
use crate::git::{GitErrorKind, Head};

#[test]
fn a_repository_is_found_from_below_and_nowhere_else() {
    let sandbox = Sandbox::repository();
    let found = Repository::discover(&sandbox.path("registry")).unwrap();
    let top = fs::canonicalize(sandbox.path("")).unwrap();
    assert_eq!(fs::canonicalize(found.workdir().unwrap()).unwrap(), top);
    assert!(!found.is_bare() && !found.is_shallow());

    let empty = Sandbox::empty();
    for error in [Repository::discover(&empty.path("")).err(), Repository::open(&empty.path("")).err()] {
        assert!(matches!(error.unwrap().kind(), GitErrorKind::NotARepository));
    }
}

#[test]
fn head_is_unborn_then_on_a_branch_then_detached() {
    let sandbox = Sandbox::empty();
    let repository = Repository::init(&sandbox.path("new/one"), "trunk").unwrap();
    let unborn = Head::Unborn { branch: "refs/heads/trunk".into() };
    assert_eq!(repository.head().unwrap(), unborn);
    assert!(matches!(unborn.born().unwrap_err().kind(), GitErrorKind::Unborn { .. }));

    let commit = publish(&repository, &[("a", Some("x"))], "first\n");
    assert_eq!(repository.head().unwrap(), Head::Branch { branch: "refs/heads/trunk".into(), commit });

    sandbox.git_in("new/one", &["checkout", "-q", "--detach", "-f"]);
    let detached = repository.head().unwrap();
    assert_eq!(detached, Head::Detached { commit });
    assert!(matches!(detached.branch().unwrap_err().kind(), GitErrorKind::Detached { .. }));
}

#[test]
fn a_symbolic_branch_is_followed_to_the_one_that_moves() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    assert_eq!(sandbox.open().head().unwrap().branch().unwrap(), "refs/heads/main");

    let empty = Sandbox::empty();
    empty.git(&["init", "-q", "-b", "main", "."]);
    empty.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/other"]);
    empty.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    assert_eq!(empty.open().head().unwrap(), Head::Unborn { branch: "refs/heads/other".into() });
}

#[test]
fn forms_that_libgit2_cannot_read_are_refused_with_the_reason() {
    for (arguments, word) in [
        (["init", "-q", "--object-format=sha256"], "sha256"),
        (["init", "-q", "--ref-format=reftable"], "reftable"),
    ] {
        let sandbox = Sandbox::empty();
        if !run_git(&sandbox.path(""), &arguments).status.success() {
            println!("skipped: this git knows no {word}");
            continue;
        }
        for error in
            [Repository::discover(&sandbox.path("")).err(), Repository::open(&sandbox.path("")).err()]
        {
            let error = error.unwrap();
            let GitErrorKind::UnsupportedFormat { reason } = error.kind() else {
                panic!("{word}: {:?}", error.kind());
            };
            assert!(reason.contains(word), "{reason}");
        }
    }
    let sandbox = Sandbox::repository();
    sandbox.git(&["config", "core.repositoryformatversion", "1"]);
    sandbox.git(&["config", "extensions.fromTheFuture", "true"]);
    let error = Repository::open(&sandbox.path("")).err().unwrap();
    let expected = "it uses `extensions.fromthefuture`, which is not supported";
    assert!(
        matches!(error.kind(), GitErrorKind::UnsupportedFormat { reason } if reason == expected),
        "{error:?}"
    );
}

#[test]
fn a_partial_clone_gets_what_it_lacks_from_its_remote() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::empty();
    clone.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "clone"]);
    let repository = Repository::open(&clone.path("clone")).unwrap();
    let head = repository.head().unwrap().born().unwrap();
    let [first, second] =
        ["run.sh", "modules/drive.yaml"].map(|path| repository.blob_at(head, path).unwrap().unwrap());
    assert!(!repository.contains(first).unwrap());
    assert_eq!(repository.blob(first).unwrap(), b"#!/bin/sh\n");

    fs::rename(sandbox.path(".git"), sandbox.path("gone")).unwrap();
    let error = repository.blob(second).unwrap_err();
    let GitErrorKind::Unfetched { id, remote, reason } = error.kind() else { panic!("{error:?}") };
    assert_eq!((*id, remote.as_str()), (second, "origin"));
    assert!(reason.starts_with("fatal: "), "{reason}");
}

#[test]
fn in_a_whole_clone_a_missing_object_is_lost() {
    let sandbox = Sandbox::repository();
    let id: ObjectId = "4b825dc642cb6eb9a060e54bf8d69288fbee4905".parse().unwrap();
    let error = sandbox.open().blob(id).unwrap_err();
    assert!(
        matches!(error.kind(), GitErrorKind::MissingObject { id: missing } if *missing == id),
        "{error:?}"
    );
}
