//! Numbers of versions: whatever people do to a history, no number is used for two contents.

use super::{
    Act, ROOT, add, add_compiled, break_manifest, commit_of, ends, entries, entry, git_conflicts,
    keep_roots_whole, nothing_is_published, publish, revise, verifies, version,
};
use crate::harness::Folder;

/// `chat`, published as version 1.
fn first_version() -> Folder {
    let folder = Folder::with_modules(&["chat"]);
    keep_roots_whole(&folder);
    folder.expect(0, &["sync"]);
    folder
}

#[test]
fn the_number_of_a_compiled_version_that_people_undid_is_not_used_again() {
    let cases: &[(&str, Act)] = &[
        ("a revert", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD"]);
        }),
        ("the revert of a merge", |folder| {
            folder.git(&["branch", "proposal"]);
            folder.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            folder.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "proposal"]);
            folder.git(&["revert", "--no-edit", "--mainline", "1", "HEAD"]);
        }),
        ("the revert of a squashed branch", |folder| {
            folder.git(&["branch", "proposal"]);
            folder.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            folder.git(&["merge", "--quiet", "--squash", "proposal"]);
            folder.commit("add mail (#1)");
            folder.git(&["revert", "--no-edit", "HEAD"]);
        }),
        ("the old files, checked out", |folder| {
            folder.git(&["rm", "--quiet", "-r", "registry", "modules"]);
            folder.git(&["checkout", "HEAD~1", "--", "registry", "modules"]);
            folder.commit("back to what was there");
        }),
        ("a removed registry", |folder| {
            folder.git(&["rm", "--quiet", "-r", "registry", "modules/mail"]);
            folder.commit("no generated files");
        }),
        ("a root that cannot be read, repaired and reverted", |folder| {
            folder.write(ROOT, "{");
            folder.commit("a broken root");
            folder.git(&["revert", "--no-edit", "HEAD"]);
            folder.git(&["revert", "--no-edit", "HEAD~2"]);
        }),
    ];
    for (what, undo) in cases {
        let folder = first_version();
        add_compiled(&folder, "mail");
        assert_eq!(version(&folder), 2, "{what}");
        undo(&folder);
        add_compiled(&folder, "note");
        assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "chat note"), "{what}");
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn a_compiled_branch_that_is_rebased_takes_a_number_above_those_of_its_new_base() {
    let folder = first_version();
    folder.git(&["switch", "--quiet", "--create", "proposal"]);
    add_compiled(&folder, "mail");
    folder.git(&["switch", "--quiet", "main"]);
    publish(&folder, "note");
    assert_eq!(version(&folder), 2);

    folder.git(&["switch", "--quiet", "proposal"]);
    git_conflicts(&folder, &["rebase", "--quiet", "main"]);
    folder.expect(0, &["compile"]);
    folder.git(&["add", "registry"]);
    folder.git(&["-c", "core.editor=true", "rebase", "--continue"]);
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "chat mail note"));
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["merge", "--quiet", "--ff-only", "proposal"]);
    nothing_is_published(&folder, &["sync"], "the author compiled");

    folder.git(&["revert", "--no-edit", "HEAD"]);
    add_compiled(&folder, "todo");
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (4, "chat note todo"));
    verifies(&folder, "rebased and reverted");
}

