//! `modreg compile --check --base REV`: what a pull request does to the registry that REV has.

use serde_json::{Value, json};

use super::{branch, check_out_merge, propose, registry};
use crate::{
    harness::{Folder, Ran, manifest},
    log::{
        Act, ROOT, add, add_compiled, break_manifest, commit_of, ends, entry_path, forge_root, publish,
        revise, token, version,
    },
};

const CHECK: [&str; 4] = ["compile", "--check", "--base", "HEAD^1"];

/// Runs the check on the merge of a branch into `main`, which must end with `code` and change nothing.
fn checked(folder: &Folder, name: &str, code: i32, what: &str) -> Ran {
    check_out_merge(folder, name);
    let before = folder.state();
    let ran = ends(folder, code, &CHECK, what);
    assert_eq!(folder.state(), before, "{what}");
    ran
}

#[test]
fn a_request_that_is_right_passes() {
    let cases: &[(&str, Act)] = &[
        ("a new module, compiled", |folder| add_compiled(folder, "note")),
        ("no change of the registry", |folder| {
            folder.write("README.md", "hello");
            folder.commit("a readme");
        }),
        ("a comment in a manifest", |folder| {
            folder.write("modules/chat/module.yaml", format!("# words\n{}", manifest("chat")));
            folder.commit("a comment");
        }),
        ("three commits, each compiled", |folder| {
            for name in ["note", "todo", "wiki"] {
                add_compiled(folder, name);
            }
        }),
        ("a module that is added, removed and added again", |folder| {
            add_compiled(folder, "note");
            folder.git(&["revert", "--no-edit", "HEAD"]);
            add_compiled(folder, "note");
        }),
        ("an update with a higher version", |folder| {
            revise(folder, "chat", "1.1.0", "Better.");
            folder.expect(0, &["compile"]);
            folder.commit("compiled");
        }),
        ("one removal", |folder| {
            folder.remove("modules/mail/module.yaml");
            folder.expect(0, &["compile"]);
            folder.commit("without mail");
        }),
    ];
    for (what, change) in cases {
        let folder = registry();
        branch(&folder, "proposal");
        change(&folder);
        checked(&folder, "proposal", 0, what);
        folder.git(&["switch", "--quiet", "proposal"]);
        ends(&folder, 0, &["compile", "--check", "--base", "main"], what);
    }
}

#[test]
fn drift_fails_the_check() {
    let cases: &[(&str, Act)] = &[
        ("a module that is not compiled", |folder| add(folder, "note")),
        ("a manifest that changed after the compile", |folder| {
            add_compiled(folder, "note");
            revise(folder, "note", "1.0.0", "Other.");
        }),
        ("an edited entry", |folder| {
            add_compiled(folder, "note");
            folder.edit(&entry_path("chat"), "second", "forged");
            folder.commit("by hand");
        }),
        ("an edited entry with a root that names it", |folder| {
            folder.edit(&entry_path("chat"), "second", "forged");
            forge_root(folder, |_| {});
            folder.commit("by hand");
        }),
        ("a removed registry", |folder| {
            folder.git(&["rm", "--quiet", "-r", "registry"]);
            folder.commit("no generated files");
        }),
        ("a stray file", |folder| {
            folder.write("registry/modules/notes.txt", "mine");
            folder.commit("notes");
        }),
    ];
    for (what, change) in cases {
        let folder = registry();
        branch(&folder, "proposal");
        change(&folder);
        checked(&folder, "proposal", 1, what);
    }
}

