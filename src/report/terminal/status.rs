//! Writes the state of the registry and of its webhook messages for people.

use std::{collections::BTreeSet, io};

use crate::{
    report::{
        Style,
        json::{Delivery, WebhooksReport},
        style::Ink,
        text::visible,
    },
    sync::RegistryStatus,
};

/// Writes the state of the registry.
pub fn status(out: &mut dyn io::Write, status: &RegistryStatus, style: Style) -> io::Result<()> {
    let state = match (status.has_drift, status.is_stale) {
        (true, _) => {
            style.paint(Ink::Error, "drift: `registry/` was changed by hand; the next sync repairs it")
        }
        (false, true) => style.paint(Ink::Updated, "stale: a sync would make a new version"),
        (false, false) => style.paint(Ink::Good, "up to date"),
    };
    writeln!(out, "{} {state}", style.paint(Ink::Strong, &format!("version {}:", status.version)))?;
    let (total, registered, unregistered) = (status.total(), status.registered, status.unregistered);
    writeln!(out, "  modules       {total}: {registered} registered, {unregistered} not yet")?;
    if status.skipped > 0 {
        writeln!(out, "  skipped       {}", status.skipped)?;
    }
    for error in &status.invalid {
        let (path, code) = (visible(error.source.path().as_str()), error.rule.code);
        writeln!(out, "  invalid       {path}: {code} ({})", visible(&error.message))?;
    }
    for name in &status.orphaned {
        writeln!(out, "  orphan        {name}")?;
    }
    for (name, held) in &status.held {
        let since = match held.since {
            since if since > status.version => "from the next sync on".to_owned(),
            since => format!("since version {since}"),
        };
        let (code, message) = (visible(&held.code), visible(&held.message));
        writeln!(out, "  held          {name} {since}: {code} ({message})")?;
    }
    for (name, pin) in &status.pinned {
        writeln!(out, "  pinned        {name} at version {}: {}", pin.version, visible(&pin.reason))?;
    }
    if let Some(tree) = status.tree {
        writeln!(out, "  tree          {tree}")?;
    }
    if let Some(change) = status.last_change {
        writeln!(out, "  last change   {}", change.timestamp())?;
    }
    if let Some(success) = status.journal.last_success {
        writeln!(out, "  last sync     {success}")?;
    }
    if let Some(error) = &status.journal.last_error {
        writeln!(out, "  last error    {}", visible(error))?;
    }
    if status.is_running {
        writeln!(out, "  a sync is running")?;
    }
    Ok(())
}

/// Writes the state of the webhook messages: how many wait, and the last attempt at each receiver.
pub fn webhooks(out: &mut dyn io::Write, webhooks: &WebhooksReport) -> io::Result<()> {
    if webhooks.pending > 0 {
        writeln!(out, "  webhooks      {} waiting", webhooks.pending)?;
    }
    let mut receivers = BTreeSet::new();
    for delivery in webhooks.deliveries.iter().filter(|delivery| receivers.insert(&delivery.url)) {
        let Delivery { time, event, url, attempt, result, error, .. } = delivery;
        write!(out, "  webhook       {time}  {event} to {}: ", visible(url))?;
        match error {
            Some(error) if *attempt == 0 => writeln!(out, "{}: {}", result.description(), visible(error))?,
            Some(error) => writeln!(out, "{} (attempt {attempt}: {})", result.description(), visible(error))?,
            None => writeln!(out, "{}", result.description())?,
        }
    }
    Ok(())
}
