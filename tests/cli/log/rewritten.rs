//! Remotes whose history was rewritten: what was removed there does not come back.

use super::{
    Act, add, commit_of, ends,
    remotes::{follow_the_help, is_refused, with_secret},
};
use crate::harness::manifest;

/// How a branch is rewritten, given the clone of its owner.
const REWRITES: &[(&str, Act)] = &[
    ("another line", |author| {
        author.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
        add(author, "good");
    }),
    ("an amended commit", |author| {
        author.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        author.git(&["rm", "--quiet", "secret.txt"]);
        author.git(&["commit", "--quiet", "--amend", "--allow-empty", "--message", "no secret"]);
    }),
    ("an ancestor", |author| {
        author.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    }),
    ("a history of its own", |author| {
        author.git(&["switch", "--quiet", "--orphan", "anew"]);
        author.write("modules/drive/module.yaml", manifest("drive"));
        author.commit("a new start");
    }),
];

#[test]
fn what_was_removed_from_a_rewritten_remote_does_not_come_back() {
    for (what, rewrite) in REWRITES {
        for has_changes in [false, true] {
            let (remote, author) = with_secret();
            let clone = remote.clone_with(&[]);
            rewrite(&author);
            author.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
            if has_changes {
                clone.expect(0, &["sync"]);
            }
            is_refused(&remote, &clone, what);

            clone.git(&["fetch", "--quiet"]);
            clone.git(&["reset", "--quiet", "--hard", "origin/main"]);
            ends(&clone, 0, &["sync", "--push"], what);
            assert_eq!(commit_of(&clone, "HEAD"), remote.head(), "{what}");
            assert!(!remote.modules().contains("oops"), "{what}");
        }
    }
}

#[test]
fn a_fetch_by_hand_before_changes_nothing_about_it() {
    for (what, rewrite) in REWRITES.iter().filter(|(what, _)| *what != "an ancestor") {
        let (remote, author) = with_secret();
        let clone = remote.clone_with(&[]);
        rewrite(&author);
        author.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
        clone.git(&["fetch", "--quiet"]);
        is_refused(&remote, &clone, what);
    }
}

#[test]
fn a_bare_clone_does_not_bring_it_back_either() {
    for (what, rewrite) in REWRITES.iter().filter(|(what, _)| *what != "an ancestor") {
        let (remote, author) = with_secret();
        let clone = remote.clone_with(&["--bare"]);
        rewrite(&author);
        author.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
        is_refused(&remote, &clone, what);
    }
}

#[test]
fn the_help_about_a_remote_that_was_rewritten_keeps_the_commits_of_people() {
    let (remote, author) = with_secret();
    let clone = remote.clone_with(&[]);
    clone.write("work.txt", "mine");
    clone.commit("work");
    clone.expect(0, &["sync"]);
    author.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    author.git(&["push", "--quiet", "--force"]);
    follow_the_help(&clone, "git reset --keep");
    assert!(clone.exists("work.txt") && !clone.exists("secret.txt"));
    clone.expect(0, &["sync", "--push"]);
}
