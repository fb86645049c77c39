//! Shallow and partial clones: those who publish fetch what they lack, all others say that the log is incomplete.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    harness::{Folder, Ran, manifest},
    log::{Act, add, commit_of, ends, entries, entry, publish, revise, version},
    push::{Remote, hook},
};

/// A remote with three versions, the first two with one change each and the last one with two, and the clone of their author.
fn three_versions() -> (Remote, Folder) {
    let remote = Remote::new();
    let author = remote.clone_with(&[]);
    author.expect(0, &["sync", "--push"]);
    add(&author, "chat");
    author.expect(0, &["sync", "--push"]);
    revise(&author, "chat", "1.1.0", "Other.");
    add(&author, "mail");
    author.expect(0, &["sync", "--push"]);
    (remote, author)
}

fn is_shallow(folder: &Folder) -> bool {
    folder.git(&["rev-parse", "--is-shallow-repository"]) == "true"
}

/// Moves a remote away, so that no clone finds it.
fn lose(remote: &Remote) {
    fs::rename(remote.0.path(), remote.0.beside("gone")).expect("a remote that moves");
}

#[test]
fn a_sync_deepens_the_branch_and_numbers_it_as_a_full_clone_does() {
    // What the author pushes last, and the number of the version after it.
    let cases: &[(&str, Act, u64)] = &[
        ("nothing", |_| {}, 4),
        (
            "a registry that was reverted",
            |author| {
                author.git(&["revert", "--no-edit", "HEAD"]);
            },
            4,
        ),
        (
            "a registry and sources that were reverted, and a file of no matter",
            |author| {
                author.git(&["revert", "--no-edit", "HEAD"]);
                author.git(&["revert", "--no-edit", "HEAD~2"]);
                author.write("notes.txt", "no matter");
                author.commit("notes");
            },
            4,
        ),
        (
            "a registry that was removed",
            |author| {
                author.git(&["rm", "--quiet", "-r", "registry"]);
                author.commit("no generated files");
            },
            4,
        ),
        (
            "a merge whose other side has the highest number",
            |author| {
                author.git(&["switch", "--quiet", "--create", "side"]);
                publish(author, "ones");
                publish(author, "twos");
                author.git(&["switch", "--quiet", "main"]);
                add(author, "mine");
                author.git(&["merge", "--quiet", "--no-commit", "side"]);
                author.git(&["rm", "--quiet", "-r", "--force", "registry"]);
                author.git(&["checkout", "HEAD", "--", "registry"]);
                author.commit("merge");
            },
            6,
        ),
    ];
    for (what, change, next) in cases {
        for depth in ["--depth=1", "--depth=2"] {
            let (remote, author) = three_versions();
            change(&author);
            author.git(&["push", "--quiet"]);
            let shallow = remote.clone_with(&[depth]);
            let full = remote.clone_with(&[]);
            assert!(is_shallow(&shallow), "{what}");
            for folder in [&shallow, &full] {
                add(folder, "note");
                ends(folder, 0, &["sync"], what);
                assert_eq!(version(folder), *next, "{what}, {depth}");
            }
            assert_eq!(commit_of(&shallow, "HEAD:registry"), commit_of(&full, "HEAD:registry"), "{what}");
            shallow.git(&["push", "--quiet"]);
            assert_eq!(remote.head(), commit_of(&shallow, "HEAD"), "{what}");
        }
    }
}

#[test]
fn every_command_that_publishes_deepens() {
    type Case = (&'static [&'static str], fn(&Folder));
    let cases: [Case; 4] = [
        (&["rollback", "1", "drive", "--reason", "why"], |folder| {
            assert_eq!(folder.root()["pinned"]["drive"]["version"], 1);
        }),
        (&["rollback", "2", "chat", "--reason", "why"], |folder| {
            assert!(folder.read("registry/modules/ch/at/chat.json").contains("What chat is for."));
        }),
        (&["prune"], |folder| assert_eq!(entries(folder, "HEAD"), "chat drive")),
        (&["sync", "--push"], |folder| {
            assert_eq!(commit_of(folder, "HEAD"), commit_of(folder, "origin/main"));
        }),
    ];
    for (args, check) in cases {
        let (remote, author) = three_versions();
        author.git(&["rm", "--quiet", "-r", "modules/mail"]);
        author.commit("mail is gone");
        author.git(&["push", "--quiet"]);
        let shallow = remote.clone_with(&["--depth=1"]);
        shallow.expect(0, args);
        assert_eq!(version(&shallow), 4, "{args:?}");
        check(&shallow);
        shallow.expect(0, &["verify"]);
    }
    let (remote, author) = three_versions();
    author.expect(0, &["rollback", "2", "chat", "--reason", "why", "--push"]);
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.expect(0, &["unpin"]);
    assert_eq!((version(&shallow), shallow.root()["pinned"].clone()), (5, json!({})));
}

