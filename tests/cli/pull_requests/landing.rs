//! How pull requests land: squashed, rebased, merged, through a queue, and how they are taken back.

use super::{branch, check_out_merge, propose, registry};
use crate::{
    harness::{Folder, manifest},
    log::{
        Act, ROOT, add, add_compiled, commit_of, ends, entries, git_conflicts, keep_roots_whole,
        nothing_is_published, try_git, verifies, version,
    },
    push::Remote,
};

/// A way to land the branch that is named on `main`, and to bring it up to date before that.
struct Landing {
    what: &'static str,
    update: fn(&Folder),
    land: fn(&Folder, &str),
}

/// Brings the checked-out branch up to date as documented.
fn merge_main_and_compile(folder: &Folder) {
    git_conflicts(folder, &["merge", "--quiet", "main"]);
    serde_json::from_str::<serde_json::Value>(&folder.read(ROOT)).expect("the conflict leaves valid JSON");
    let ran = folder.shell("modreg compile && git add registry && git commit --quiet --message 'merge main'");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

fn rebase_and_compile(folder: &Folder) {
    git_conflicts(folder, &["rebase", "--quiet", "main"]);
    folder.expect(0, &["compile"]);
    folder.git(&["add", "registry"]);
    folder.git(&["-c", "core.editor=true", "rebase", "--continue"]);
}

const LANDINGS: &[Landing] = &[
    Landing {
        what: "a merge commit",
        update: merge_main_and_compile,
        land: |folder, name| drop(folder.git(&["merge", "--quiet", "--no-ff", "--no-edit", name])),
    },
    Landing {
        what: "a squash",
        update: merge_main_and_compile,
        land: |folder, name| {
            folder.git(&["merge", "--quiet", "--squash", name]);
            folder.commit(&format!("add {name} (#1)"));
        },
    },
    Landing {
        what: "a rebase",
        update: rebase_and_compile,
        land: |folder, name| {
            folder.git(&["switch", "--quiet", name]);
            folder.git(&["rebase", "--quiet", "--force-rebase", "main"]);
            folder.git(&["switch", "--quiet", "main"]);
            folder.git(&["merge", "--quiet", "--ff-only", name]);
        },
    },
    Landing {
        what: "a branch that was merged, and landed by a fast-forward",
        update: merge_main_and_compile,
        land: |folder, name| drop(folder.git(&["merge", "--quiet", "--ff-only", name])),
    },
];

/// Two pull requests in flight, `note` and `todo`, of which the first has landed.
fn first_landed(landing: &Landing) -> Folder {
    let folder = registry();
    propose(&folder, "note");
    propose(&folder, "todo");
    assert_eq!(version(&folder), 2);
    folder.git(&["switch", "--quiet", "main"]);
    (landing.land)(&folder, "note");
    folder
}

#[test]
fn two_compiled_requests_land_one_after_the_other_with_a_number_each() {
    for landing in LANDINGS {
        let what = landing.what;
        let folder = first_landed(landing);
        assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (2, "chat drive mail note"), "{what}");
        nothing_is_published(&folder, &["sync", "--trigger", "merge"], what);

        folder.git(&["switch", "--quiet", "todo"]);
        ends(&folder, 1, &["compile", "--check", "--base", "main"], what);
        (landing.update)(&folder);
        assert_eq!(
            (version(&folder), &*entries(&folder, "HEAD")),
            (3, "chat drive mail note todo"),
            "{what}"
        );
        ends(&folder, 0, &["compile", "--check"], what);
        ends(&folder, 0, &["compile", "--check", "--base", "main"], what);
        folder.git(&["switch", "--quiet", "main"]);
        (landing.land)(&folder, "todo");
        assert_eq!(
            (version(&folder), &*entries(&folder, "HEAD")),
            (3, "chat drive mail note todo"),
            "{what}"
        );
        nothing_is_published(&folder, &["sync", "--trigger", "merge"], what);
        verifies(&folder, what);

        add(&folder, "last");
        ends(&folder, 0, &["sync"], what);
        assert_eq!(version(&folder), 4, "{what}");
    }
}

