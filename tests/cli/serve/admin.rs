//! Tests of the routes for administrators.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Response, Server};
use crate::harness::{Folder, manifest};

pub(super) const SECRET: &str = "a secret that only these tests have";
pub(super) const SYNC: &str = "/api/admin/modules/ai/sync";
const STATUS: &str = "/api/admin/modules/ai/sync/status";

/// Returns a token with the role of an administrator.
pub(super) fn token() -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "HS256", "typ": "JWT" }));
    let body = part(json!({ "sub": "ada", "role": "ADMIN", "exp": 4_102_444_800_u64 }));
    let mut signature = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    signature.update(format!("{head}.{body}").as_bytes());
    format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes()))
}

pub(super) fn server(folder: &Folder, args: &[&str]) -> Server {
    Server::start_with(folder, args, &[("MODREG_JWT_SECRET", SECRET)])
}

pub(super) fn call(server: &Server, method: &str, path: &str, body: &str) -> Response {
    let bearer = format!("Bearer {}", token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    server.send(method, path, &headers, body)
}

#[test]
fn sync_and_status_responses_have_their_documented_form() {
    let folder = Folder::with_modules(&["chat", "drive", "mail", "note"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.edit("modules/drive/module.yaml", "1.0.0", "1.1.0");
    folder.remove("modules/mail/module.yaml");
    folder.write("modules/todo/module.yaml", manifest("todo"));
    folder.write("modules/plain/module.yaml", "name: plain\nversion: 1.0.0\n");
    folder.write("modules/broken/module.yaml", "name: [");
    folder.commit("all sorts of changes");
    let server = server(&folder, &[]);
    let dry =
        call(&server, "POST", SYNC, "{\"dryRun\": true}").expect_status(200).valid_against("sync-answer");
    assert_eq!((&dry["version"], &dry["commit"]), (&1.into(), &Value::Null));
    let done = call(&server, "POST", SYNC, "").expect_status(200).valid_against("sync-answer");
    assert_eq!(done["details"].as_array().unwrap().len(), 7, "{done:#}");
    let of = |name: &str| {
        let details = done["details"].as_array().unwrap();
        let detail = details.iter().find(|detail| detail["moduleId"] == name).unwrap();
        format!("{} {}", detail["action"].as_str().unwrap(), detail["status"].as_str().unwrap())
    };
    for (name, expected) in [
        ("broken", "error failed"),
        ("chat", "error failed"),
        ("drive", "updated success"),
        ("mail", "removed success"),
        ("note", "no_change success"),
        ("plain", "skipped success"),
        ("todo", "added success"),
    ] {
        assert_eq!(of(name), expected, "{name}");
    }
    let expected =
        json!({ "added": 1, "updated": 1, "removed": 1, "unchanged": 1, "skipped": 1, "errors": 2 });
    assert_eq!((&done["success"], &done["summary"]), (&true.into(), &expected));
    assert_eq!((&done["version"], &done["commit"]), (&2.into(), &folder.git(&["rev-parse", "HEAD"]).into()));
    assert_eq!(
        server.document("/api/modules/ai/snapshot", "registry")["version"],
        2,
        "the new version is served immediately"
    );
    assert!(folder.git(&["log", "-1", "--format=%B"]).contains("Trigger: api"));

    let status = call(&server, "GET", STATUS, "").expect_status(200).valid_against("status-answer");
    let status = &status["status"];
    assert_eq!((&status["totalModules"], &status["heldModules"]), (&4.into(), &1.into()), "{status:#}");
    assert_eq!((&status["running"], &status["stale"]), (&false.into(), &false.into()));
    assert_eq!(status["held"]["chat"]["since"], 2);
    let again = call(&server, "POST", SYNC, "{}").expect_status(200).valid_against("sync-answer");
    assert_eq!((&again["version"], &again["commit"]), (&2.into(), &Value::Null));
}

#[test]
fn a_branch_that_was_rewritten_or_removed_at_the_remote_is_a_conflict() {
    for (change, reason) in
        [("HEAD~1:refs/heads/main", "was rewritten"), (":refs/heads/main", "no longer exists")]
    {
        let folder = Folder::with_modules(&["chat"]);
        folder.git(&["init", "--quiet", "--bare", "--initial-branch=trunk", "../remote.git"]);
        folder.git(&["remote", "add", "origin", "../remote.git"]);
        folder.expect(0, &["sync", "--push"]);
        folder.git(&[
            "push",
            "--quiet",
            "--force",
            &folder.path().join("../remote.git").to_string_lossy(),
            change,
        ]);
        let server = server(&folder, &["--push"]);
        let problem = call(&server, "POST", SYNC, "").expect_status(409).valid_against("problem");
        assert!(problem.to_string().contains(reason), "{problem:#}");
    }
}

#[test]
fn many_removals_need_the_token_of_the_refusal() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.write("modules/drive/module.yaml", manifest("drive"));
    folder.commit("chat goes");
    let server = server(&folder, &[]);
    let refused = call(&server, "POST", SYNC, "").expect_status(409).valid_against("problem");
    assert_eq!(refused["type"], "urn:modreg:problem:refused-by-guard");
    assert_eq!(refused["removals"], json!(["chat"]));
    let body = json!({ "allowRemovals": refused["token"] }).to_string();
    call(&server, "POST", SYNC, &body).expect_status(200).valid_against("sync-answer");
    server.get("/api/modules/ai/modules/chat").expect_status(404);
}

#[test]
fn a_rollback_pins_modules_until_they_are_unpinned() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.1.0");
    folder.commit("changed");
    folder.expect(0, &["sync"]);
    let server = server(&folder, &[]);
    let body = "{\"version\": 1.0, \"modules\": [\"chat\"], \"reason\": \"a regression\"}";
    let back = call(&server, "POST", "/api/admin/modules/ai/rollback", body)
        .expect_status(200)
        .valid_against("sync-answer");
    assert_eq!((&back["version"], &back["summary"]["updated"]), (&3.into(), &1.into()));
    let whole = server.document("/api/modules/ai/snapshot", "registry");
    assert_eq!(whole["pinned"]["chat"]["reason"], "a regression");
    let lifted = call(&server, "POST", "/api/admin/modules/ai/unpin", "{}")
        .expect_status(200)
        .valid_against("sync-answer");
    assert_eq!(lifted["version"], 4);
    assert_eq!(server.document("/api/modules/ai/modules/chat", "entry")["version"], "1.1.0");
}

#[test]
fn invalid_requests_are_refused() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[serve.limits]\nbody = 100\n");
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = server(&folder, &[]);
    let long = format!("{{\"modules\": [\"{}\"]}}", "x".repeat(200));
    let rollback = "/api/admin/modules/ai/rollback";
    for (path, body, status) in [
        (SYNC, "{\"modules\": [\"unknown\"]}", 404),
        (SYNC, "{\"modules\": []}", 400),
        (SYNC, "{\"modules\": [\"No\"]}", 400),
        (SYNC, "{\"dryrun\": true}", 400),
        (SYNC, "{\"allowRemovals\": \"x\"}", 400),
        (SYNC, "[]", 400),
        (SYNC, "{\"modules\": null}", 400),
        (SYNC, "{\"allowRemovals\": null}", 400),
        (SYNC, "{", 400),
        (SYNC, long.as_str(), 413),
        (rollback, "", 400),
        (rollback, "{\"version\": 1}", 400),
        (rollback, "{\"version\": 1.5, \"reason\": \"why\"}", 400),
        (rollback, "{\"version\": 9, \"reason\": \"why\"}", 404),
        (rollback, "{\"version\": 1, \"reason\": \" \"}", 400),
        ("/api/admin/modules/ai/unpin", "{\"modules\": [\"chat\"]}", 404),
    ] {
        call(&server, "POST", path, body).expect_status(status).valid_against("problem");
    }
    let bearer = format!("Bearer {}", token());
    let text = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    server.send("POST", SYNC, &text, "{}").expect_status(415).valid_against("problem");
    call(&server, "POST", &format!("{SYNC}?dryRun=1"), "").expect_status(400);
    let anonymous = server.send("POST", SYNC, &[], "").expect_status(401);
    assert!(anonymous.header("www-authenticate").starts_with("Bearer"));
}

