//! Tests of the routes for readers.

use super::Server;
use crate::harness::Folder;

/// Returns a registry with three versions: `drive` is changed, `mail` is removed and `todo` is added.
fn three_versions() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "mail", "note", "talk"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.edit("modules/drive/module.yaml", "1.0.0", "1.1.0");
    folder.commit("drive");
    folder.expect(0, &["sync"]);
    folder.remove("modules/mail/module.yaml");
    folder.write("modules/todo/module.yaml", crate::harness::manifest("todo"));
    folder.commit("mail goes, todo comes");
    folder.expect(0, &["sync"]);
    folder
}

#[test]
fn documents_match_their_schemas() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    let whole = server.document("/api/modules/ai/snapshot", "registry");
    assert_eq!((&whole["version"], whole["modules"].as_array().unwrap().len()), (&3.into(), 5));
    assert_eq!(whole["tree"], folder.git(&["rev-parse", "HEAD:registry/modules"]));
    let list = server.document("/api/modules/ai/modules", "module-list");
    assert_eq!(
        (&list["modules"][1]["name"], &list["modules"][1]["deprecated"]),
        (&"drive".into(), &false.into())
    );
    let entry = server.get("/api/modules/ai/modules/drive").expect_status(200);
    assert_eq!(entry.valid_against("entry")["version"], "1.1.0");
    assert_eq!(entry.body, folder.read("registry/modules/dr/iv/drive.json").as_bytes());
    server.document("/livez", "live");
    let ready = server.document("/readyz", "ready");
    assert_eq!((&ready["status"], &ready["version"]), (&"ready".into(), &3.into()));
    let metrics = String::from_utf8(server.get("/metrics").expect_status(200).body).unwrap();
    for line in ["modreg_snapshot_version 3", "modreg_modules{state=\"registered\"} 5", "route=\"/livez\""] {
        assert!(metrics.contains(line), "{line} is not in:\n{metrics}");
    }
    let described = server.get("/openapi.json").expect_status(200).json();
    assert_eq!(described["openapi"], "3.1.0");
}

#[test]
fn the_list_marks_deprecated_modules() {
    let folder = Folder::repository();
    let deprecated = "deprecated: { since: 1.1.0, reason: It is part of drive., replacedBy: drive }\n";
    folder.write("modules/files.yaml", crate::harness::manifest("files") + deprecated);
    folder.commit("files is deprecated");
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let list = server.document("/api/modules/ai/modules", "module-list");
    assert_eq!(list["modules"][0]["deprecated"], true);
    let entry = server.get("/api/modules/ai/modules/files").expect_status(200);
    assert_eq!(entry.valid_against("entry")["deprecated"]["replacedBy"], "drive");
}

#[test]
fn the_list_can_be_filtered() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    for (query, expected) in [
        ("category=OTHER", "chat drive note talk todo"),
        ("category=other&keyword=CHAT", "chat"),
        ("keyword=second", "chat note talk todo"),
        ("keyword=sec", ""),
        ("category=FINANCE", ""),
    ] {
        let list = server.document(&format!("/api/modules/ai/modules?{query}"), "module-list");
        let names: Vec<_> =
            list["modules"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(" "), expected, "{query}");
    }
}

#[test]
fn changes_can_be_read_between_any_two_versions() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    for (query, expected) in [
        ("since=0", "chat added, drive added, note added, talk added, todo added"),
        ("since=1", "drive updated, mail removed, todo added"),
        ("since=2", "mail removed, todo added"),
        ("since=3", ""),
        ("since=1&until=3", "drive updated, mail removed, todo added"),
        ("since=1&until=2", "drive updated"),
        ("since=2&until=2", ""),
    ] {
        let report = server.document(&format!("/api/modules/ai/changes?{query}"), "diff-report");
        assert_eq!(report["version"], 3, "{query}");
        let changes = report["changes"].as_array().unwrap().iter();
        let changes: Vec<_> = changes
            .map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["change"].as_str().unwrap()))
            .collect();
        assert_eq!(changes.join(", "), expected, "{query}");
    }
    let ahead = server.get("/api/modules/ai/changes?since=4").expect_status(409).valid_against("problem");
    assert_eq!(ahead["latest"], 3);
    let ahead =
        server.get("/api/modules/ai/changes?since=1&until=4").expect_status(404).valid_against("problem");
    assert_eq!(ahead["latest"], 3);
    server.get("/api/modules/ai/changes?since=2&until=1").expect_status(409).valid_against("problem");
    let nonsense = server.get("/api/modules/ai/changes?since=x").expect_status(400).valid_against("problem");
    assert_eq!(nonsense["detail"], "invalid query: since: must be a whole number, 0 or more, but is `x`");
}

#[test]
fn a_shallow_clone_reports_that_old_versions_are_missing() {
    let folder = three_versions();
    let clone = folder.beside("shallow");
    let from = format!("file://{}", folder.path().display());
    folder.git(&["clone", "--quiet", "--depth=1", &from, clone.to_str().unwrap()]);
    let server = Server::start(&folder, &["-C", clone.to_str().unwrap()]);
    assert_eq!(server.document("/api/modules/ai/snapshot", "registry")["version"], 3);
    let problem = server.get("/api/modules/ai/changes?since=1").expect_status(404).valid_against("problem");
    assert_eq!(problem["type"], "urn:modreg:problem:history-cut-off");
}