#[test]
fn a_request_that_git_merges_without_a_compile_is_found_by_the_check_and_repaired_by_the_sync() {
    for strategy in ["ours", "theirs"] {
        let folder = first_landed(&LANDINGS[0]);
        folder.git(&["switch", "--quiet", "todo"]);
        git_conflicts(&folder, &["merge", "--quiet", "main"]);
        folder.git(&["checkout", &format!("--{strategy}"), ROOT]);
        folder.commit("merge main, with one root");
        ends(&folder, 1, &["compile", "--check", "--base", "main"], strategy);
        folder.git(&["switch", "--quiet", "main"]);
        folder.git(&["merge", "--quiet", "--no-ff", "--no-edit", "todo"]);
        ends(&folder, 0, &["sync"], strategy);
        assert_eq!(
            (version(&folder), &*entries(&folder, "HEAD")),
            (3, "chat drive mail note todo"),
            "{strategy}"
        );
        verifies(&folder, strategy);
    }
}

/// Lands both requests by merge commits.
fn both_landed() -> Folder {
    let folder = first_landed(&LANDINGS[0]);
    folder.git(&["switch", "--quiet", "todo"]);
    merge_main_and_compile(&folder);
    folder.git(&["switch", "--quiet", "main"]);
    (LANDINGS[0].land)(&folder, "todo");
    assert_eq!(version(&folder), 3);
    folder
}

#[test]
fn the_revert_of_a_merged_request_is_a_new_version_without_its_modules() {
    let cases: &[(&str, Act)] = &[
        ("the button on GitHub", |folder| {
            folder.git(&["revert", "--no-edit", "--mainline", "1", "HEAD"]);
        }),
        ("the button, on a branch of its own", |folder| {
            branch(folder, "revert");
            folder.git(&["revert", "--no-edit", "--mainline", "1", "HEAD"]);
            folder.git(&["switch", "--quiet", "main"]);
            folder.git(&["merge", "--quiet", "--no-ff", "--no-edit", "revert"]);
        }),
        ("the manifest alone", |folder| {
            folder.git(&["rm", "--quiet", "-r", "modules/todo"]);
            folder.commit("without todo");
        }),
    ];
    for (what, revert) in cases {
        let folder = both_landed();
        revert(&folder);
        ends(&folder, 0, &["sync"], what);
        assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (4, "chat drive mail note"), "{what}");
        assert_eq!(commit_of(&folder, "HEAD:registry/modules"), commit_of(&folder, "note:registry/modules"));
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn a_revert_that_its_author_compiled_needs_no_sync() {
    let folder = both_landed();
    branch(&folder, "revert");
    folder.git(&["revert", "--no-edit", "--mainline", "1", "HEAD"]);
    ends(&folder, 1, &["compile", "--check", "--base", "main"], "its number was used before");
    folder.expect(0, &["compile"]);
    folder.commit("the registry of the revert");
    assert_eq!(version(&folder), 4);
    check_out_merge(&folder, "revert");
    folder.expect(0, &["compile", "--check", "--base", "HEAD^1"]);
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--no-ff", "--no-edit", "revert"]);
    nothing_is_published(&folder, &["sync"], "the author compiled");
    verifies(&folder, "a compiled revert");
}

#[test]
fn the_revert_of_the_registry_part_alone_is_published_again_under_the_next_number() {
    let folder = both_landed();
    let content = commit_of(&folder, "HEAD:registry/modules");
    folder.git(&["rm", "--quiet", "-r", "registry"]);
    folder.git(&["checkout", "HEAD^1", "--", "registry"]);
    folder.commit("the registry of before");
    assert_eq!(version(&folder), 2);
    let ran = folder.expect(0, &["sync"]);
    assert!(format!("{}{}", ran.out, ran.err).contains("rollback"), "{}{}", ran.out, ran.err);
    assert_eq!((version(&folder), commit_of(&folder, "HEAD:registry/modules")), (4, content));
    nothing_is_published(&folder, &["sync"], "published again");
    verifies(&folder, "a reverted registry");
}

/// Opens a request that leaves the registry to CI.
fn propose_source(folder: &Folder, name: &str) {
    branch(folder, name);
    add(folder, name);
}

/// Lets a merge queue test requests together: a temporary branch with a merge of each.
fn queue(folder: &Folder, names: &[&str]) -> bool {
    folder.git(&["switch", "--quiet", "--create", "gh-readonly-queue/main/pr-2", "main"]);
    names.iter().all(|name| {
        let args = ["merge", "--quiet", "--no-ff", "--message", &format!("Merge {name}"), name];
        try_git(folder, &args).code == 0
    })
}

/// Lands what the queue tested.
fn leave_queue(folder: &Folder) {
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--ff-only", "gh-readonly-queue/main/pr-2"]);
}

#[test]
fn a_merge_queue_of_sources_is_published_as_one_version() {
    let folder = registry();
    propose_source(&folder, "note");
    propose_source(&folder, "todo");
    assert!(queue(&folder, &["note", "todo"]));
    folder.expect(0, &["validate"]);
    leave_queue(&folder);
    let report = folder.json(0, &["sync", "--trigger", "merge"]);
    assert_eq!((&report["version"], &report["summary"]["added"]), (&2.into(), &2.into()));
    verifies(&folder, "a queue of sources");
}

#[test]
fn a_merge_queue_does_not_take_two_compiled_requests_of_one_number() {
    let folder = registry();
    propose(&folder, "note");
    propose(&folder, "todo");
    assert!(!queue(&folder, &["note", "todo"]), "the roots are in conflict");
    folder.git(&["merge", "--abort"]);
    folder.expect(0, &["compile", "--check", "--base", "HEAD^1"]);
    leave_queue(&folder);
    nothing_is_published(&folder, &["sync"], "the first one");
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (2, "chat drive mail note"));
}

