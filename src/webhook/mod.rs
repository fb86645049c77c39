//! Webhooks: signed messages about syncs, kept on disk until they are delivered or given up.
//!
//! A message is stored before it is sent, and removed after the receiver has accepted it. It can therefore arrive twice, under
//! the same id, but it is not lost when the process ends. A failure here never makes a sync fail.

mod event;
mod retry;
mod signature;
mod spool;
#[cfg(test)]
mod tests;

pub use event::Event;
pub use signature::{InvalidSecret, SigningSecret};

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    domain::WebAddress,
    git::OwnFolder,
    http::Client,
    report::json::{Delivery, DeliveryResult, WebhooksReport},
    settings::{Webhook, WebhookEvent},
};
use retry::AttemptResult;
use spool::{Message, QueuedMessage, Spool};

/// The webhooks of one registry, with their stored messages.
#[derive(Debug)]
pub struct Webhooks {
    spool: Spool,
    receivers: Vec<Receiver>,
    client: Client,
    source: String,
}

/// Returns the number of stored messages and the last attempts, or `None` if there has never been a message.
pub fn report(folder: &OwnFolder) -> io::Result<Option<WebhooksReport>> {
    let spool = Spool::new(folder);
    let report = WebhooksReport { pending: spool.names()?.len(), deliveries: spool.deliveries() };
    Ok((report.pending > 0 || !report.deliveries.is_empty()).then_some(report))
}

/// The receiver of messages: a webhook in the settings.
#[derive(Debug)]
struct Receiver {
    url: WebAddress,
    secret: Option<SigningSecret>,
    events: BTreeSet<WebhookEvent>,
}

/// The error that a webhook's secret cannot be used. The messages are kept until a run has a usable secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret in {variable} for the webhook {url} {reason}")]
pub struct UnusableSecret {
    /// The environment variable with the secret.
    pub variable: String,
    /// The address of the receiver without its query.
    pub url: String,
    /// The reason.
    pub reason: String,
}

impl Webhooks {
    /// Makes the webhooks in the settings, with the secrets that `variable` returns. The messages are stored in `folder`. `name` is the
    /// registry's name in messages, and `timeout` limits each exchange.
    pub fn new(
        settings: &[Webhook],
        variable: impl Fn(&str) -> Option<Vec<u8>>,
        folder: &OwnFolder,
        name: &str,
        timeout: Duration,
    ) -> (Self, Vec<UnusableSecret>) {
        let mut unusable = Vec::new();
        let mut receivers = Vec::new();
        for Webhook { url, secret_env, events } in settings {
            let text = variable(secret_env).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let parsed = text.ok_or_else(|| "is not set".to_owned());
            let parsed = parsed
                .and_then(|text| SigningSecret::parse(&text).map_err(|error| format!("is invalid: {error}")));
            let secret = parsed.map_err(|reason| {
                let (variable, url) = (secret_env.clone(), url.shown().to_owned());
                unusable.push(UnusableSecret { variable, url, reason });
            });
            receivers.push(Receiver { url: url.clone(), secret: secret.ok(), events: events.clone() });
        }
        let source = event::source(name);
        (Self { spool: Spool::new(folder), receivers, client: Client::new(timeout), source }, unusable)
    }

