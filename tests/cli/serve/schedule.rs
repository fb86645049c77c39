//! Tests of scheduled syncs and their webhook messages.

use super::Server;
use crate::{
    harness::Folder,
    webhooks::{SECRET, receiver},
};

/// Starts a server that has the secret of the webhook.
fn start(folder: &Folder) -> Server {
    Server::start_with(folder, &[], &[("HOOK_SECRET", SECRET)])
}

#[test]
fn a_missed_nightly_sync_is_made_up_once_and_reported() {
    let (url, bodies) = receiver(&[204, 500]);
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modreg.toml", format!("[[webhooks]]\nurl = \"{url}\"\nsecret_env = \"HOOK_SECRET\"\n"));
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("changed");
    folder.write(
        ".git/modreg/schedule.json",
        "{\"registry\": {\"schedule\": \"0 3 * * * America/Chicago\", \"until\": \"2025-01-01T00:00:00Z\"}}",
    );
    let server = start(&folder);
    let event = bodies.recv().unwrap();
    assert_eq!((&event["type"], &event["data"]["trigger"]), (&"sync.completed".into(), &"schedule".into()));
    assert_eq!((&event["data"]["previousVersion"], &event["data"]["version"]), (&1.into(), &2.into()));
    let delivered = |text: &str| text.contains("modreg_webhook_deliveries_total{result=\"delivered\"} 1");
    let metrics = server.wait_for("/metrics", |response| delivered(&String::from_utf8_lossy(&response.body)));
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(metrics.contains("modreg_schedule_lateness_seconds_count 1"), "{metrics}");
    server.signal("-TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    assert!(folder.git(&["log", "-1", "--format=%B"]).contains("Trigger: schedule"));

    folder.edit("modules/chat/module.yaml", "third", "fourth");
    folder.commit("changed again");
    let server = start(&folder);
    let looked = |text: &str| text.contains("modreg_snapshot_version 2");
    server.wait_for("/metrics", |response| looked(&String::from_utf8_lossy(&response.body)));
    server.signal("-TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    assert_eq!(folder.root()["version"], 2, "the missed sync is not made up twice");
    assert!(bodies.try_recv().is_err());
}
