//! Tests of webhooks with real sockets. The signatures are checked by the reference library.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::mpsc,
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use serde_json::Value;
use tempfile::TempDir;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::{domain::SnapshotVersion, sync::Trigger};

/// A request that a receiver got.
struct Received {
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn id(&self) -> String {
        self.headers["webhook-id"].to_str().unwrap().to_owned()
    }
}

/// Starts a receiver that sends these responses in turn and passes on the requests. For an empty response it keeps the
/// connection open without sending anything.
fn receiver(answers: &'static [&'static str]) -> (String, mpsc::Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        let mut held = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            sender.send(read(&stream)).unwrap();
            let _ = stream.write_all(answer.as_bytes());
            if answer.is_empty() {
                held.push(stream);
            }
        }
        // A request beyond the expected ones is passed on too, so that the test sees it.
        for stream in listener.incoming() {
            let _ = sender.send(read(&stream.unwrap()));
        }
    });
    (url, received)
}

fn read(stream: &TcpStream) -> Received {
    let mut reader = BufReader::new(stream);
    let mut headers = HeaderMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
    }
    let length = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Received { headers, body: String::from_utf8(body).unwrap() }
}

const OK: &str = "HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(b"0123456789abcdef01234567"))
}

fn now() -> Timestamp {
    // The reference library uses the clock of the system.
    fs::metadata(TempDir::new().unwrap().path()).unwrap().modified().unwrap().try_into().unwrap()
}

fn webhooks(folder: &Path, urls: &[&str]) -> Webhooks {
    let settings: Vec<_> = urls
        .iter()
        .map(|url| Webhook {
            url: url.parse().unwrap(),
            secret_env: "SECRET".to_owned(),
            events: [WebhookEvent::Completed, WebhookEvent::Failed].into(),
        })
        .collect();
    let variable = |_: &str| Some(secret().into_bytes());
    let (webhooks, unusable) =
        Webhooks::new(&settings, variable, &own(folder), "my registry", Duration::from_secs(2));
    assert_eq!(unusable, []);
    webhooks
}

fn own(folder: &Path) -> OwnFolder {
    OwnFolder::new(folder.join("modreg"), None)
}

fn failed() -> Event {
    Event::failed("sync", Trigger::Schedule, SnapshotVersion::new(7), "no space".to_owned())
}

fn report(folder: &Path) -> WebhooksReport {
    super::report(&own(folder)).unwrap().unwrap()
}

fn deliver(webhooks: &Webhooks, at: Timestamp) -> Vec<DeliveryResult> {
    let log = webhooks.deliver(&|| at, Duration::MAX).unwrap();
    log.into_iter().map(|delivery| delivery.result).collect()
}

#[test]
fn a_message_is_delivered_once_with_a_valid_signature() {
    let (folder, (url, received)) = (TempDir::new().unwrap(), receiver(&[OK]));
    let (webhooks, now) = (webhooks(folder.path(), &[&url]), now());
    assert_eq!(webhooks.enqueue(&failed(), now).unwrap(), 1);
    assert_eq!(deliver(&webhooks, now), [DeliveryResult::Delivered]);
    assert_eq!((deliver(&webhooks, now), report(folder.path()).pending), (vec![], 0));
    let got = received.recv().unwrap();
    let reference = standardwebhooks::Webhook::new(&secret()).unwrap();
    reference.verify(got.body.as_bytes(), &got.headers).unwrap();
    assert!(reference.verify(b"{}", &got.headers).is_err());
    assert_eq!(got.headers["content-type"], "application/cloudevents+json; charset=utf-8");
    let body: Value = serde_json::from_str(&got.body).unwrap();
    for (member, expected) in
        [("specversion", "1.0"), ("type", "sync.failed"), ("source", "urn:modreg:my%20registry")]
    {
        assert_eq!(body[member], expected);
    }
    assert_eq!((&body["id"], &body["data"]["error"]), (&Value::from(got.id()), &"no space".into()));
    let [delivery] = report(folder.path()).deliveries.try_into().unwrap();
    assert_eq!((delivery.attempt, delivery.error), (1, None));
    assert!(received.try_recv().is_err());
}

#[test]
fn a_failed_message_is_sent_again_under_the_same_id_even_after_a_restart() {
    let (folder, (url, received)) = (TempDir::new().unwrap(), receiver(&[BROKEN, OK]));
    let now = now();
    webhooks(folder.path(), &[&url]).enqueue(&failed(), now).unwrap();
    let restarted = webhooks(folder.path(), &[&url]);
    assert_eq!(deliver(&restarted, now), [DeliveryResult::Retried]);
    assert_eq!(deliver(&restarted, now), []);
    let next = restarted.next().unwrap().unwrap();
    assert!((5..=6).contains(&next.duration_since(now).as_secs()), "{next}");
    let again = webhooks(folder.path(), &[&url]);
    assert_eq!(deliver(&again, next), [DeliveryResult::Delivered]);
    let [first, second] = [received.recv().unwrap(), received.recv().unwrap()];
    assert_eq!((first.id(), &first.body), (second.id(), &second.body));
    assert_ne!(first.headers["webhook-timestamp"], second.headers["webhook-timestamp"]);
    let results: Vec<_> =
        report(folder.path()).deliveries.into_iter().map(|delivery| delivery.result).collect();
    assert_eq!(results, [DeliveryResult::Delivered, DeliveryResult::Retried]);
}