#[test]
fn a_registry_commit_that_was_reverted_alone_is_published_under_the_next_number() {
    let cases: &[(&str, Act)] = &[
        ("a revert", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD"]);
        }),
        ("the old files, checked out", |folder| {
            folder.git(&["checkout", "HEAD~2", "--", "registry"]);
            folder.commit("the registry as it was");
        }),
        ("the revert of a revert of a revert", |folder| {
            for _ in 0..3 {
                folder.git(&["revert", "--no-edit", "HEAD"]);
            }
        }),
    ];
    for (what, undo) in cases {
        let folder = first_version();
        revise(&folder, "chat", "1.1.0", "Other.");
        folder.expect(0, &["sync"]);
        let second = commit_of(&folder, "HEAD:registry/modules");
        undo(&folder);
        assert_eq!(version(&folder), 1, "{what}");
        let ran = ends(&folder, 0, &["sync"], what);
        assert_eq!(version(&folder), 3, "{what}");
        assert_eq!(commit_of(&folder, "HEAD:registry/modules"), second, "{what}");
        assert!(format!("{}{}", ran.out, ran.err).contains("rollback"), "{what}: {}{}", ran.out, ran.err);
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn the_revert_of_a_revert_is_the_version_that_it_restores() {
    let folder = first_version();
    revise(&folder, "chat", "1.1.0", "Other.");
    folder.expect(0, &["sync"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    nothing_is_published(&folder, &["sync"], "the last published root is back");
    assert_eq!(version(&folder), 2);
    verifies(&folder, "a revert of a revert");
}

#[test]
fn sources_and_registry_that_were_both_reverted_are_a_new_version_of_the_old_content() {
    let cases: &[(&str, Act)] = &[
        ("the registry, then the source", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD"]);
            folder.git(&["revert", "--no-edit", "HEAD~2"]);
        }),
        ("the source, then the registry", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD~1"]);
            folder.git(&["revert", "--no-edit", "HEAD~1"]);
        }),
        ("both in one commit", |folder| {
            folder.git(&["revert", "--no-commit", "HEAD"]);
            folder.git(&["revert", "--no-commit", "HEAD~1"]);
            folder.commit("undo the second version");
        }),
        ("the source alone", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD~1"]);
        }),
    ];
    for (what, undo) in cases {
        let folder = first_version();
        publish(&folder, "mail");
        revise(&folder, "mail", "2.0.0", "Other.");
        folder.expect(0, &["sync"]);
        let old = entry(&folder, "HEAD~2", "mail");
        assert_eq!(version(&folder), 3, "{what}");
        undo(&folder);
        ends(&folder, 0, &["sync"], what);
        assert_eq!((version(&folder), entry(&folder, "HEAD", "mail")), (4, old), "{what}");
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn a_hold_after_a_version_that_people_undid_keeps_the_last_published_entry_and_verifies() {
    let cases: &[(&str, Act)] = &[
        ("a revert", |folder| {
            folder.git(&["revert", "--no-edit", "HEAD"]);
        }),
        ("a root that cannot be read, between", |folder| {
            folder.write(ROOT, "{");
            folder.commit("a broken root");
            folder.refuses(4, &["sync"], &["git restore"]);
            folder.git(&["restore", "--source=HEAD~1", "--staged", "--worktree", "registry"]);
            folder.commit("as the help says");
        }),
        ("a root that cannot be read, between, and a revert", |folder| {
            folder.write(ROOT, "[]\n");
            folder.commit("a broken root");
            folder.git(&["checkout", "HEAD~2", "--", "registry"]);
            folder.commit("the version before");
        }),
        ("a registry that was removed", |folder| {
            folder.git(&["rm", "--quiet", "-r", "registry"]);
            folder.commit("no generated files");
        }),
    ];
    for (what, undo) in cases {
        let folder = first_version();
        publish(&folder, "mail");
        revise(&folder, "mail", "1.1.0", "Other.");
        folder.expect(0, &["sync"]);
        let last = entry(&folder, "HEAD", "mail");
        undo(&folder);
        break_manifest(&folder, "mail");
        ends(&folder, 3, &["sync"], what);
        assert_eq!(version(&folder), 4, "{what}");
        assert_eq!(folder.root()["held"]["mail"]["since"], 4, "{what}");
        assert_eq!(entry(&folder, "HEAD", "mail"), last, "{what}");
        nothing_is_published(&folder, &["sync"], what);
        verifies(&folder, what);
    }
}

#[test]
fn a_root_that_cannot_be_read_stops_writers_only_where_head_has_it() {
    let folder = first_version();
    let good = folder.read(ROOT);
    let newer = good.replace("\"formatVersion\": 1", "\"formatVersion\": 9");
    for (broken, remedy) in [
        ("", "git restore"),
        ("{", "git restore"),
        ("[]\n", "git restore"),
        ("<<<<<<< ours\n", "git restore"),
        // Nothing is wrong with a root of a newer modreg.
        (&*newer, "modreg"),
    ] {
        folder.write(ROOT, broken);
        folder.commit("a broken root");
        for args in [&["sync"][..], &["prune"], &["rollback", "1", "--reason", "why"], &["unpin"]] {
            folder.refuses(4, args, &[remedy, ROOT]);
        }
        folder.write(ROOT, &good);
        folder.commit("the good one");
        nothing_is_published(&folder, &["sync"], broken);
    }
    add(&folder, "mail");
    let ran = folder.expect(0, &["sync"]);
    assert_eq!(version(&folder), 2, "{}", ran.err);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["history"]);
}

/// Merges a side branch in whose middle a root had this number.
fn with_number_on_the_side(number: &str) -> Folder {
    let folder = first_version();
    folder.git(&["switch", "--quiet", "--create", "side"]);
    folder.edit(ROOT, "\"version\": 1", &format!("\"version\": {number}"));
    folder.commit("a number by hand");
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.git(&["switch", "--quiet", "main"]);
    add(&folder, "mail");
    folder.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    folder
}

#[test]
fn numbers_of_every_reachable_commit_count_unless_they_are_absurd() {
    for (number, next) in [("2", 3), ("500", 501), ("1001", 1002), ("5000", 2), ("9007199254740990", 2)] {
        let folder = with_number_on_the_side(number);
        let ran = ends(&folder, 0, &["sync"], number);
        assert_eq!(version(&folder), next, "{number}: {}", ran.err);
        if next == 2 {
            assert!(ran.err.contains(number), "the ignored number is reported: {}", ran.err);
        }
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn a_history_that_was_dropped_is_continued_at_a_number_that_is_asked_for() {
    let folder = first_version();
    publish(&folder, "mail");
    folder.git(&["switch", "--quiet", "--orphan", "anew"]);
    folder.git(&["checkout", "main", "--", "modules"]);
    folder.commit("a history of its own");
    folder.refuses(2, &["sync", "--next-version", "0"], &[]);
    folder.expect(0, &["sync", "--next-version", "3"]);
    assert_eq!((version(&folder), &*entries(&folder, "HEAD")), (3, "chat mail"));
    add(&folder, "note");
    for low in ["1", "3"] {
        folder.refuses(2, &["sync", "--next-version", low], &[]);
    }
    folder.expect(0, &["sync"]);
    assert_eq!(version(&folder), 4);
    verifies(&folder, "continued");
}

#[test]
fn a_long_history_is_read_on_from_where_it_was_read_last() {
    let folder = first_version();
    for number in 0..70 {
        folder.git(&["commit", "--quiet", "--allow-empty", "--message", &format!("commit {number}")]);
    }
    let before = folder.expect(0, &["history"]).out;
    let cache = ".git/modreg/log-1.json";
    assert_eq!(folder.expect(0, &["history"]).out, before);
    // What is recorded is believed, so it is read; what follows it is read from the commits.
    let blob = commit_of(&folder, &format!("HEAD:{ROOT}"));
    let recorded = format!(
        "\"aside\":{{\"7\":{{\"version\":7,\"commit\":\"{blob}\",\"root\":\"{blob}\",\"line\":\"aside\"}}}}"
    );
    folder.edit(cache, "\"aside\":{}", &recorded);
    add(&folder, "drive");
    folder.expect(0, &["sync"]).prints(&["version 8"]);
    // A record of commits that HEAD does not descend from counts for nothing.
    folder.git(&["checkout", "--quiet", "-B", "main", "HEAD~73"]);
    folder.git(&["clean", "--quiet", "-fd"]);
    add(&folder, "drive");
    folder.expect(0, &["sync"]).prints(&["version 1"]);
    for damage in ["", "{}", "[]"] {
        folder.write(cache, damage);
        folder.expect(0, &["history"]).prints(&["v1"]);
    }
}