#[test]
fn one_sync_runs_at_a_time() {
    let folder = Folder::with_modules(&["chat"]);
    folder.git(&["init", "--quiet", "--bare", "--initial-branch=main", "../remote.git"]);
    folder.git(&["remote", "add", "origin", "../remote.git"]);
    let gate = super::Gate::before(&folder);
    let server = server(&folder, &["--push"]);
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| call(&server, "POST", SYNC, ""));
        gate.wait();
        let second = call(&server, "POST", SYNC, "");
        let status = call(&server, "GET", STATUS, "").expect_status(200).json();
        assert_eq!(status["status"]["running"], true);
        gate.open();
        (first.join().unwrap(), second)
    });
    first.expect_status(200);
    let busy = second.expect_status(409);
    assert_eq!(busy.valid_against("problem")["type"], "urn:modreg:problem:sync-running");
    assert!(!busy.header("retry-after").is_empty());
}

#[test]
fn readers_need_a_token_if_public_read_is_off() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[serve]\npublic_read = false\n");
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = server(&folder, &[]);
    for path in ["snapshot", "modules", "modules/chat", "changes?since=0", "history"] {
        let path = format!("/api/modules/ai/{path}");
        server.get(&path).expect_status(401).valid_against("problem");
        let response = call(&server, "GET", &path, "").expect_status(200);
        assert_eq!(response.header("cache-control"), "private, no-cache");
    }
    server.get("/livez").expect_status(200);
}