#[test]
fn the_response_decides_between_a_retry_and_giving_up() {
    const MOVED: &str = "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    const BUSY: &str = "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    const GONE: &str = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    const GARBAGE: &str = "\u{1}\u{2}\u{3}\r\n\r\n";
    let cases: [(&'static [&'static str], DeliveryResult, i64); 5] = [
        (&[MOVED], DeliveryResult::Retried, 5),
        (&[BUSY], DeliveryResult::Retried, 3600),
        (&[GONE], DeliveryResult::GivenUp, 0),
        (&[GARBAGE], DeliveryResult::Retried, 5),
        (&[""], DeliveryResult::Retried, 5),
    ];
    for (answers, expected, pause) in cases {
        let (folder, (url, received)) = (TempDir::new().unwrap(), receiver(answers));
        let (webhooks, now) = (webhooks(folder.path(), &[&url]), now());
        webhooks.enqueue(&failed(), now).unwrap();
        assert_eq!(deliver(&webhooks, now), [expected], "{answers:?}");
        let left = webhooks.next().unwrap().map_or(0, |next| next.duration_since(now).as_secs());
        assert!((pause..=pause + 1).contains(&left), "{answers:?}: {left}");
        received.recv().unwrap();
        assert!(received.try_recv().is_err(), "{answers:?}");
    }
}

#[test]
fn a_message_is_given_up_after_all_attempts_or_when_it_is_too_old() {
    let folder = TempDir::new().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhooks = webhooks(folder.path(), &[&format!("http://{closed}/")]);
    let start = now();
    webhooks.enqueue(&failed(), start).unwrap();
    let mut results = Vec::new();
    while let Some(next) = webhooks.next().unwrap() {
        results.extend(deliver(&webhooks, next));
    }
    assert_eq!((results.len(), results.last()), (10, Some(&DeliveryResult::GivenUp)));
    webhooks.enqueue(&failed(), start).unwrap();
    assert_eq!(deliver(&webhooks, start + SignedDuration::from_hours(97)), [DeliveryResult::GivenUp]);
    webhooks.enqueue(&failed(), start).unwrap();
    assert_eq!(deliver(&self::webhooks(folder.path(), &[]), start), [DeliveryResult::GivenUp]);
}

#[test]
fn a_failing_receiver_is_tried_once_and_does_not_affect_others() {
    let (folder, (url, received)) = (TempDir::new().unwrap(), receiver(&[OK, OK]));
    let closed = format!("http://{}/", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let (webhooks, now) = (webhooks(folder.path(), &[&closed, &url]), now());
    webhooks.enqueue(&failed(), now).unwrap();
    webhooks.enqueue(&failed(), now).unwrap();
    let results = deliver(&webhooks, now);
    let count = |wanted| results.iter().filter(|result| **result == wanted).count();
    assert_eq!((count(DeliveryResult::Delivered), count(DeliveryResult::Retried), results.len()), (2, 1, 3));
    assert!(webhooks.next().unwrap().unwrap() > now);
    assert_ne!(received.recv().unwrap().id(), received.recv().unwrap().id());
}

#[test]
fn the_spool_is_bounded_and_damaged_files_are_renamed() {
    let (folder, (url, _received)) = (TempDir::new().unwrap(), receiver(&[OK]));
    let (webhooks, now) = (webhooks(folder.path(), &[&url]), now());
    let pending = folder.path().join("modreg/webhooks/pending");
    fs::create_dir_all(&pending).unwrap();
    for (name, text) in [("0.json", "{"), ("1.json", ""), ("2.json", "\u{0}"), ("3.txt", "not ours")] {
        fs::write(pending.join(name), text).unwrap();
    }
    webhooks.enqueue(&failed(), now).unwrap();
    assert_eq!(deliver(&webhooks, now), [DeliveryResult::Delivered]);
    let mut names: Vec<_> = fs::read_dir(&pending)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["0.damaged", "1.damaged", "2.damaged", "3.txt"]);
    for number in 0..1003 {
        webhooks.enqueue(&failed(), now + SignedDuration::from_secs(number)).unwrap();
    }
    assert_eq!(report(folder.path()).pending, 1000);
    assert_eq!(
        webhooks.next().unwrap(),
        Some(now + SignedDuration::from_secs(3)),
        "the oldest messages were removed"
    );
}

#[test]
fn only_one_process_delivers_and_a_message_without_secret_waits() {
    let (folder, (url, _received)) = (TempDir::new().unwrap(), receiver(&[OK]));
    let (first, now) = (webhooks(folder.path(), &[&url]), now());
    first.enqueue(&failed(), now).unwrap();
    let lock = first.spool.lock().unwrap();
    assert!(lock.is_some() && first.spool.lock().unwrap().is_none());
    assert_eq!(deliver(&first, now), []);
    drop(lock);
    let events = [WebhookEvent::Failed].into();
    let settings = [Webhook { url: url.parse().unwrap(), secret_env: "SECRET".into(), events }];
    let without = |variable: Option<&str>| {
        let bytes = variable.map(|text| text.as_bytes().to_vec());
        Webhooks::new(&settings, move |_| bytes.clone(), &own(folder.path()), "x", Duration::from_secs(2))
    };
    for (variable, reason) in
        [(None, "is not set"), (Some("s3cret"), "is invalid: it must be `whsec_` followed by base64")]
    {
        let (webhooks, unusable) = without(variable);
        assert_eq!(unusable[0].to_string(), format!("the secret in SECRET for the webhook {url} {reason}"));
        assert_eq!((deliver(&webhooks, now), webhooks.next().unwrap()), (vec![], None));
    }
    assert_eq!(deliver(&first, now), [DeliveryResult::Delivered]);
}
