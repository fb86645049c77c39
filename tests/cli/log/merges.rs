//! Merges of lines that both published: nothing that either side published is lost or numbered again.

use super::{
    Act, ROOT, add, commit_of, ends, entries, entry_path, forge_root, git_conflicts, keep_roots_whole,
    nothing_is_published, publish, token, verifies, version,
};
use crate::{
    harness::{Folder, manifest},
    push::Remote,
};

/// Merges the branch that is named into the one that is checked out, and settles conflicts its own way.
type Merge = fn(&Folder, &str);

/// Replaces the registry by that of a revision, while a merge is in progress.
fn take_registry(folder: &Folder, revision: &str) {
    folder.git(&["rm", "--quiet", "-r", "--force", "registry"]);
    folder.git(&["checkout", "--quiet", revision, "--", "registry"]);
}

/// Ways in which people settle a conflict in `registry/`.
const MERGES: &[(&str, Merge)] = &[
    ("our registry", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        take_registry(folder, "HEAD");
        folder.commit("merge, with our registry");
    }),
    ("their registry", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        take_registry(folder, other);
        folder.commit("merge, with their registry");
    }),
    ("our root among the entries of both", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        folder.git(&["checkout", "--ours", ROOT]);
        folder.commit("merge, with our root");
    }),
    ("their root among the entries of both", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        folder.git(&["checkout", "--theirs", ROOT]);
        folder.commit("merge, with their root");
    }),
    ("no registry", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        folder.git(&["rm", "--quiet", "-r", "--force", "registry"]);
        folder.commit("merge, without a registry");
    }),
    ("compiled while the merge was in progress", |folder, other| {
        git_conflicts(folder, &["merge", "--quiet", other]);
        folder.expect(0, &["compile"]);
        folder.git(&["add", "registry"]);
        folder.git(&["commit", "--quiet", "--message", "merge, compiled"]);
        assert_eq!(version(folder), 4);
        nothing_is_published(folder, &["sync"], "compiled in the merge");
    }),
];

/// Two branches of one version 1: `main` published `mine` as version 2, `side` published `one` and `two` as 2 and 3.
fn diverged() -> Folder {
    let folder = Folder::with_modules(&["base"]);
    keep_roots_whole(&folder);
    folder.expect(0, &["sync"]);
    folder.git(&["switch", "--quiet", "--create", "side"]);
    publish(&folder, "ones");
    publish(&folder, "twos");
    folder.git(&["switch", "--quiet", "main"]);
    publish(&folder, "mine");
    folder
}

#[test]
fn a_merge_of_two_published_lines_counts_on_from_the_higher_number() {
    for (what, merge) in MERGES {
        for (ours, theirs) in [("main", "side"), ("side", "main")] {
            let folder = diverged();
            folder.git(&["switch", "--quiet", ours]);
            merge(&folder, theirs);
            let what = format!("{what}, {theirs} into {ours}");
            ends(&folder, 0, &["sync"], &what);
            assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (4, "base mine ones twos"), "{what}");
            nothing_is_published(&folder, &["sync"], &what);
            verifies(&folder, &what);
        }
    }
}

#[test]
fn a_merge_by_hand_is_pushed_and_numbered_above_what_the_remote_served() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
    keep_roots_whole(&theirs);
    theirs.expect(0, &["sync", "--push"]);
    ours.git(&["pull", "--quiet", "--ff-only"]);
    for name in ["ones", "twos"] {
        add(&theirs, name);
        theirs.expect(0, &["sync", "--push"]);
    }
    publish(&ours, "mine");
    git_conflicts(&ours, &["pull", "--quiet", "--no-rebase", "--no-edit"]);
    take_registry(&ours, "HEAD");
    ours.commit("a merge by hand");
    let merge = commit_of(&ours, "HEAD");

    let ran = ours.expect(0, &["sync", "--push"]);
    let printed = format!("{}{}", ran.out, ran.err);
    assert!(printed.contains("a merge by hand") || printed.contains(&merge[..7]), "it is named: {printed}");
    assert_eq!(commit_of(&ours, "HEAD"), remote.head());
    assert_eq!(commit_of(&ours, "HEAD~1"), merge, "the merge itself is pushed");
    assert_eq!((version(&ours), &*remote.modules()), (4, "drive mine ones twos"));
    verifies(&remote.clone_with(&[]), "the remote");
}

