//! The workflows, the action and the pipeline of this repository, which `modreg init` also writes: their scripts, step by
//! step, against real remotes.

mod expression;
mod forks;
mod runner;

use std::{fs, os::unix::fs::symlink, thread};

use serde_json::{Value, json};

use crate::{
    harness::{Folder, Ran, manifest},
    push::Remote,
};
use runner::Runner;

/// A checkout as the hosted runner makes it: one commit deep.
fn checkout(remote: &Remote) -> Folder {
    remote.clone_with(&["--depth=1"])
}

fn merge_event() -> Value {
    json!({
        "github": { "event_name": "push", "ref_name": "main", "event": { "repository": { "default_branch": "main" } } },
        "inputs": {},
        "vars": {},
    })
}

fn night_event() -> Value {
    json!({ "github": { "event_name": "schedule", "ref_name": "main" }, "inputs": { "trigger": "nightly" }, "vars": {} })
}

fn pull_request_event(from: &str) -> Value {
    json!({
        "github": {
            "event_name": "pull_request",
            "repository": "example/registry",
            "token": "secret",
            "event": {
                "repository": { "private": false },
                "pull_request": { "number": 7, "head": { "repo": { "full_name": from } } },
            },
        },
        "inputs": {},
        "vars": {},
    })
}

/// A remote whose registry has its first version.
fn remote() -> Remote {
    let remote = Remote::new();
    Runner::new(checkout(&remote), merge_event()).workflow("sync").ended(true);
    remote
}

/// Commits a change and pushes it, as merging a pull request does.
fn merge(remote: &Remote, path: &str, text: &str) {
    let author = remote.clone_with(&[]);
    author.write(path, text);
    author.commit("a merge");
    author.git(&["push", "--quiet", "origin", "main"]);
}

/// A checkout of a pull request that changes one file: detached, as the hosted runner makes it.
fn pull_request(remote: &Remote, path: &str, text: &str) -> Folder {
    let folder = checkout(remote);
    folder.write(path, text);
    folder.commit("a proposal");
    folder.git(&["checkout", "--quiet", "--detach"]);
    folder
}

const BROKEN: &str = "name: drive\nversion: 1.0.0\naiContext:\n  purpose: What drive is for.\n  category: OTHR\n  keywords: [drive]\n";

#[test]
fn a_pull_request_that_breaks_a_manifest_is_told_where() {
    let runner = Runner::new(
        pull_request(&remote(), "modules/drive/module.yaml", BROKEN),
        pull_request_event("example/registry"),
    );
    let job = runner.workflow("validate").ended(false);
    let check = job.step("Check the manifests").ran();
    assert_eq!(check.code, 1);
    check.prints(&["::error file=modules/drive/module.yaml,line=5,", "title=schema/enum"]);
    assert!(job.names().contains(&"Upload the findings"));
    let sarif: Value =
        serde_json::from_str(&fs::read_to_string(runner.checkout.beside("temp/modreg.sarif")).unwrap())
            .unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "schema/enum");
    assert!(runner.asked("gh").contains("--method POST repos/example/registry/issues/7/comments"));
}

#[test]
fn a_pull_request_keeps_one_comment_with_what_it_changes() {
    let folder = pull_request(&remote(), "modules/chat/module.yaml", &manifest("chat"));
    let runner = Runner::new(folder, pull_request_event("example/registry"));
    runner.workflow("validate").ended(true);
    assert!(fs::read_to_string(runner.checkout.beside("comment.md")).unwrap().contains("chat"));
    fs::write(runner.checkout.beside("comment.id"), "41\n").unwrap();
    runner.workflow("validate").ended(true);
    assert!(runner.asked("gh").ends_with("comment.md\n"));
    assert!(runner.asked("gh").contains("--method PATCH repos/example/registry/issues/comments/41"));
}

#[test]
fn a_pull_request_from_a_fork_writes_nothing() {
    let folder = pull_request(&remote(), "modules/chat/module.yaml", &manifest("chat"));
    let runner = Runner::new(folder, pull_request_event("somebody/fork"));
    let job = runner.workflow("validate").ended(true);
    assert!(!job.names().contains(&"Upload the findings"));
    assert_eq!(runner.asked("gh"), "");
}

