//! Tests of the audit log, and that it contains no token.

use std::fs;

use serde_json::{Value, json};

use super::{
    Gate, Server,
    admin::{SECRET, SYNC, call, token},
};
use crate::harness::Folder;

/// Returns the fields of an audit line except for its id and duration.
fn audit(line: &Value) -> Value {
    let fields = ["who", "action", "trigger", "from", "to", "result", "error"];
    fields.iter().filter_map(|field| Some(((*field).to_owned(), line.get(*field)?.clone()))).collect()
}

#[test]
fn each_admin_request_is_one_audit_line_without_a_token() {
    let folder = Folder::with_modules(&["chat"]);
    folder.git(&["init", "--quiet", "--bare", "--initial-branch=main", "../remote.git"]);
    folder.git(&["remote", "add", "origin", "../remote.git"]);
    let gate = Gate::before(&folder);
    let server = Server::start_logging(&folder, &["--push"], &[("MODREG_JWT_SECRET", SECRET)]);
    let (first, busy) = std::thread::scope(|scope| {
        let first = scope.spawn(|| call(&server, "POST", SYNC, ""));
        gate.wait();
        let busy = call(&server, "POST", SYNC, "");
        gate.open();
        (first.join().unwrap(), busy)
    });
    let same = call(&server, "POST", SYNC, "");
    folder.remove("modules/chat/module.yaml");
    folder.commit("chat goes");
    let guarded = call(&server, "POST", SYNC, "");
    let dry = call(
        &server,
        "POST",
        "/api/admin/modules/ai/rollback",
        "{\"version\": 1, \"reason\": \"why\", \"dryRun\": true}",
    );
    let unknown = call(&server, "POST", "/api/admin/modules/ai/unpin", "{\"modules\": [\"chat\"]}");
    let forged = format!("{}x", token());
    let bearer = format!("Bearer {forged}");
    let named = [("authorization", bearer.as_str()), ("x-request-id", "forged")];
    server.send("POST", SYNC, &named, "").expect_status(401);
    server.get("/livez?access_token=in-a-query");
    server.signal("-TERM");
    assert_eq!(server.wait_for_exit(), Some(0));

    let log = fs::read_to_string(folder.beside("log")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let of = |target: &str, id: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["target"] == target && line["id"] == id).collect()
    };
    let all = lines.iter().filter(|line| line["target"] == "audit").count();
    let calls = [
        (first, 200, "sync", "api", 0, 1, "changed"),
        (busy, 409, "sync", "api", 0, 0, "conflict"),
        (same, 200, "sync", "api", 1, 1, "unchanged"),
        (guarded, 409, "sync", "api", 1, 1, "refused"),
        (dry, 200, "rollback", "rollback", 1, 1, "dry_run"),
        (unknown, 404, "unpin", "api", 1, 1, "refused"),
    ];
    assert_eq!(all, calls.len(), "{log}");
    for (response, status, action, trigger, from, to, result) in calls {
        let response = response.expect_status(status);
        let id = response.header("x-request-id");
        let [line] = of("audit", id)[..] else { panic!("not one line of {id}:\n{log}") };
        let mut expected = json!({
            "who": "ada (secret)", "action": action, "trigger": trigger, "from": from, "to": to, "result": result,
        });
        if status != 200 {
            let error = line["error"].as_str().unwrap();
            assert!(response.json()["detail"].as_str().unwrap().starts_with(error), "{line}");
            expected["error"] = error.into();
        }
        assert_eq!(audit(line), expected, "{line}");
        assert!(line["millis"].is_u64(), "{line}");
        let [request] = of("request", id)[..] else { panic!("not one line of {id}:\n{log}") };
        assert_eq!((&request["method"], &request["status"]), (&"POST".into(), &status.into()));
    }
    assert_eq!((of("request", "forged").len(), of("audit", "forged").len()), (1, 0), "{log}");
    for secret in token().split('.').chain(forged.split('.')).chain([SECRET, "Bearer", "in-a-query"]) {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
}

#[test]
fn a_log_that_is_not_read_blocks_neither_requests_nor_the_end() {
    let folder = Folder::with_modules(&["chat"]);
    let (unread, log) = std::io::pipe().unwrap();
    let server = Server::logging_to(&folder, log.into());
    let long = format!("/{}", "x".repeat(30_000));
    for _ in 0..10 {
        server.get(&long).expect_status(404);
    }
    server.signal("-TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    drop(unread);
}