/// Two branches of one version 1: `main` published five modules more as version 2, `side` five others as 2 and 3.
fn five_each() -> Folder {
    let folder = Folder::with_modules(&["base"]);
    keep_roots_whole(&folder);
    folder.expect(0, &["sync"]);
    folder.git(&["switch", "--quiet", "--create", "side"]);
    for name in &SIDE[..4] {
        add(&folder, name);
    }
    folder.expect(0, &["sync"]);
    publish(&folder, SIDE[4]);
    folder.git(&["switch", "--quiet", "main"]);
    for name in MAIN {
        add(&folder, name);
    }
    folder.expect(0, &["sync"]);
    folder
}

const MAIN: [&str; 5] = ["main-1", "main-2", "main-3", "main-4", "main-5"];
const SIDE: [&str; 5] = ["side-1", "side-2", "side-3", "side-4", "side-5"];

/// Starts a merge that takes every file from our side.
fn take_all_of_main(folder: &Folder) {
    folder.git(&["merge", "--quiet", "--no-commit", "--strategy=ours", "side"]);
}

/// Starts a merge that takes every file from the other side.
fn take_all_of_side(folder: &Folder) {
    take_all_of_main(folder);
    folder.git(&["rm", "--quiet", "-r", "--force", "."]);
    folder.git(&["checkout", "side", "--", "."]);
}

#[test]
fn a_merge_that_drops_the_modules_of_one_side_is_refused() {
    let cases: [(&str, Act, &[&str]); 2] =
        [("all of ours", take_all_of_main, &SIDE), ("all of theirs", take_all_of_side, &MAIN)];
    for (what, merge, gone) in cases {
        let folder = five_each();
        merge(&folder);
        folder.write("modules/later/module.yaml", manifest("later"));
        folder.refuses(4, &["compile"], &["--allow-removals"]);
        folder.commit(what);
        folder.refuses(4, &["sync"], &["--allow-removals"]);
        let token = token(&folder, &["sync"], gone);
        folder.expect(0, &["sync", "--allow-removals", &token]);
        assert_eq!(version(&folder), 4, "{what}");
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn a_merge_that_keeps_the_modules_of_both_sides_passes_the_guard() {
    let folder = five_each();
    git_conflicts(&folder, &["merge", "--quiet", "side"]);
    folder.expect(0, &["compile"]);
    folder.git(&["add", "registry"]);
    folder.git(&["commit", "--quiet", "--message", "merge"]);
    nothing_is_published(&folder, &["sync"], "both sides");
    assert_eq!((version(&folder), &folder.root()["moduleCount"]), (4, &11.into()));
    verifies(&folder, "both sides");
}

#[test]
fn what_a_later_sync_repaired_is_listed_and_does_not_fail_the_history() {
    let cases: &[(&str, Act)] = &[
        ("an edited entry", |folder| folder.edit(&entry_path("base"), "second", "forged")),
        ("an edited entry and its root", |folder| {
            folder.edit(&entry_path("base"), "second", "forged");
            forge_root(folder, |_| {});
        }),
        ("a removed entry", |folder| folder.remove(&entry_path("base"))),
        ("a stray file", |folder| folder.write("registry/modules/notes.txt", "mine")),
    ];
    for (what, tamper) in cases {
        let folder = diverged();
        tamper(&folder);
        folder.commit(what);
        let tampered = commit_of(&folder, "HEAD");
        assert_eq!(folder.modreg(&["verify", "--history"]).code, 1, "{what}: it is not repaired yet");
        ends(&folder, 0, &["sync"], what);
        let ran = ends(&folder, 0, &["verify", "--history"], what);
        let printed = format!("{}{}", ran.out, ran.err);
        assert!(printed.contains("repaired") && printed.contains(&tampered[..7]), "{what}: {printed}");
        publish(&folder, "later");
        ends(&folder, 0, &["verify", "--history"], what);
    }
}

#[test]
fn a_mixture_that_a_merge_left_is_repaired_and_does_not_fail_the_history() {
    for strategy in ["ours", "theirs"] {
        let folder = Folder::with_modules(&["base"]);
        folder.expect(0, &["sync"]);
        folder.git(&["switch", "--quiet", "--create", "side"]);
        publish(&folder, "ones");
        folder.git(&["switch", "--quiet", "main"]);
        publish(&folder, "mine");
        folder.git(&["merge", "--quiet", "--no-edit", "--strategy-option", strategy, "side"]);
        assert_eq!(folder.modreg(&["verify"]).code, 1, "{strategy}: the root is that of one side only");
        ends(&folder, 0, &["sync"], strategy);
        assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "base mine ones"), "{strategy}");
        verifies(&folder, strategy);
    }
}