#[test]
fn a_registry_that_its_authors_compile_is_checked() {
    let mut event = pull_request_event("example/registry");
    event["vars"]["MODREG_COMPILED"] = json!("true");
    let folder = pull_request(&remote(), "modules/chat/module.yaml", &manifest("chat"));
    folder.git(&["switch", "--quiet", "main"]);
    let runner = Runner::new(folder, event);
    let job = runner.workflow("validate").ended(false);
    assert_eq!(job.step("Check that the registry is compiled").ran().code, 1);
    runner.checkout.expect(0, &["compile"]);
    runner.workflow("validate").ended(true);
}

#[test]
fn a_merge_is_published() {
    let remote = remote();
    merge(&remote, "modules/chat/module.yaml", &manifest("chat"));
    let job = Runner::new(checkout(&remote), merge_event()).workflow("sync").ended(true);
    assert_eq!(remote.modules(), "chat drive");
    assert!(remote.log().starts_with("registry: v2 (1 added, 0 updated, 0 removed)\na merge\n"));
    let outputs = &job.step("Sync").outputs;
    assert_eq!((&*outputs["changed"], &*outputs["version"], &*outputs["added"]), ("true", "2", "1"));
    assert_eq!(outputs["commit"], remote.head());
    assert_eq!(remote.0.git(&["log", "-1", "--format=%an"]), "github-actions[bot]");
    assert!(job.step("Sync").summary.contains("chat"));
}

#[test]
fn two_merges_at_once_both_land() {
    let remote = remote();
    let runners: Vec<_> = ["chat", "calendar"]
        .into_iter()
        .map(|name| {
            merge(&remote, &format!("modules/{name}/module.yaml"), &manifest(name));
            Runner::new(checkout(&remote), merge_event())
        })
        .collect();
    thread::scope(|scope| {
        for runner in &runners {
            scope.spawn(|| runner.workflow("sync").ended(true));
        }
    });
    assert_eq!(remote.modules(), "calendar chat drive");
}

#[test]
fn a_night_without_news_makes_no_commit() {
    let remote = remote();
    let head = remote.head();
    let job = Runner::new(checkout(&remote), night_event()).workflow("sync").ended(true);
    assert_eq!(remote.head(), head);
    assert_eq!(job.step("Sync").outputs["changed"], "false");
}

#[test]
fn a_night_with_a_held_module_is_red() {
    let remote = remote();
    merge(&remote, "modules/drive/module.yaml", BROKEN);
    let job = Runner::new(checkout(&remote), night_event()).workflow("sync").ended(false);
    assert_eq!(job.step("Sync").ran().code, 3);
    assert_eq!(job.step("Sync").outputs["held"], "1");
    assert!(job.step("Sync").summary.contains("schema/enum"));
    assert_eq!(remote.modules(), "drive");
}

#[test]
fn a_night_after_a_change_by_hand_repairs_it_and_is_red() {
    let remote = remote();
    let author = remote.clone_with(&[]);
    author.edit("registry/modules/dr/iv/drive.json", "What drive", "What nobody");
    author.commit("by hand");
    author.git(&["push", "--quiet", "origin", "main"]);
    let job = Runner::new(checkout(&remote), night_event()).workflow("sync").ended(false);
    job.step("Check for manual edits").ran().prints(&["::error file=registry/modules/dr/iv/drive.json"]);
    assert_eq!(job.step("Sync").ran().code, 0);
    assert!(!remote.clone_with(&[]).read("registry/modules/dr/iv/drive.json").contains("nobody"));
}

