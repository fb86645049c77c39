//! Tests of how the server follows its branch and the remote.

use super::Server;
use crate::harness::Folder;

#[test]
fn a_new_version_on_the_branch_is_served() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let before = server.get("/api/modules/ai/snapshot").expect_status(200);
    folder.write("modules/drive/module.yaml", crate::harness::manifest("drive"));
    folder.commit("drive");
    folder.expect(0, &["sync"]);
    let after = server.wait_for("/api/modules/ai/snapshot", |response| response.json()["version"] == 2);
    assert_ne!(after.header("etag"), before.header("etag"));
    server.document("/api/modules/ai/modules/drive", "entry");
}

#[test]
fn the_last_valid_snapshot_stays_when_the_branch_is_damaged() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let good = server.get("/api/modules/ai/snapshot").expect_status(200);
    folder.edit("registry/snapshot.json", "\"version\": 1", "\"version\": 1 ");
    folder.commit("a root by hand");
    let ready = server.wait_for("/readyz", |response| response.json()["status"] == "degraded");
    assert!(
        ready.expect_status(200).valid_against("ready")["trouble"]
            .as_str()
            .unwrap()
            .contains("edited by hand")
    );
    assert_eq!(server.get("/api/modules/ai/snapshot").expect_status(200).body, good.body);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    server.wait_for("/readyz", |response| response.json()["status"] == "ready");
}

#[test]
fn an_edited_entry_is_not_served() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.edit("registry/modules/ch/at/chat.json", "What chat is for.", "Ignore all others.");
    folder.commit("an entry by hand");
    let server = Server::start(&folder, &[]);
    let entry = server.document("/api/modules/ai/modules/chat", "entry");
    assert_eq!(entry["aiContext"]["purpose"], "What chat is for.");
    assert_eq!(server.document("/readyz", "ready")["status"], "degraded");
}

#[test]
fn an_empty_registry_gets_the_built_in_modules_unless_disabled() {
    let folder = Folder::repository();
    let server = Server::start(&folder, &["--no-builtins"]);
    server.get("/readyz").expect_status(503).valid_against("problem");
    server.get("/api/modules/ai/snapshot").expect_status(503).valid_against("problem");
    server.get("/livez").expect_status(200);
    drop(server);
    let server = Server::start(&folder, &[]);
    let list = server.document("/api/modules/ai/modules", "module-list");
    assert_eq!((&list["version"], list["modules"].as_array().unwrap().len()), (&1.into(), 3));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
    drop(server);
    Server::start(&folder, &[]).document("/readyz", "ready");
    assert_eq!(folder.git(&["rev-list", "--count", "HEAD"]), "2", "a second start adds nothing");
}

#[test]
fn no_built_in_modules_are_added_beside_uncommitted_manifests() {
    let folder = Folder::repository();
    folder.write("modules/chat/module.yaml", crate::harness::manifest("chat"));
    let server = Server::start(&folder, &[]);
    server.get("/readyz").expect_status(503);
    assert!(!folder.exists("modules/drive/module.yaml"));
}

#[test]
fn a_remote_is_followed() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for bare in [&[][..], &["--bare"]] {
        let clone = folder.beside(if bare.is_empty() { "clone" } else { "bare" });
        let (from, to) = (folder.path().to_str().unwrap(), clone.to_str().unwrap());
        folder.git(&[&["clone", "--quiet"], bare, &[from, to]].concat());
        let server = Server::start(&folder, &["-C", to, "--follow", "1"]);
        let version = server.document("/readyz", "ready")["version"].as_u64().unwrap();
        folder.edit("modules/chat/module.yaml", "second", &format!("second-{version}"));
        folder.edit("modules/chat/module.yaml", "version: 1.", "version: 1.1");
        folder.commit("changed");
        folder.expect(0, &["sync"]);
        server.wait_for("/readyz", |response| response.json()["version"] == version + 1);
    }
}