#[test]
fn a_number_that_is_not_above_those_of_the_base_fails_the_check() {
    let folder = registry();
    propose(&folder, "todo");
    folder.git(&["switch", "--quiet", "main"]);
    publish(&folder, "note");
    folder.git(&["switch", "--quiet", "todo"]);
    ends(&folder, 0, &["compile", "--check"], "by itself it is right");
    ends(&folder, 1, &["compile", "--check", "--base", "main"], "version 2 is published on main");

    // The base has reverted its version 2, and its number is used all the same.
    folder.git(&["switch", "--quiet", "main"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.git(&["revert", "--no-edit", "HEAD~2"]);
    check_out_merge(&folder, "todo");
    ends(&folder, 1, &CHECK, "version 2 was published on main");
    let by_hand = |number: &str| {
        let text = folder.read(ROOT);
        let old = format!("\"version\": {}", version(&folder));
        folder.write(ROOT, text.replacen(&old, &format!("\"version\": {number}"), 1));
        folder.commit("a number by hand");
    };
    by_hand("1");
    ends(&folder, 1, &["compile", "--check", "--base", "main"], "a number that went down");
    folder.expect(0, &["compile"]);
    folder.commit("compiled");
    assert_eq!(version(&folder), 3);
    ends(&folder, 0, &["compile", "--check", "--base", "main"], "the next number");
}

fn pins(name: &str, version: u64) -> Value {
    json!({ name: { "version": version, "reason": "freeze" } })
}

#[test]
fn a_pin_whose_entry_is_not_that_of_the_pinned_version_fails_the_check() {
    let cases: &[(&str, Act)] = &[
        ("an entry that no version had", |folder| {
            folder.edit(&entry_path("drive"), "Other.", "Forged.");
            forge_root(folder, |root| root["pinned"] = pins("drive", 1));
        }),
        ("the entry of another version", |folder| {
            forge_root(folder, |root| root["pinned"] = pins("drive", 1));
        }),
        ("a version that is not published", |folder| {
            forge_root(folder, |root| root["pinned"] = pins("drive", 77));
        }),
        ("the version that brings it", |folder| {
            folder.edit(&entry_path("drive"), "Other.", "Forged.");
            forge_root(folder, |root| root["pinned"] = pins("drive", 3));
        }),
        ("a module that the version did not have", |folder| {
            let text = folder.read(&entry_path("chat")).replace("chat", "evil");
            folder.write(&entry_path("evil"), text);
            forge_root(folder, |root| root["pinned"] = pins("evil", 1));
        }),
        ("no entry where the version had one", |folder| {
            folder.remove(&entry_path("drive"));
            forge_root(folder, |root| root["pinned"] = pins("drive", 1));
        }),
    ];
    for (what, forge) in cases {
        let folder = registry();
        revise(&folder, "drive", "1.1.0", "Other.");
        folder.expect(0, &["sync"]);
        branch(&folder, "proposal");
        forge(&folder);
        folder.commit("recompile the registry");
        checked(&folder, "proposal", 1, what);
    }
}

#[test]
fn a_held_entry_that_no_version_had_fails_the_check() {
    let folder = registry();
    branch(&folder, "proposal");
    folder.write("modules/drive/module.yaml", "name: drive\n");
    folder.edit(&entry_path("drive"), "What drive is for.", "Forged.");
    forge_root(&folder, |root| {
        root["held"] = json!({ "drive": { "since": 2, "code": "schema/required", "message": "x" } });
    });
    folder.commit("recompile the registry");
    checked(&folder, "proposal", 1, "a forged entry that is held");
}

/// Nine modules at version 1, and a branch that removes eight of them, with the registry that its author compiled.
fn clean_up() -> (Folder, String) {
    let names: Vec<_> = (1..=9).map(|number| format!("mod-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let folder = Folder::with_modules(&names);
    folder.expect(0, &["sync"]);
    branch(&folder, "proposal");
    for name in &names[..8] {
        folder.remove_folder(&format!("modules/{name}"));
    }
    let token = token(&folder, &["compile"], &names[..8]);
    folder.expect(0, &["compile", "--allow-removals", &token]);
    folder.commit("clean up");
    (folder, token)
}

#[test]
fn the_guard_applies_against_the_base_also_where_the_author_had_a_token() {
    let (folder, _) = clean_up();
    checked(&folder, "proposal", 4, "eight of nine");
    let refused = folder.json(4, &CHECK)["refused"].clone();
    assert_eq!(refused["removals"].as_array().map(Vec::len), Some(8), "{refused:#}");
    let token = refused["token"].as_str().unwrap();
    folder.expect(0, &[&CHECK[..], &["--allow-removals", token]].concat());
    folder.expect(4, &[&CHECK[..], &["--allow-removals", "0123456789abcdef"]].concat());
    folder.expect(0, &["compile", "--check"]);
}

#[test]
fn the_guard_adds_up_the_commits_of_a_request() {
    let names: Vec<_> = (1..=9).map(|number| format!("mod-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let folder = Folder::with_modules(&names);
    folder.expect(0, &["sync"]);
    branch(&folder, "proposal");
    for step in names[..6].chunks(2) {
        for name in step {
            folder.remove_folder(&format!("modules/{name}"));
        }
        folder.expect(0, &["compile"]);
        folder.commit("a small step");
    }
    checked(&folder, "proposal", 4, "six of nine, in three steps");
}

#[test]
fn settings_that_the_request_loosens_do_not_loosen_the_guard_against_the_base() {
    let (folder, _) = clean_up();
    folder.write("modreg.toml", "[guard]\nremovals = 1000\npercent = 100\n");
    folder.commit("loosen the guard");
    checked(&folder, "proposal", 4, "loosened in the request");
}

/// Checks that a line of the output names the module beside the word.
fn lists(ran: &Ran, name: &str, word: &str, what: &str) {
    let printed = format!("{}{}", ran.out, ran.err);
    assert!(printed.lines().any(|line| line.contains(name) && line.contains(word)), "{what}: {printed}");
}

#[test]
fn every_pin_and_hold_that_the_request_adds_or_lifts_is_listed() {
    type Case = (&'static str, Act, Act, (&'static str, &'static str), i32);
    let nothing: Act = |_| {};
    let cases: [Case; 5] = [
        (
            "a pin that is added",
            nothing,
            |folder| drop(folder.expect(0, &["rollback", "1", "drive", "--reason", "bad words"])),
            ("drive", "pin"),
            0,
        ),
        (
            "a pin that is lifted",
            |folder| drop(folder.expect(0, &["rollback", "1", "drive", "--reason", "bad words"])),
            |folder| drop(folder.expect(0, &["unpin", "drive"])),
            ("drive", "pin"),
            0,
        ),
        (
            "a pin that goes to another version",
            |folder| drop(folder.expect(0, &["rollback", "1", "drive", "--reason", "bad words"])),
            |folder| drop(folder.expect(0, &["rollback", "2", "drive", "--reason", "better words"])),
            ("drive", "pin"),
            0,
        ),
        (
            "a hold that is added",
            nothing,
            |folder| {
                folder.write("modules/mail/module.yaml", "name: mail\n");
                folder.expect(3, &["compile"]);
                folder.commit("a broken manifest, compiled");
            },
            ("mail", "held"),
            3,
        ),
        (
            "a hold that is lifted",
            |folder| {
                break_manifest(folder, "mail");
                folder.expect(3, &["sync"]);
            },
            |folder| {
                folder.write("modules/mail/module.yaml", manifest("mail"));
                folder.expect(0, &["compile"]);
                folder.commit("a good manifest, compiled");
            },
            ("mail", "held"),
            0,
        ),
    ];
    for (what, before, change, (name, word), code) in cases {
        let folder = registry();
        revise(&folder, "drive", "1.1.0", "Other.");
        folder.expect(0, &["sync"]);
        before(&folder);
        branch(&folder, "proposal");
        change(&folder);
        let ran = checked(&folder, "proposal", code, what);
        lists(&ran, name, word, what);
    }
}

#[test]
fn versions_are_compared_with_those_of_the_base() {
    // (version and purpose in the request, the rule that finds it)
    let cases = [
        ("1.0.0", "Other.", Some("version/not-bumped")),
        ("0.9.0", "Other.", Some("version/decreased")),
        ("1.0.1", "Other.", None),
        ("1.0.0", "What chat is for.", None),
    ];
    for (version, purpose, rule) in cases {
        let what = format!("{version} {purpose}");
        let folder = registry();
        branch(&folder, "proposal");
        // An earlier commit of the same request cannot be the base.
        revise(&folder, "chat", version, "A first attempt.");
        folder.expect(0, &["compile"]);
        folder.commit("compiled");
        revise(&folder, "chat", version, purpose);
        folder.expect(0, &["compile"]);
        folder.commit("compiled again");
        check_out_merge(&folder, "proposal");
        let report = folder.report(0, "compile-report", &CHECK);
        let found: Vec<_> = report["diagnostics"].as_array().unwrap().iter().collect();
        let codes: Vec<_> = found.iter().map(|found| found["code"].as_str().unwrap()).collect();
        assert_eq!(codes, rule.iter().copied().collect::<Vec<_>>(), "{what}: {report:#}");
        let report = folder.json(0, &["compile", "--check"]);
        assert_eq!(report["diagnostics"], json!([]), "{what}: without a base nothing changed");
    }
}

#[test]
fn a_base_that_is_none_is_a_mistake_of_the_caller() {
    let folder = registry();
    folder.refuses(2, &["compile", "--check", "--base", "no-such-branch"], &["no-such-branch"]);
    folder.refuses(2, &["compile", "--base", "HEAD"], &["--check"]);
    let empty = folder.git(&["commit-tree", "-m", "nothing", &folder.git(&["mktree"])]);
    folder.expect(0, &["compile", "--check", "--base", &empty]);
    assert_eq!(commit_of(&folder, "HEAD:registry/modules"), folder.root()["tree"]);
}

#[test]
fn a_commit_of_the_request_can_let_removals_through() {
    let folder = registry();
    for name in ["task", "todo", "wiki"] {
        publish(&folder, name);
    }
    branch(&folder, "proposal");
    let names: Vec<String> =
        crate::log::entries(&folder, "HEAD").split(' ').skip(1).map(str::to_owned).collect();
    for name in &names {
        folder.remove(&format!("modules/{name}/module.yaml"));
    }
    folder.commit("most modules are gone");
    let removals: Vec<&str> = names.iter().map(String::as_str).collect();
    let token = token(&folder, &["compile"], &removals);
    folder.expect(0, &["compile", "--allow-removals", &token]);
    folder.commit("compiled");
    checked(&folder, "proposal", 4, "without a trailer");
    folder.git(&["switch", "--quiet", "proposal"]);
    let trailer = format!("Allow-Removals: {token}");
    folder.git(&["commit", "--quiet", "--allow-empty", "--message", "on purpose", "--message", &trailer]);
    checked(&folder, "proposal", 0, "with the token in a trailer");
    folder.git(&["switch", "--quiet", "proposal"]);
    folder.git(&[
        "commit",
        "--quiet",
        "--amend",
        "--allow-empty",
        "--message",
        "Allow-Removals: 0123456789abcdef",
    ]);
    checked(&folder, "proposal", 4, "with another token");
}

#[test]
fn a_pin_that_a_request_adds_passes_in_a_clone_of_two_commits() {
    let folder = registry();
    for name in ["todo", "wiki"] {
        publish(&folder, name);
    }
    revise(&folder, "chat", "1.1.0", "Bad.");
    folder.expect(0, &["sync"]);
    branch(&folder, "proposal");
    folder.expect(0, &["rollback", "1", "chat", "--reason", "bad words"]);
    check_out_merge(&folder, "proposal");
    let clone = Folder::empty();
    let url = format!("file://{}", folder.path().display());
    folder.git(&["branch", "--force", "merged"]);
    clone.git(&["clone", "--quiet", "--depth=2", "--branch=merged", &url, "."]);
    let ran = ends(&clone, 0, &CHECK, "a pin");
    let printed = format!("{}{}", ran.out, ran.err);
    assert!(printed.contains("adds a pin: chat") && printed.contains("was not checked"), "{printed}");
}