#[test]
fn the_action_runs_a_command_and_hands_its_exit_code_on() {
    // (command, arguments, whether a held module fails the step) and (exit code, whether the step succeeds)
    let table = [
        (("validate", "", "true"), ("1", false)),
        (("sync", "--dry-run\n\n--trigger\nmerge", "true"), ("3", false)),
        (("sync", "--dry-run", "false"), ("3", true)),
        (("status", "--format\njson", "true"), ("0", true)),
        (("validate", "modules/no such; echo owned", "true"), ("2", false)),
    ];
    let remote = remote();
    merge(&remote, "modules/drive/module.yaml", BROKEN);
    for ((command, arguments, fails), (code, succeeds)) in table {
        let inputs =
            json!({ "command": command, "arguments": arguments, "repository": ".", "fail-on-held": fails });
        let runner = Runner::new(checkout(&remote), json!({ "inputs": inputs }));
        let job = runner.action().ended(succeeds);
        assert_eq!(job.step("Run modreg").outputs["exit-code"], code, "{command} {arguments}");
        assert!(!job.step("Run modreg").ran().out.contains("owned\n"));
        assert!(runner.asked("cargo").starts_with("build --release --locked --manifest-path "));
    }
}

#[test]
fn the_action_refuses_a_command_that_is_none() {
    for command in ["", "--version", "sync; echo owned", "Sync"] {
        let inputs =
            json!({ "command": command, "arguments": "", "repository": ".", "fail-on-held": "true" });
        let runner = Runner::new(checkout(&remote()), json!({ "inputs": inputs }));
        assert_eq!(runner.action().ended(false).step("Run modreg").ran().code, 2);
    }
}

/// A checkout as GitLab's runner makes it: a commit, and no branch.
fn gitlab_checkout(remote: &Remote) -> Runner {
    let folder = checkout(remote);
    folder.git(&["checkout", "--quiet", "--detach"]);
    folder.git(&["branch", "--quiet", "--delete", "--force", "main"]);
    Runner::new(folder, json!({}))
}

/// The variables of a pipeline on the default branch that `source` started.
fn sync_on_gitlab(remote: &Remote, source: &str) -> Ran {
    let runner = gitlab_checkout(remote);
    let commit = runner.checkout.git(&["rev-parse", "HEAD"]);
    let _ = symlink(remote.0.path(), remote.0.beside("registry.git"));
    let variables = [
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_COMMIT_SHA", &*commit),
        ("CI_PROJECT_URL", &*remote.url()),
        ("CI_PIPELINE_SOURCE", source),
    ];
    runner.pipeline("sync", &variables)
}

#[test]
fn on_gitlab_merges_and_nights_publish() {
    let remote = Remote::new();
    let merged = sync_on_gitlab(&remote, "push");
    assert_eq!((merged.code, &*remote.modules()), (0, "drive"), "{}", merged.err);
    merge(&remote, "modules/drive/module.yaml", BROKEN);
    let held = sync_on_gitlab(&remote, "schedule");
    assert_eq!((held.code, &*remote.modules()), (3, "drive"), "{}", held.err);
    assert!(remote.log().starts_with("registry: v2 "));
    assert!(remote.0.git(&["log", "-1", "--format=%B"]).contains("Trigger: nightly"));
}

#[test]
fn on_gitlab_a_merge_request_gets_its_reports() {
    let remote = remote();
    let runner = Runner::new(pull_request(&remote, "modules/drive/module.yaml", BROKEN), json!({}));
    let ran = runner.pipeline("validate", &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let quality: Value = serde_json::from_str(&runner.checkout.read("gl-code-quality-report.json")).unwrap();
    assert_eq!(quality[0]["check_name"], "schema/enum");
    assert_eq!(quality[0]["location"]["lines"]["begin"], 5);
    assert!(
        runner.checkout.read("modreg-junit.xml").contains("<testsuite name=\"modules/drive/module.yaml\"")
    );
    assert!(runner.checkout.exists("modreg-diff.md"));
}

#[test]
fn on_gitlab_a_registry_that_is_not_compiled_fails_where_it_has_to_be() {
    let remote = remote();
    let runner = Runner::new(pull_request(&remote, "modules/chat/module.yaml", &manifest("chat")), json!({}));
    assert_eq!(runner.pipeline("validate", &[]).code, 0);
    let base = runner.checkout.git(&["rev-parse", "HEAD^1"]);
    let variables = [("MODREG_COMPILED", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*base)];
    let ran = runner.pipeline("validate", &variables);
    assert_eq!(ran.code, 1, "{}", ran.err);
    ran.prints(&["chat.json: is missing or differs"]);
}