#[test]
fn a_merge_queue_takes_a_compiled_request_that_is_based_on_the_one_before_it() {
    let folder = registry();
    propose(&folder, "note");
    folder.git(&["switch", "--quiet", "--create", "todo"]);
    add_compiled(&folder, "todo");
    assert_eq!(version(&folder), 3);
    assert!(queue(&folder, &["note", "todo"]));
    folder.expect(0, &["compile", "--check", "--base", "HEAD^1"]);
    folder.expect(0, &["compile", "--check", "--base", "main"]);
    leave_queue(&folder);
    nothing_is_published(&folder, &["sync"], "the queue");
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "chat drive mail note todo"));
    verifies(&folder, "a queue of compiled requests");
}

#[test]
fn compiled_and_uncompiled_requests_get_along() {
    let folder = registry();
    propose(&folder, "note");
    propose_source(&folder, "todo");
    assert!(queue(&folder, &["todo", "note"]));
    ends(&folder, 1, &["compile", "--check"], "the merge was not compiled");
    leave_queue(&folder);
    folder.expect(0, &["sync"]);
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "chat drive mail note todo"));
    verifies(&folder, "a mixture");
}

#[test]
fn a_fork_that_compiles_on_its_own_main_lands_under_a_number_of_the_upstream() {
    let upstream = Remote::new();
    let owner = upstream.clone_with(&[]);
    keep_roots_whole(&owner);
    owner.expect(0, &["sync", "--push"]);
    // The fork publishes on its own main, far ahead of the upstream.
    let fork = upstream.clone_with(&[]);
    for name in ["fork", "more"] {
        add(&fork, name);
        fork.expect(0, &["sync"]);
    }
    add(&owner, "note");
    owner.expect(0, &["sync", "--push"]);
    let fork_url = format!("file://{}", fork.path().display());
    git_conflicts(&owner, &["pull", "--quiet", "--no-rebase", "--no-edit", &fork_url, "main"]);
    owner.expect(0, &["compile"]);
    owner.git(&["add", "registry"]);
    owner.git(&["commit", "--quiet", "--message", "Merge the fork"]);
    assert_eq!(version(&owner), 4);
    owner.expect(0, &["sync", "--push"]);
    assert_eq!(upstream.modules(), "drive fork more note");
    assert_eq!(commit_of(&owner, "HEAD"), upstream.head());
    verifies(&upstream.clone_with(&[]), "the upstream");
}

#[test]
fn a_conflict_in_the_registry_of_a_new_repository_leaves_valid_json() {
    let folder = Folder::empty();
    folder.expect(0, &["init", "--ci", "none", "."]);
    propose(&folder, "note");
    propose(&folder, "todo");
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--no-ff", "--no-edit", "note"]);
    folder.git(&["switch", "--quiet", "todo"]);
    merge_main_and_compile(&folder);
    assert_eq!(version(&folder), 3);
    folder.write("modules/late/module.yaml", manifest("late"));
    ends(&folder, 1, &["compile", "--check", "--base", "main"], "not compiled yet");
}
