//! `[[webhooks]]`: who receives messages about syncs. The secrets that sign the messages come from the environment.

use std::collections::BTreeSet;

use super::{
    error::{MessageAndHelp, suggestion},
    section::Section,
};
use crate::domain::{InvalidWebAddress, WebAddress, quoted};

pub(super) const KEYS: &[&str] = &["url", "secret_env", "events"];

/// One `[[webhooks]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address to which the messages are sent.
    pub url: WebAddress,
    /// The environment variable with the secret that signs them.
    pub secret_env: String,
    /// The events that are sent.
    pub events: BTreeSet<WebhookEvent>,
}

/// An event that can be sent to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebhookEvent {
    /// A sync made a new version.
    Completed,
    /// A sync ended well, and there was nothing to change.
    Unchanged,
    /// A sync failed, or a guard refused it.
    Failed,
}

impl WebhookEvent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Completed, Self::Unchanged, Self::Failed];

    /// Returns the type of the message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "sync.completed",
            Self::Unchanged => "sync.unchanged",
            Self::Failed => "sync.failed",
        }
    }
}

/// Reads every `[[webhooks]]`.
pub(super) fn read(root: &mut Section<'_>) -> Vec<Webhook> {
    let mut webhooks: Vec<Webhook> = Vec::new();
    root.each("webhooks", |mut section| {
        let webhook = read_one(&mut section)?;
        if webhooks.iter().any(|earlier| earlier.url == webhook.url) {
            let message = "this address is listed twice".to_owned();
            section.report(section.span(), (message, "list all its events in one `[[webhooks]]`".to_owned()));
        }
        webhooks.push(webhook);
        Some(())
    });
    webhooks
}

fn read_one(section: &mut Section<'_>) -> Option<Webhook> {
    section.require(&["url", "secret_env"]);
    let url = section.parsed("url", |text| {
        text.parse().map_err(|error: InvalidWebAddress| (error.to_string(), error.help().to_owned()))
    });
    let secret_env = section.parsed("secret_env", variable);
    let events = section.list("events", event).map_or_else(
        || [WebhookEvent::Completed, WebhookEvent::Failed].into(),
        |events| events.into_iter().collect(),
    );
    Some(Webhook { url: url?, secret_env: secret_env?, events })
}

fn event(text: &str) -> Result<WebhookEvent, MessageAndHelp> {
    let names = WebhookEvent::ALL.map(WebhookEvent::as_str);
    WebhookEvent::ALL.into_iter().find(|event| event.as_str() == text).ok_or_else(|| {
        let message = format!("there is no event {}", quoted(text));
        (message, suggestion(text, &names, "the events are"))
    })
}

fn variable(text: &str) -> Result<String, MessageAndHelp> {
    if text.starts_with("whsec_") {
        let help = "put it into an environment variable, and write the name of the variable here; then make a new \
                    secret, because everyone who can read this file knows this one";
        return Err(("this is the secret itself".to_owned(), help.to_owned()));
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if text.is_empty()
        || text.starts_with(|first: char| first.is_ascii_digit())
        || !text.bytes().all(is_allowed)
    {
        let message = format!("{} is not the name of an environment variable", quoted(text));
        return Err((message, "write it as in \"MODREG_WEBHOOK_SECRET\"".to_owned()));
    }
    Ok(text.to_owned())
}
