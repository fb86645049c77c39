//! Tests with many concurrent clients.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::json;

use super::admin::{SYNC, call, server};
use crate::harness::{Folder, manifest};

const SNAPSHOT: &str = "/api/modules/ai/snapshot";

#[test]
fn readers_see_fifty_concurrent_syncs_in_one_order() {
    let names: Vec<_> = (0..10).map(|number| format!("module-{number}")).collect();
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for name in &names {
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    }
    folder.commit("ten modules");
    let server = server(&folder, &[]);
    // The bodies that were read, by their entity tags.
    let (seen, is_over) = (Mutex::new(BTreeMap::new()), AtomicBool::new(false));
    let answers: Vec<_> = thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                loop {
                    let is_last = is_over.load(Ordering::SeqCst);
                    let response = server.get(SNAPSHOT).expect_status(200);
                    let tag = response.header("etag").to_owned();
                    let known =
                        seen.lock().unwrap().entry(tag).or_insert_with(|| response.body.clone()).clone();
                    assert_eq!(known, response.body, "two documents have the same entity tag");
                    if is_last {
                        break;
                    }
                }
            });
        }
        let posts: Vec<_> = names
            .iter()
            .cycle()
            .take(50)
            .enumerate()
            .map(|(number, name)| {
                let body = json!({ "modules": [name] }).to_string();
                let server = &server;
                scope.spawn(move || {
                    let mut answers = vec![call(server, "POST", SYNC, &body)];
                    // One request for each module is repeated until it succeeds.
                    while number < 10 && answers.last().unwrap().status == 409 {
                        answers.push(call(server, "POST", SYNC, &body));
                    }
                    answers
                })
            })
            .collect();
        let answers = posts.into_iter().flat_map(|post| post.join().unwrap()).collect();
        is_over.store(true, Ordering::SeqCst);
        answers
    });
    let mut made = BTreeSet::from([1]);
    for answer in answers {
        if answer.status == 409 {
            assert_eq!(answer.valid_against("problem")["type"], "urn:modreg:problem:sync-running");
            continue;
        }
        let done = answer.expect_status(200).valid_against("sync-answer");
        let version = done["version"].as_u64().unwrap();
        assert!(done["commit"].is_null() || made.insert(version), "version {version} was published twice");
    }
    let latest = 11;
    assert_eq!(made, (1..=latest).collect(), "one version for each module");
    let report = server.document("/api/modules/ai/history", "history-report");
    let history = report["history"].as_array().unwrap().iter();
    let history: Vec<_> = history.map(|one| one["version"].as_u64().unwrap()).collect();
    assert_eq!(history, (1..=latest).rev().collect::<Vec<_>>());
    // Every document that was read equals the version in Git, and each version has one document.
    let mut read = BTreeSet::new();
    for body in seen.into_inner().unwrap().into_values() {
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let version = document["version"].as_u64().unwrap();
        assert!(read.insert(version), "two documents of version {version}");
        assert_eq!(server.get(&format!("{SNAPSHOT}?version={version}")).expect_status(200).body, body);
        assert_eq!(
            document["modules"].as_array().unwrap().len() as u64,
            version,
            "each version adds one module"
        );
    }
    assert!(read.contains(&latest), "the last read returns the latest version");
    folder.expect(0, &["verify"]);
}