#[test]
fn older_versions_can_be_read() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    let first = server.document("/api/modules/ai/snapshot?version=1", "registry");
    assert_eq!((&first["version"], &first["modules"][2]["name"]), (&1.into(), &"mail".into()));
    let latest = server.get("/api/modules/ai/snapshot").expect_status(200);
    assert_eq!(server.get("/api/modules/ai/snapshot?version=3").expect_status(200).body, latest.body);
    let old = server.document("/api/modules/ai/modules/drive?version=1", "entry");
    assert_eq!(old["version"], "1.0.0");
    server.document("/api/modules/ai/modules/mail?version=2", "entry");
    for path in
        ["snapshot?version=4", "snapshot?version=0", "modules/mail", "modules/todo?version=1", "modules/Mail"]
    {
        server.get(&format!("/api/modules/ai/{path}")).expect_status(404).valid_against("problem");
    }
    let near = server.get("/api/modules/ai/modules/driv").expect_status(404).valid_against("problem");
    assert_eq!(near["closest"], "drive");
}

#[test]
fn the_history_comes_in_pages() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    let mut path = "/api/modules/ai/history?limit=2".to_owned();
    let mut versions = Vec::new();
    loop {
        let response = server.get(&path).expect_status(200);
        let page = response.valid_against("history-report");
        versions
            .extend(page["history"].as_array().unwrap().iter().map(|one| one["version"].as_u64().unwrap()));
        let Some(next) = response.header("link").strip_suffix(">; rel=\"next\"") else { break };
        path = next.trim_start_matches('<').to_owned();
    }
    assert_eq!(versions, [3, 2, 1]);
    let drive = server.document("/api/modules/ai/history?module=drive", "history-report");
    assert_eq!(drive["history"].as_array().unwrap().len(), 2);
}

#[test]
fn a_current_copy_is_not_sent_again() {
    let folder = three_versions();
    let server = Server::start(&folder, &[]);
    for path in
        ["snapshot", "modules", "modules/chat", "modules?category=OTHER", "changes?since=1", "history"]
    {
        let path = format!("/api/modules/ai/{path}");
        let full = server.send("GET", &path, &[("accept-encoding", "gzip")], "").expect_status(200);
        let tag = full.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag}");
        assert_eq!(full.header("cache-control"), "no-cache");
        let known = [("accept-encoding", "gzip"), ("if-none-match", tag)];
        let same = server.send("GET", &path, &known, "").expect_status(304);
        assert_eq!((same.header("etag"), same.body.len()), (tag, 0));
        let head = server.send("HEAD", &path, &[("accept-encoding", "gzip")], "").expect_status(200);
        assert_eq!((head.header("content-length"), head.body.len()), (full.header("content-length"), 0));
    }
    let whole = server.send("GET", "/api/modules/ai/snapshot", &[("accept-encoding", "gzip")], "");
    assert_eq!(whole.header("content-encoding"), "gzip");
}

#[test]
fn invalid_requests_get_problem_details() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    for (method, path, status) in [
        ("GET", "/index.html", 404),
        ("POST", "/", 405),
        ("GET", "/api/modules/ai", 404),
        ("GET", "/api/modules/ai/modules/chat/", 404),
        ("GET", "/api/modules/ai/modules/%ff", 404),
        ("GET", "/api/modules/ai/snapshot?versoin=1", 400),
        ("GET", "/api/modules/ai/snapshot?version=one", 400),
        ("GET", "/api/modules/ai/snapshot?version=1&version=1", 400),
        ("GET", "/api/modules/ai/modules?color=red", 400),
        ("GET", "/api/modules/ai/changes", 400),
        ("GET", "/api/modules/ai/changes?since=-1", 400),
        ("GET", "/api/modules/ai/history?limit=0", 400),
        ("GET", "/api/modules/ai/history?module=Chat", 400),
        ("DELETE", "/api/modules/ai/snapshot", 405),
        ("POST", "/livez", 405),
        ("GET", "/api/admin/modules/ai/sync", 405),
        ("POST", "/api/admin/modules/ai/sync", 403),
        ("GET", "/api/admin/modules/ai/sync/status", 403),
    ] {
        let response = server.send(method, path, &[], "").expect_status(status);
        assert_eq!(response.header("content-type"), "application/problem+json", "{method} {path}");
        assert_eq!(response.valid_against("problem")["status"], status);
        let allow = if status == 405 { ["GET, HEAD", "POST"].as_slice() } else { &[""] };
        assert!(allow.contains(&response.header("allow")), "{method} {path}: {:?}", response.headers);
    }
    let refused = server.send("GET", "/api/modules/ai/modules", &[("accept-encoding", "identity;q=0")], "");
    refused.expect_status(406).valid_against("problem");
}

#[test]
fn each_request_has_an_id() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let given = server.send("GET", "/livez", &[("x-request-id", "job-17")], "");
    assert_eq!(given.header("x-request-id"), "job-17");
    let (one, two) = (server.get("/livez"), server.get("/nowhere"));
    assert!(!one.header("x-request-id").is_empty());
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[test]
fn pages_of_configured_origins_may_read() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[serve]\ncors = [\"https://app.example.org\"]\n");
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    for (origin, path, allowed) in [
        ("https://app.example.org", "/api/modules/ai/snapshot", true),
        ("https://app.example.org", "/api/modules/ai/history", true),
        ("https://app.example.org", "/api/admin/modules/ai/sync/status", false),
        ("https://other.example.org", "/api/modules/ai/snapshot", false),
    ] {
        let response = server.send("GET", path, &[("origin", origin)], "");
        let allowed_origin = response.header("access-control-allow-origin");
        assert_eq!(allowed_origin == origin, allowed, "{origin} {path}");
        let asks = [("origin", origin), ("access-control-request-method", "GET")];
        let preflight = server.send("OPTIONS", path, &asks, "");
        let allowed_origin = preflight.header("access-control-allow-origin");
        assert_eq!(preflight.status == 204 && allowed_origin == origin, allowed, "{origin} {path}");
    }
}
