//! On which events the workflows of this repository run, and what they may do in a fork.

use serde_json::{Value, json};

use super::{
    expression, pull_request, pull_request_event, remote,
    runner::{Runner, read},
};
use crate::harness::manifest;

/// Whether the one job of a workflow runs on an event.
fn runs(workflow: &str, contexts: &Value) -> bool {
    let workflow = read(&format!(".github/workflows/{workflow}.yml"));
    let job = workflow["jobs"].as_object().and_then(|jobs| jobs.values().next()).expect("a job");
    let Some(condition) = job["if"].as_str() else { return true };
    let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
    expression::is_true(&expression::value(condition, contexts))
}

fn event(name: &str, branch: &str, is_fork: bool) -> Value {
    json!({
        "github": {
            "event_name": name,
            "ref_name": branch,
            "repository": if is_fork { "somebody/registry" } else { "example/registry" },
            "event": { "repository": { "default_branch": "main", "fork": is_fork } },
        },
        "inputs": {},
        "vars": {},
    })
}

#[test]
fn a_fork_publishes_nothing() {
    // (workflow, event, branch) and whether it runs in the registry's own repository; in a fork none does.
    let table = [
        (("sync", "push", "main"), true),
        (("sync", "push", "side"), false),
        (("sync", "workflow_dispatch", "main"), true),
        (("nightly", "schedule", "main"), true),
    ];
    for ((workflow, name, branch), expected) in table {
        let what = format!("{workflow} on {name} of {branch}");
        assert_eq!(runs(workflow, &event(name, branch, false)), expected, "{what}");
        let in_fork = runs(workflow, &event(name, branch, true));
        // The nightly workflow calls that for syncs, whose own condition sees the same event.
        let publishes = in_fork && (workflow == "sync" || runs("sync", &event(name, branch, true)));
        assert!(!publishes, "{what}, in a fork");
    }
}

#[test]
fn requests_and_queues_are_validated_two_commits_deep() {
    let workflow = read(".github/workflows/validate.yml");
    for event in ["pull_request", "merge_group"] {
        assert!(workflow["on"].get(event).is_some(), "validate.yml does not run on {event}");
    }
    let jobs = workflow["jobs"].as_object().expect("jobs");
    let steps = jobs.values().next().and_then(|job| job["steps"].as_array()).expect("steps");
    let checkout =
        steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("checkout")));
    assert_eq!(checkout.expect("a checkout")["with"]["fetch-depth"], 2);
}

#[test]
fn a_compiled_request_from_a_fork_is_checked_and_moves_no_branch() {
    let remote = remote();
    let head = remote.head();
    for is_compiled in [true, false] {
        let folder = pull_request(&remote, "modules/chat/module.yaml", &manifest("chat"));
        if is_compiled {
            folder.expect(0, &["compile"]);
            folder.commit("the registry");
        }
        let mut contexts = pull_request_event("somebody/fork");
        contexts["vars"]["MODREG_COMPILED"] = json!("true");
        let runner = Runner::new(folder, contexts);
        runner.workflow("validate").ended(is_compiled);
        assert_eq!(runner.asked("gh"), "");
        assert_eq!((remote.head(), &*remote.modules()), (head.clone(), "drive"));
    }
}

#[test]
fn a_compiled_request_is_checked_against_the_first_parent_of_its_merge() {
    let remote = remote();
    let author = remote.clone_with(&[]);
    author.git(&["switch", "--quiet", "--create", "proposal"]);
    author.write("modules/chat/module.yaml", manifest("chat"));
    author.expect(0, &["compile"]);
    author.commit("chat, with the registry");
    // The main branch goes on, so the first parent of the merge is not the base of the branch.
    let other = remote.clone_with(&[]);
    other.write("notes.txt", "no matter");
    other.commit("notes");
    other.git(&["push", "--quiet"]);
    author.git(&["fetch", "--quiet"]);
    author.git(&["switch", "--quiet", "--detach", "origin/main"]);
    author.git(&["merge", "--quiet", "--no-ff", "--message", "Merge proposal into main", "proposal"]);
    author.git(&["push", "--quiet", "origin", "HEAD:refs/heads/merge"]);
    let folder = remote.clone_with(&["--depth=2", "--branch=merge"]);
    let mut contexts = pull_request_event("example/registry");
    contexts["vars"]["MODREG_COMPILED"] = json!("true");
    let runner = Runner::new(folder, contexts);
    runner.workflow("validate").ended(true);
}
