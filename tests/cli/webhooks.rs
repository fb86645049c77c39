//! Tests of the webhook messages that commands send.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc,
    thread,
};

use serde_json::Value;

use crate::harness::Folder;

/// The secret of the receiver: 24 bytes in base64.
pub(crate) const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

/// Starts a receiver that answers with each of these statuses in turn and passes on the bodies.
pub(crate) fn receiver(statuses: &'static [u16]) -> (String, mpsc::Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?key=hidden", listener.local_addr().unwrap());
    let (sender, bodies) = mpsc::channel();
    thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            sender.send(serde_json::from_slice(&body).unwrap()).unwrap();
        }
    });
    (url, bodies)
}

fn with_webhook(url: &str) -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write("modreg.toml", format!("[[webhooks]]\nurl = \"{url}\"\nsecret_env = \"HOOK_SECRET\"\n"));
    folder.commit("a webhook");
    folder
}

fn sync(folder: &Folder, line: &str) -> crate::harness::Ran {
    folder.shell(&format!("HOOK_SECRET={SECRET} modreg {line}"))
}

#[test]
fn commands_send_messages_about_their_results() {
    let (url, bodies) = receiver(&[204, 204, 204]);
    let folder = with_webhook(&url);
    assert_eq!(sync(&folder, "sync --dry-run").code, 0);
    assert_eq!(sync(&folder, "sync").code, 0);
    let event = bodies.recv().unwrap();
    assert_eq!((&event["type"], &event["data"]["version"]), (&"sync.completed".into(), &1.into()));
    assert_eq!(event["data"]["commit"], folder.git(&["rev-parse", "HEAD"]).as_str());
    assert_eq!(event["data"]["changes"].as_array().unwrap().len(), 2);
    let ran = sync(&folder, "sync");
    assert_eq!((ran.code, ran.err.contains("warning")), (0, false), "{}", ran.err);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("changed");
    assert_eq!(sync(&folder, "sync").code, 0);
    bodies.recv().unwrap();
    assert_eq!(sync(&folder, "rollback 1 chat --reason broken").code, 0);
    let event = bodies.recv().unwrap();
    assert_eq!(
        (&event["data"]["action"], &event["data"]["trigger"]),
        (&"rollback".into(), &"rollback".into())
    );
}

#[test]
fn a_failing_receiver_causes_only_a_warning() {
    let (url, bodies) = receiver(&[500]);
    let folder = with_webhook(&url);
    let ran = sync(&folder, "sync");
    assert_eq!(ran.code, 0);
    ran.says(&["was not delivered: the receiver answered with status 500; a later run tries again"]);
    assert!(!ran.err.contains("hidden"), "{}", ran.err);
    bodies.recv().unwrap();
    assert_eq!(folder.root()["version"], 1);
    let webhooks = &folder.report(0, "status-report", &["status"])["webhooks"];
    let last = &webhooks["deliveries"][0];
    assert_eq!((&webhooks["pending"], &last["result"]), (&1.into(), &"retried".into()), "{webhooks:#}");
    assert_eq!(last["error"], "the receiver answered with status 500");
    folder.expect(0, &["status"]).prints(&[
        "1 waiting",
        "failed, will be tried again (attempt 1: the receiver answered with status 500)",
    ]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn messages_of_a_removed_webhook_are_given_up() {
    let (url, bodies) = receiver(&[500]);
    let folder = with_webhook(&url);
    sync(&folder, "sync");
    bodies.recv().unwrap();
    folder.write("modreg.toml", "");
    folder.commit("remove the webhook");
    folder
        .expect(0, &["sync"])
        .says(&["no further attempt is made", "the settings no longer contain the webhook"]);
    let webhooks = &folder.report(0, "status-report", &["status"])["webhooks"];
    assert_eq!((&webhooks["pending"], &webhooks["deliveries"][0]["result"]), (&0.into(), &"given_up".into()));
}

#[test]
fn a_message_without_secret_is_delivered_by_the_next_run_that_has_it() {
    let (url, bodies) = receiver(&[204]);
    let folder = with_webhook(&url);
    folder.expect(0, &["sync"]).says(&["the secret in HOOK_SECRET for the webhook", "is not set"]);
    assert_eq!(sync(&folder, "sync").code, 0);
    assert_eq!(bodies.recv().unwrap()["data"]["version"], 1);
}

#[test]
fn a_refused_sync_is_reported_as_a_failure() {
    let (url, bodies) = receiver(&[204, 204]);
    let folder = with_webhook(&url);
    sync(&folder, "sync");
    bodies.recv().unwrap();
    folder.git(&["rm", "-r", "--quiet", "modules"]);
    folder.commit("all gone");
    assert_eq!(sync(&folder, "sync").code, 4);
    let event = bodies.recv().unwrap();
    assert_eq!((&event["type"], &event["data"]["version"]), (&"sync.failed".into(), &1.into()));
    assert!(event["data"]["error"].as_str().unwrap().contains("remove"), "{event}");
}