#[test]
fn a_clone_that_cannot_be_deepened_publishes_nothing_and_names_the_command() {
    let (remote, author) = three_versions();
    author.expect(0, &["rollback", "2", "chat", "--reason", "why", "--push"]);
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.git(&["rm", "--quiet", "-r", "modules/mail"]);
    shallow.commit("mail is gone");
    lose(&remote);
    for args in [
        &["sync"][..],
        &["sync", "drive"],
        &["prune"],
        &["rollback", "1", "drive", "--reason", "why"],
        &["rollback", "4", "drive", "--reason", "why"],
        &["unpin"],
    ] {
        shallow.refuses(2, args, &["git fetch --unshallow"]);
    }
    shallow.refuses(2, &["sync", "--push"], &[]);
}

#[test]
fn a_clone_without_a_remote_is_refused_in_the_same_way() {
    let (remote, _) = three_versions();
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.git(&["remote", "remove", "origin"]);
    add(&shallow, "note");
    shallow.refuses(2, &["sync"], &["git fetch --unshallow"]);
    // The remedy is right: with a remote it works.
    shallow.git(&["remote", "add", "origin", &remote.url()]);
    shallow.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    shallow.expect(0, &["sync"]);
    assert_eq!(version(&shallow), 4);
}

#[test]
fn an_entry_that_was_forged_is_repaired_in_a_shallow_clone_too() {
    let (remote, author) = three_versions();
    let good = entry(&author, "HEAD", "drive");
    author.edit("registry/modules/dr/iv/drive.json", "What drive is for.", "Forged.");
    author.edit("modules/drive/module.yaml", "purpose", "purpos");
    author.commit("an entry by hand, and a manifest that holds it");
    author.git(&["push", "--quiet"]);
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.expect(3, &["sync"]);
    assert_eq!((version(&shallow), entry(&shallow, "HEAD", "drive")), (4, good));
}

/// The commands that publish nothing, and whether each needs the log.
const READERS: &[(&[&str], bool)] = &[
    (&["status"], true),
    (&["history"], true),
    (&["history", "chat"], true),
    (&["show"], true),
    (&["show", "chat"], false),
    (&["diff"], true),
    (&["verify"], true),
    (&["verify", "--history"], true),
    (&["compile"], true),
    (&["compile", "--check"], true),
];

/// The lines that say that the log is incomplete.
fn notes(ran: &Ran) -> usize {
    ran.err.lines().chain(ran.out.lines()).filter(|line| line.contains("incomplete")).count()
}

#[test]
fn commands_that_only_read_do_not_deepen_and_say_once_that_the_log_is_incomplete() {
    for is_lost in [false, true] {
        let (remote, _) = three_versions();
        let (shallow, full) = (remote.clone_with(&["--depth=1"]), remote.clone_with(&[]));
        let boundary = shallow.read(".git/shallow");
        if is_lost {
            lose(&remote);
        }
        for (args, needs_log) in READERS {
            let ran = shallow.expect(0, args);
            let notes_there = notes(&ran);
            assert!(
                notes_there == 1 || notes_there == 0 && !needs_log,
                "{args:?} has {notes_there} notes: {}{}",
                ran.out,
                ran.err
            );
            assert_eq!(shallow.read(".git/shallow"), boundary, "{args:?}");
            let ran = full.expect(0, args);
            assert_eq!(notes(&ran), 0, "{args:?} in a full clone: {}{}", ran.out, ran.err);
        }
        assert_eq!(shallow.git(&["status", "--porcelain"]), "");
        for (args, schema) in
            [("history", "history-report"), ("status", "status-report"), ("verify", "verify-report")]
        {
            shallow.report(0, schema, &[args]);
        }
    }
}

#[test]
fn a_compile_in_a_shallow_clone_counts_on_from_the_commits_that_are_there() {
    let (remote, _) = three_versions();
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.write("modules/note/module.yaml", manifest("note"));
    let ran = shallow.expect(0, &["compile"]);
    assert_eq!(notes(&ran), 1, "{}{}", ran.out, ran.err);
    assert!(is_shallow(&shallow));
    shallow.commit("compiled");
    assert_eq!(version(&shallow), 4);
}

/// The counts of a record of the history, or `null` where it has none.
fn counts(record: &Value) -> Value {
    let keys = ["added", "updated", "removed"];
    let known = keys.map(|key| record.get(key).is_some());
    assert!(known == [true; 3] || known == [false; 3], "{record}");
    if known[0] { json!(keys.map(|key| &record[key])) } else { Value::Null }
}

