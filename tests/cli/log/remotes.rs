//! Remotes that moved on: what was published only here is published again on their head.

use super::{Act, add, break_manifest, commit_of, ends, entry, publish, revise, try_git, verifies, version};
use crate::{harness::Folder, push::Remote};

/// A remote at version 1, and a clone that wrote it.
pub(super) fn published() -> (Remote, Folder) {
    let remote = Remote::new();
    let author = remote.clone_with(&[]);
    author.expect(0, &["sync", "--push"]);
    (remote, author)
}

/// A remote at version 1 with a commit upon it that must go.
pub(super) fn with_secret() -> (Remote, Folder) {
    let (remote, author) = published();
    author.write("secret.txt", "hunter2");
    author.commit("a secret");
    add(&author, "oops");
    author.git(&["push", "--quiet"]);
    (remote, author)
}

/// Checks that a clone publishes nothing and merges nothing, whatever is asked for.
pub(super) fn is_refused(remote: &Remote, clone: &Folder, what: &str) {
    let before = (remote.head(), commit_of(clone, "HEAD"));
    let requests: [&[&str]; 4] = [
        &["sync", "--push"],
        &["sync", "--push", "origin"],
        &["prune", "--push"],
        &["rollback", "1", "--reason", "why", "--push"],
    ];
    for args in requests {
        let ran = ends(clone, 4, args, what);
        assert!(ran.err.contains("git "), "{what}: the remedy is a command of git: {}", ran.err);
        assert_eq!((remote.head(), commit_of(clone, "HEAD")), before, "{what}: {args:?}");
    }
    assert_ne!(try_git(&remote.0, &["cat-file", "-e", "main:secret.txt"]).code, 0, "{what}");
}

#[test]
fn commits_of_people_that_diverged_are_left_to_people() {
    let (remote, theirs) = published();
    let ours = remote.clone_with(&[]);
    add(&theirs, "chat");
    theirs.expect(0, &["sync", "--push"]);
    add(&ours, "mail");
    is_refused(&remote, &ours, "a manifest, with no conflict in any file");
    ours.expect(0, &["sync"]);
    is_refused(&remote, &ours, "a manifest and its snapshot");
    assert_eq!(ours.git(&["log", "-1", "--format=%s", "HEAD~1"]), "add mail");

    ours.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    ours.git(&["pull", "--quiet", "--rebase"]);
    ours.expect(0, &["sync", "--push"]);
    assert_eq!((version(&ours), &*remote.modules()), (3, "chat drive mail"));
    verifies(&ours, "rebased by hand");
}

/// A remote at version 2: version 1 has `chat`, `drive` and `note`, version 2 bad words for `drive`.
fn two_versions() -> (Remote, Folder) {
    let remote = Remote::new();
    let author = remote.clone_with(&[]);
    add(&author, "chat");
    add(&author, "note");
    author.expect(0, &["sync", "--push"]);
    revise(&author, "drive", "1.1.0", "Bad.");
    author.expect(0, &["sync", "--push"]);
    (remote, author)
}

/// A request that publishes: what people have pushed before it, the request, and what the remote has after it.
struct Published {
    what: &'static str,
    before: Act,
    args: &'static [&'static str],
    check: Act,
}

