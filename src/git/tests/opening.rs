//! Which repositories can be opened, and what their HEAD refers to.

use super::*;
use crate::git::{GitErrorKind, Head};

#[test]
fn a_repository_opens_at_its_top_and_nowhere_else() {
    let sandbox = Sandbox::repository();
    let top = fs::canonicalize(sandbox.path("")).unwrap();
    let opened = sandbox.open();
    assert_eq!(fs::canonicalize(opened.workdir().unwrap()).unwrap(), top);
    assert!(!opened.is_bare() && !opened.is_shallow());
    match Repository::open(&sandbox.path("registry")).err().unwrap().kind() {
        GitErrorKind::InSubfolder { top: named } => assert_eq!(fs::canonicalize(named).unwrap(), top),
        other => panic!("{other:?}"),
    }
    let error = Repository::open(&sandbox.path(".git")).err().unwrap();
    assert!(matches!(error.kind(), GitErrorKind::InGitDirectory), "{error:?}");
    for folder in [Sandbox::empty().path(""), Sandbox::empty().path("gone")] {
        let error = Repository::open(&folder).err().unwrap();
        assert!(matches!(error.kind(), GitErrorKind::NotARepository), "{error:?}");
    }
}

#[test]
fn head_is_unborn_then_on_a_branch_then_detached() {
    let sandbox = Sandbox::empty();
    let repository = Repository::init(&sandbox.path("new/one"), "trunk").unwrap();
    let unborn = Head::Unborn { branch: "refs/heads/trunk".into() };
    assert_eq!(repository.head().unwrap(), unborn);
    assert!(matches!(unborn.require_commit().unwrap_err().kind(), GitErrorKind::Unborn { .. }));

    sandbox.git_in("new/one", &["config", "user.name", "Ada"]);
    sandbox.git_in("new/one", &["config", "user.email", "ada@example.org"]);
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
fn repositories_of_every_form_are_read_and_written() {
    for (options, format) in [
        (["--object-format=sha256", "--ref-format=files"], ObjectFormat::Sha256),
        (["--object-format=sha1", "--ref-format=reftable"], ObjectFormat::Sha1),
        (["--object-format=sha256", "--ref-format=reftable"], ObjectFormat::Sha256),
    ] {
        if !run_git(&Sandbox::empty().path(""), &[&["init"], &options[..]].concat()).status.success() {
            println!("skipped: this git knows no {options:?}");
            continue;
        }
        let sandbox = Sandbox::empty();
        sandbox.init(&options);
        sandbox.file("modules/drive.yaml", "name: drive\n");
        sandbox.commit("start");
        sandbox.git(&["repack", "-adq"]);
        let repository = sandbox.open();
        assert_eq!(repository.format(), format);
        let commit = publish(&repository, &[("registry/snapshot.json", Some("{}\n"))], "v1\n");
        assert_eq!(commit.format(), format);
        assert_eq!(sandbox.id("main"), commit);
        for (path, text) in [("modules/drive.yaml", "name: drive\n"), ("registry/snapshot.json", "{}\n")] {
            let (id, bytes) = repository.file_at(commit, path).unwrap().unwrap();
            assert_eq!((id, bytes), (sandbox.id(&format!("HEAD:{path}")), text.as_bytes().to_vec()));
        }
        let error = repository.move_branch(
            &take_lock(&repository),
            "refs/heads/main",
            None,
            commit,
            &Identity::default(),
            "x",
        );
        assert!(matches!(error.unwrap_err().kind(), GitErrorKind::BranchMoved { .. }));
        assert_eq!(sandbox.fsck(), "");
    }
}

#[test]
fn a_form_that_git_cannot_read_is_told_in_its_words() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["config", "core.repositoryformatversion", "1"]);
    sandbox.git(&["config", "extensions.fromTheFuture", "true"]);
    let error = Repository::open(&sandbox.path("")).err().unwrap();
    let GitErrorKind::Unreadable { message } = error.kind() else { panic!("{error:?}") };
    assert!(message.contains("fromthefuture"), "{message}");
}

#[test]
fn a_clone_without_trees_is_refused() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::empty();
    clone.git(&["clone", "-q", "--filter=tree:0", &url, "clone"]);
    let error = Repository::open(&clone.path("clone")).err().unwrap();
    assert!(matches!(error.kind(), GitErrorKind::Treeless { filter } if filter == "tree:0"), "{error:?}");
}

#[test]
fn a_partial_clone_gets_what_it_lacks_from_its_remote() {
    let sandbox = Sandbox::repository();
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::empty();
    clone.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "clone"]);
    let repository = Repository::open(&clone.path("clone")).unwrap();
    let head = repository.head().unwrap().require_commit().unwrap();
    let [first, second] =
        ["run.sh", "modules/drive.yaml"].map(|path| repository.blob_at(head, path).unwrap().unwrap());
    assert!(!repository.contains(first));
    assert_eq!(repository.blob(first).unwrap(), b"#!/bin/sh\n");

    fs::rename(sandbox.path(".git"), sandbox.path("gone")).unwrap();
    let error = repository.blob(second).unwrap_err();
    let GitErrorKind::Unfetched { id, remote, reason } = error.kind() else { panic!("{error:?}") };
    assert_eq!((*id, remote.as_str()), (second, "origin"));
    assert!(!reason.is_empty());
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