#[test]
fn counts_that_a_shallow_clone_cannot_know_are_left_out_of_the_history() {
    let (remote, _) = three_versions();
    // The depth, and the versions of the history with their counts. At depths 1, 4 and 6 the last commit is a snapshot.
    let second = [json!(2), json!([1, 0, 0])];
    let third = [json!(3), json!([1, 1, 0])];
    let first = [json!(1), json!([1, 0, 0])];
    let unknown = |number: u64| [json!(number), Value::Null];
    let table: [(&str, Vec<[Value; 2]>); 5] = [
        ("1", vec![unknown(3)]),
        ("4", vec![third.clone(), unknown(2)]),
        ("6", vec![third.clone(), second.clone(), unknown(1)]),
        ("7", vec![third.clone(), second.clone(), first.clone()]),
        ("100", vec![third, second, first]),
    ];
    for (depth, expected) in table {
        let shallow = remote.clone_with(&["--depth", depth]);
        let report = shallow.report(0, "history-report", &["history"]);
        let records = report["history"].as_array().unwrap();
        let found: Vec<_> =
            records.iter().map(|record| [record["version"].clone(), counts(record)]).collect();
        assert_eq!(found, expected, "depth {depth}");
        shallow.expect(0, &["history"]);
        shallow.expect(0, &["history", "chat"]);
    }
}

/// Counts how often a clone asks its remote for objects, by a stand-in for the program at the other end.
fn count_requests(clone: &Folder) -> impl Fn() -> usize {
    let log = clone.beside("requests");
    let programs = clone.beside("programs");
    hook(&programs, "upload-pack", &format!("echo >>'{}'\nexec git-upload-pack \"$@\"", log.display()));
    let program = programs.join("upload-pack");
    clone.git(&["config", "remote.origin.uploadpack", program.to_str().expect("UTF-8")]);
    move || lines_of(&log)
}

fn lines_of(file: &Path) -> usize {
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

fn partial(remote: &Remote, options: &[&str]) -> Folder {
    remote.0.git(&["config", "uploadpack.allowFilter", "true"]);
    remote.clone_with(&[&["--filter=blob:none"], options].concat())
}

#[test]
fn a_partial_clone_publishes_and_reads_as_a_full_one() {
    let (remote, _) = three_versions();
    let full = remote.clone_with(&[]);
    for options in [&[][..], &["--no-checkout"]] {
        let clone = partial(&remote, options);
        for args in
            [&["history"][..], &["show"], &["show", "--version", "1"], &["diff", "1", "3"], &["verify"]]
        {
            let ran = clone.expect(0, args);
            assert_eq!(ran.out, full.expect(0, args).out, "{options:?}: {args:?}");
            assert_eq!(notes(&ran), 0, "{args:?}: {}{}", ran.out, ran.err);
        }
        clone.git(&["reset", "--quiet", "--hard"]);
        add(&clone, "note");
        clone.expect(0, &["sync"]);
        clone.expect(0, &["rollback", "1", "drive", "--reason", "why"]);
        assert_eq!(version(&clone), 5);
        clone.expect(0, &["verify", "--history"]);
    }
}

#[test]
fn the_missing_roots_of_a_partial_clone_are_fetched_in_one_request() {
    let (remote, author) = three_versions();
    for number in 1..=9 {
        revise(&author, "chat", &format!("2.0.{number}"), &format!("Purpose {number}."));
        author.expect(0, &["sync", "--push"]);
    }
    let clone = partial(&remote, &[]);
    let requests = count_requests(&clone);
    let report = clone.json(0, &["history"]);
    assert_eq!(report["history"].as_array().map(Vec::len), Some(12));
    assert_eq!(requests(), 1, "eleven roots, one request");
    clone.expect(0, &["history"]);
    assert_eq!(requests(), 1, "they are here now");
}

#[test]
fn a_partial_clone_that_is_shallow_too_deepens() {
    let (remote, _) = three_versions();
    let clone = partial(&remote, &["--depth=1"]);
    let ran = clone.expect(0, &["history"]);
    assert_eq!(notes(&ran), 1, "{}{}", ran.out, ran.err);
    add(&clone, "note");
    clone.expect(0, &["sync", "--push"]);
    assert_eq!((version(&clone), remote.head()), (4, commit_of(&clone, "HEAD")));
    lose(&remote);
    clone.expect(0, &["sync"]).prints(&["nothing to commit"]);
}

#[test]
fn a_clone_without_trees_is_refused_with_the_remedy() {
    let (remote, _) = three_versions();
    remote.0.git(&["config", "uploadpack.allowFilter", "true"]);
    for options in [&["--filter=tree:0"][..], &["--filter=tree:0", "--depth=1"]] {
        let clone = remote.clone_with(options);
        for args in [&["sync"][..], &["sync", "--push"], &["status"], &["history"], &["compile", "--check"]] {
            clone.refuses(2, args, &["git clone --filter=blob:none"]);
        }
    }
}