const REQUESTS: &[Published] = &[
    Published {
        what: "a rollback of one module",
        before: |_| {},
        args: &["rollback", "1", "drive", "--reason", "bad words"],
        check: |clone| {
            assert_eq!(clone.root()["pinned"]["drive"]["version"], 1);
            assert!(clone.read("registry/modules/dr/iv/drive.json").contains("What drive is for."));
        },
    },
    Published {
        what: "a pin of what is there",
        before: |_| {},
        args: &["rollback", "2", "chat", "--reason", "freeze"],
        check: |clone| assert_eq!(clone.root()["pinned"]["chat"]["version"], 2),
    },
    Published {
        what: "an unpin",
        before: |author| {
            author.expect(0, &["rollback", "1", "drive", "--reason", "bad words", "--push"]);
        },
        args: &["unpin", "drive"],
        check: |clone| {
            assert_eq!(clone.root()["pinned"], serde_json::json!({}));
            assert!(clone.read("registry/modules/dr/iv/drive.json").contains("Bad."));
        },
    },
    Published {
        what: "a prune",
        before: |author| {
            author.remove("modules/chat/module.yaml");
            author.commit("chat is gone");
            author.git(&["push", "--quiet"]);
        },
        args: &["prune"],
        check: |clone| assert!(!clone.exists("registry/modules/ch/at/chat.json")),
    },
    Published {
        what: "a sync of one module",
        before: |author| {
            revise(author, "chat", "1.1.0", "Better.");
            author.git(&["push", "--quiet"]);
        },
        args: &["sync", "chat"],
        check: |clone| assert!(clone.read("registry/modules/ch/at/chat.json").contains("Better.")),
    },
    Published {
        what: "a sync of all",
        before: |author| {
            revise(author, "chat", "1.1.0", "Better.");
            author.git(&["push", "--quiet"]);
        },
        args: &["sync"],
        check: |clone| assert!(clone.read("registry/modules/ch/at/chat.json").contains("Better.")),
    },
];

/// The numbers of the snapshots of a remote's branch, newest first, and how many merges it has.
fn story(remote: &Remote) -> (Vec<u64>, String) {
    let numbers = remote.log().lines().filter_map(number_of).collect();
    (numbers, remote.0.git(&["rev-list", "--count", "--merges", "main"]))
}

fn number_of(subject: &str) -> Option<u64> {
    subject.strip_prefix("registry: v")?.split(' ').next()?.parse().ok()
}

#[test]
fn a_request_that_was_published_here_only_is_published_anew_on_the_head_of_the_remote() {
    for request in REQUESTS {
        for is_pushed_at_once in [false, true] {
            let what = format!("{}, with --push: {is_pushed_at_once}", request.what);
            let (remote, author) = two_versions();
            (request.before)(&author);
            let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
            let number = version(&ours);
            if !is_pushed_at_once {
                ends(&ours, 0, request.args, &what);
                assert_eq!(version(&ours), number + 1, "{what}");
            }
            add(&theirs, "task");
            theirs.expect(0, &["sync", "task", "--push"]);
            if is_pushed_at_once {
                ends(&ours, 0, &[request.args, &["--push"]].concat(), &what);
            } else {
                ends(&ours, 0, &["sync", "--push"], &what);
            }
            assert_eq!(commit_of(&ours, "HEAD"), remote.head(), "{what}");
            assert_eq!(ours.git(&["status", "--porcelain"]), "", "{what}");
            (request.check)(&ours);
            assert!(
                ours.exists("registry/modules/ta/sk/task.json"),
                "{what}: what the other side published stays"
            );
            assert_eq!(story(&remote), ((1..=number + 2).rev().collect(), "0".to_owned()), "{what}");
            verifies(&ours, &what);
        }
    }
}