    /// Stores a message for every receiver of this type of event, and returns their number.
    pub fn enqueue(&self, event: &Event, now: Timestamp) -> io::Result<usize> {
        let kind = event.kind();
        let id = format!("msg_{:012x}{:016x}", now.as_millisecond(), fastrand::u64(..));
        let interested = self.receivers.iter().filter(|receiver| receiver.events.contains(&kind));
        let (mut count, mut failed) = (0, None);
        for receiver in interested {
            let added = self.spool.add(&Message {
                id: id.clone(),
                event: kind.as_str().to_owned(),
                url: receiver.url.to_string(),
                body: event.body(&id, &self.source, now),
                created: now,
                attempts: 0,
                due: now,
            });
            match added {
                Ok(()) => count += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(count), Err)
    }

    /// Attempts to deliver every message that is due, oldest first. No attempt begins after `budget` has passed.
    ///
    /// Only one process delivers at a time. If another one is delivering, nothing is done and the result is empty.
    pub fn deliver(&self, clock: &dyn Fn() -> Timestamp, budget: Duration) -> io::Result<Vec<Delivery>> {
        if self.spool.messages()?.is_empty() {
            return Ok(Vec::new());
        }
        let Some(_lock) = self.spool.lock()? else { return Ok(Vec::new()) };
        // Another process may have delivered them before it released the lock.
        let waiting = self.spool.messages()?;
        let (start, mut log) = (clock(), Vec::new());
        // After a failure, the other messages of the same receiver wait until the next attempt.
        let mut failing: BTreeMap<String, Timestamp> = BTreeMap::new();
        for mut waiting in waiting {
            let now = clock();
            if now.duration_since(start).unsigned_abs() > budget {
                break;
            }
            if let Some(later) = failing.get(&waiting.message.url) {
                waiting.message.due = waiting.message.due.max(*later);
                self.spool.update(&waiting)?;
            } else if let Some(delivery) = self.attempt(&mut waiting, now)? {
                if delivery.result == DeliveryResult::Retried {
                    failing.insert(waiting.message.url.clone(), waiting.message.due);
                }
                log.push(delivery);
            }
        }
        if !log.is_empty() {
            self.spool.log_deliveries(log.clone())?;
        }
        Ok(log)
    }

    /// Returns the time of the next attempt, or `None` if no message can be sent.
    pub fn next(&self) -> io::Result<Option<Timestamp>> {
        let can_be_sent =
            |message: &Message| self.receiver(message).is_none_or(|receiver| receiver.secret.is_some());
        let waiting = self.spool.messages()?;
        Ok(waiting.iter().filter(|one| can_be_sent(&one.message)).map(|one| one.message.due).min())
    }

    fn receiver(&self, message: &Message) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.url.as_str() == message.url)
    }

    /// Attempts to deliver one message, unless it is not due or its secret is unknown.
    fn attempt(&self, waiting: &mut QueuedMessage, now: Timestamp) -> io::Result<Option<Delivery>> {
        let message = &mut waiting.message;
        let (result, error) = match self.receiver(message) {
            None => (DeliveryResult::GivenUp, Some("the settings no longer contain the webhook".to_owned())),
            Some(_) if now.duration_since(message.created) > retry::MAX_AGE => {
                (DeliveryResult::GivenUp, Some("the message is too old".to_owned()))
            }
            Some(_) if message.due > now => return Ok(None),
            Some(Receiver { secret: None, .. }) => return Ok(None),
            Some(Receiver { secret: Some(secret), url, .. }) => {
                message.attempts += 1;
                match self.send(message, secret, url, now) {
                    AttemptResult::Delivered => (DeliveryResult::Delivered, None),
                    AttemptResult::Gone => {
                        (DeliveryResult::GivenUp, Some("the receiver answered with status 410".to_owned()))
                    }
                    AttemptResult::Failed { reason, retry_after } => {
                        match retry::next(message.attempts, now, retry_after, fastrand::f64()) {
                            Some(due) => {
                                message.due = due;
                                (DeliveryResult::Retried, Some(reason))
                            }
                            None => (DeliveryResult::GivenUp, Some(reason)),
                        }
                    }
                }
            }
        };
        let delivery = Delivery {
            id: message.id.clone(),
            event: message.event.clone(),
            url: message.url.split('?').next().unwrap_or_default().to_owned(),
            time: now,
            attempt: message.attempts,
            result,
            error,
        };
        match result {
            DeliveryResult::Retried => self.spool.update(waiting)?,
            DeliveryResult::Delivered | DeliveryResult::GivenUp => Spool::remove(waiting)?,
        }
        Ok(Some(delivery))
    }

    fn send(
        &self,
        message: &Message,
        secret: &SigningSecret,
        url: &WebAddress,
        now: Timestamp,
    ) -> AttemptResult {
        let (time, signature) = (now.as_second().to_string(), secret.sign(&message.id, now, &message.body));
        let headers = [
            ("content-type", "application/cloudevents+json; charset=utf-8"),
            ("webhook-id", message.id.as_str()),
            ("webhook-timestamp", time.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        retry::classify(self.client.post(url, &headers, message.body.as_bytes()))
    }
}