#[test]
fn requests_that_were_published_here_one_after_the_other_are_all_published_anew() {
    let (remote, author) = two_versions();
    author.remove("modules/chat/module.yaml");
    author.commit("chat is gone");
    author.git(&["push", "--quiet"]);
    let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
    ours.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
    ours.expect(0, &["prune"]);
    ours.expect(0, &["rollback", "1", "note", "--reason", "freeze"]);
    ours.expect(0, &["unpin", "note"]);
    add(&theirs, "task");
    theirs.expect(0, &["sync", "task", "--push"]);
    ours.expect(0, &["sync", "--push"]);
    assert_eq!(commit_of(&ours, "HEAD"), remote.head());
    assert_eq!(ours.root()["pinned"]["drive"]["version"], 1);
    assert_eq!(ours.root()["pinned"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(remote.modules(), "drive note task");
    assert_eq!(story(&remote).1, "0");
    verifies(&ours, "four requests");
}

#[test]
fn a_rollback_to_a_version_that_is_another_one_at_the_remote_is_refused() {
    let (remote, author) = two_versions();
    revise(&author, "note", "1.1.0", "Other.");
    author.git(&["push", "--quiet"]);
    let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
    ours.expect(0, &["sync"]);
    ours.expect(0, &["rollback", "3", "note", "--reason", "freeze"]);
    add(&theirs, "task");
    theirs.expect(0, &["sync", "task", "--push"]);
    let before = (remote.head(), commit_of(&ours, "HEAD"));
    ours.expect(4, &["sync", "--push"]).says(&[
        "rolled back to version 3",
        "version 3 at the remote has another content",
        "git reset --keep",
    ]);
    assert_eq!((remote.head(), commit_of(&ours, "HEAD")), before);
}

#[test]
fn snapshots_that_the_record_does_not_know_are_those_of_people() {
    let (remote, _) = two_versions();
    let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
    ours.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
    let record = ours.path().join(".git/modreg");
    std::fs::remove_dir_all(record).unwrap();
    add(&theirs, "task");
    theirs.expect(0, &["sync", "--push"]);
    is_refused(&remote, &ours, "the record is lost");
    assert_eq!(ours.root()["pinned"]["drive"]["version"], 1);
}

#[test]
fn a_branch_that_is_merely_ahead_is_pushed_and_the_commits_of_people_are_named() {
    let (remote, _) = two_versions();
    let ours = remote.clone_with(&[]);
    ours.write("notes.txt", "no matter of the registry");
    ours.commit("the notes of a person");
    publish(&ours, "mail");
    revise(&ours, "mail", "1.1.0", "Better.");
    let ran = ours.expect(0, &["sync", "--push"]);
    let printed = format!("{}{}", ran.out, ran.err);
    for subject in ["the notes of a person", "add mail", "mail 1.1.0"] {
        let commit = ours.git(&["log", "--format=%H", "--fixed-strings", "--grep", subject]);
        assert!(printed.contains(subject) || printed.contains(&commit[..7]), "{subject}: {printed}");
    }
    assert_eq!((commit_of(&ours, "HEAD"), version(&ours)), (remote.head(), 4));
    verifies(&ours, "ahead");
}

#[test]
fn a_rollback_is_not_undone_by_a_person_who_pushes_a_held_manifest_meanwhile() {
    let (remote, _) = two_versions();
    let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
    let first = entry(&ours, "HEAD~2", "drive");
    ours.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
    break_manifest(&theirs, "drive");
    theirs.expect(3, &["sync", "--push"]);
    let code = ours.modreg(&["sync", "--push"]).code;
    assert!(matches!(code, 0 | 3), "{code}");
    assert_eq!(commit_of(&ours, "HEAD"), remote.head());
    assert_eq!(entry(&ours, "HEAD", "drive"), first);
    assert_eq!(ours.root()["held"], serde_json::json!({}));
    verifies(&ours, "a pinned module with an invalid manifest");
}

#[test]
fn a_rollback_that_pinned_nothing_pins_nothing_where_it_is_published_anew() {
    let (remote, author) = two_versions();
    author.git(&["rm", "--quiet", "-r", "registry"]);
    author.commit("no registry");
    author.git(&["push", "--quiet"]);
    let ours = remote.clone_with(&[]);
    ours.expect(0, &["rollback", "2", "--reason", "restore"]);
    revise(&author, "chat", "1.1.0", "Better.");
    author.expect(0, &["sync", "--push"]);
    ours.expect(0, &["sync", "--push"]);
    assert_eq!(ours.root()["pinned"], serde_json::json!({}));
    assert!(ours.read("registry/modules/ch/at/chat.json").contains("Better."));
}

#[test]
fn the_token_of_a_refusal_lets_what_is_published_anew_through() {
    let (remote, author) = two_versions();
    let ours = remote.clone_with(&[]);
    publish(&ours, "mail");
    ours.expect(0, &["sync", "--push"]);
    ours.expect(0, &["rollback", "1", "--reason", "back"]);
    author.git(&["pull", "--quiet"]);
    author.write("modreg.toml", "[guard]\nremovals = 0\npercent = 0\n");
    author.commit("strict");
    author.git(&["push", "--quiet"]);
    let token = super::token(&ours, &["sync", "--push"], &["mail"]);
    ours.expect(0, &["sync", "--push", "--allow-removals", &token]);
    assert_eq!(remote.modules(), "chat drive note");
}

#[test]
fn a_module_that_is_gone_at_the_remote_does_not_stop_what_is_published_anew() {
    let (remote, author) = two_versions();
    revise(&author, "chat", "1.1.0", "Better.");
    author.git(&["push", "--quiet"]);
    let ours = remote.clone_with(&[]);
    ours.expect(0, &["sync", "chat"]);
    ours.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
    author.remove("modules/chat/module.yaml");
    author.commit("chat is gone");
    author.expect(0, &["sync", "--push"]);
    ours.expect(0, &["sync", "--push"]);
    assert_eq!(ours.root()["pinned"]["drive"]["version"], 1);
    assert_eq!(remote.modules(), "drive note");
}

#[test]
fn the_help_about_a_branch_that_diverged_works_where_a_merge_is_among_the_commits() {
    let (remote, author) = two_versions();
    let ours = remote.clone_with(&[]);
    publish(&ours, "mail");
    ours.git(&["switch", "--quiet", "--create", "side", "HEAD~1"]);
    ours.write("side.txt", "side");
    ours.commit("side");
    ours.git(&["switch", "--quiet", "main"]);
    ours.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    revise(&author, "chat", "1.1.0", "Better.");
    author.git(&["push", "--quiet"]);
    follow_the_help(&ours, "git reset --keep");
    ours.expect(0, &["sync", "--push"]);
    assert!(ours.exists("side.txt"));
    assert_eq!(remote.modules(), "chat drive mail note");
}

/// Runs the command that the refusal of a push names.
pub(super) fn follow_the_help(folder: &Folder, command: &str) {
    let err = folder.expect(4, &["sync", "--push"]).err;
    let command = err.split('`').find(|part| part.starts_with(command)).expect("a command");
    let ran = folder.shell(command);
    assert_eq!(ran.code, 0, "{command}: {}{}", ran.out, ran.err);
}

#[test]
fn a_branch_that_was_removed_at_the_remote_is_not_made_again() {
    let (remote, author) = two_versions();
    let clone = remote.clone_with(&[]);
    author.git(&["push", "--quiet", "origin", "main:trunk"]);
    remote.0.git(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    author.git(&["push", "--quiet", "origin", ":main"]);
    clone.refuses(4, &["sync", "--push"], &["no longer exists", "check out the branch"]);
    assert_eq!(remote.0.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/trunk");
}

#[test]
fn the_address_of_a_remote_is_that_remote() {
    let (remote, author) = with_secret();
    let clone = remote.clone_with(&[]);
    author.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    author.git(&["push", "--quiet", "--force"]);
    clone.refuses(4, &["sync", "--push", &remote.url()], &["was rewritten"]);
}

#[test]
fn a_commit_of_the_remote_that_git_has_collected_stops_nothing() {
    let (remote, author) = two_versions();
    author.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    author.git(&["push", "--quiet", "--force"]);
    revise(&author, "note", "1.1.0", "Other.");
    author.git(&["reflog", "expire", "--expire=now", "--all"]);
    author.git(&["gc", "--quiet", "--prune=now"]);
    author.expect(0, &["sync", "--push"]);
    assert_eq!(commit_of(&author, "HEAD"), remote.head());
}

#[test]
fn a_worktree_completes_no_move_of_another_one() {
    let (remote, author) = two_versions();
    let ours = remote.clone_with(&[]);
    let from = commit_of(&ours, "HEAD");
    revise(&author, "chat", "1.1.0", "Better.");
    author.git(&["push", "--quiet"]);
    ours.git(&["fetch", "--quiet"]);
    let to = commit_of(&ours, "origin/main");
    let moving = format!("{{\"branch\":\"refs/heads/main\",\"from\":\"{from}\",\"to\":\"{to}\"}}");
    ours.write(".git/modreg/moving-1.json", moving);
    ours.git(&["worktree", "add", "--quiet", "--detach", "aside", &from]);
    ours.expect(2, &["-C", "aside", "sync"]);
    assert_eq!(
        (commit_of(&ours, "HEAD"), ours.git(&["-C", "aside", "rev-parse", "HEAD"])),
        (from.clone(), from)
    );
    ours.expect(0, &["sync"]);
    assert_eq!(commit_of(&ours, "HEAD~1"), to, "the move of this worktree is completed");
}
