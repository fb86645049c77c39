//! The state of the registry, for people: the outcome of a sync, the status, the log, a snapshot, a verification.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use super::{
    Style,
    json::{Delivery, WebhooksReport},
    style::Ink,
    text::visible,
};
use crate::{
    diff::{ChangeKind, ModuleChange},
    domain::{ModuleName, SnapshotVersion},
    registry::{Held, Pin, Snapshot},
    sync::{History, Record, Status, Summary, Verification},
};

/// One line for each of these changes.
pub fn listing<'a>(changes: impl IntoIterator<Item = &'a ModuleChange>, style: Style) -> Vec<String> {
    let line = |change| {
        let (ink, line) = listed(change, style);
        style.paint(ink, &line)
    };
    changes.into_iter().map(line).collect()
}

fn listed(change: &ModuleChange, style: Style) -> (Ink, String) {
    let name = &change.name;
    let version = |version: &Option<String>| {
        version.as_deref().map_or("?".to_owned(), |version| visible(version).into_owned())
    };
    let arrow = style.symbol("→", "->");
    match &change.kind {
        ChangeKind::Added { version: new, renamed_from: None } => {
            (Ink::Added, format!("+ {name} {}", version(new)))
        }
        ChangeKind::Added { version: new, renamed_from: Some(old) } => {
            (Ink::Renamed, format!("> {old} {arrow} {name} {}", version(new)))
        }
        ChangeKind::Updated { from_version, to_version, .. } if from_version == to_version => {
            (Ink::Updated, format!("~ {name} {}", version(to_version)))
        }
        ChangeKind::Updated { from_version, to_version, .. } => {
            (Ink::Updated, format!("~ {name} {} {arrow} {}", version(from_version), version(to_version)))
        }
        ChangeKind::Removed { version: old, .. } => (Ink::Removed, format!("- {name} {}", version(old))),
    }
}

/// One line for each pin that was set or lifted.
pub fn pins(before: &BTreeMap<ModuleName, Pin>, now: &BTreeMap<ModuleName, Pin>) -> Vec<String> {
    let set = now.iter().filter(|(name, pin)| before.get(*name) != Some(pin));
    let set =
        set.map(|(name, pin)| format!("pinned {name} at version {}: {}", pin.version, visible(&pin.reason)));
    let lifted = before.keys().filter(|name| !now.contains_key(*name));
    set.chain(lifted.map(|name| format!("no longer pinned {name}"))).collect()
}

/// The counts of a sync that are not zero: `1 added, 2 unchanged`.
pub fn counts(summary: &Summary) -> String {
    let Summary { added, updated, removed, unchanged, skipped, held, errors } = *summary;
    let counts = [
        (added, "added"),
        (updated, "updated"),
        (removed, "removed"),
        (unchanged, "unchanged"),
        (skipped, "skipped"),
        (held, "held"),
        (errors, "invalid"),
    ];
    let shown: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if shown.is_empty() { "no modules".to_owned() } else { shown.join(", ") }
}

/// Writes the state of the registry.
pub fn status(out: &mut dyn io::Write, status: &Status, style: Style) -> io::Result<()> {
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
            Some(error) if *attempt == 0 => writeln!(out, "{}: {}", result.told(), visible(error))?,
            Some(error) => writeln!(out, "{} (attempt {attempt}: {})", result.told(), visible(error))?,
            None => writeln!(out, "{}", result.told())?,
        }
    }
    Ok(())
}

/// Writes the audit log, a line for each version.
pub fn history(out: &mut dyn io::Write, history: &History, style: Style) -> io::Result<()> {
    for record in &history.records {
        let Record { version, commit, time, author, trigger, source_commit: _, counts, .. } = record;
        let Record { pinned, unpinned, held, released, .. } = record;
        let version = style.paint(Ink::Strong, &format!("v{version:<5}"));
        let commit = &commit.to_string()[..10];
        let trigger = visible(trigger.as_deref().unwrap_or("-")).into_owned();
        let counts = counts.map_or_else(
            || "?".to_owned(),
            |counts| format!("+{} ~{} -{}", counts.added, counts.updated, counts.removed),
        );
        writeln!(
            out,
            "{version} {commit}  {}  {trigger:8}  {counts}  {}",
            time.timestamp(),
            visible(author)
        )?;
        for (name, pin) in pinned {
            writeln!(out, "       pinned {name} at version {}: {}", pin.version, visible(&pin.reason))?;
        }
        for name in unpinned {
            writeln!(out, "       no longer pinned {name}")?;
        }
        for (name, Held { code, message, .. }) in held {
            writeln!(out, "       held {name}: {} ({})", visible(code), visible(message))?;
        }
        for name in released {
            writeln!(out, "       no longer held {name}")?;
        }
    }
    Ok(())
}

/// Writes a snapshot: what the root says, and the names of the entries.
pub fn snapshot(out: &mut dyn io::Write, snapshot: &Snapshot, style: Style) -> io::Result<()> {
    let version = snapshot.version();
    writeln!(
        out,
        "{}",
        style.paint(Ink::Strong, &format!("version {version}: {} modules", snapshot.entries.len()))
    )?;
    if let Some(root) = &snapshot.root {
        writeln!(out, "tree {}", root.tree)?;
    }
    let (held, pinned) = (snapshot.held(), snapshot.pinned());
    let names: BTreeSet<&ModuleName> = snapshot.entries.keys().chain(pinned.keys()).collect();
    for name in names {
        let mut notes = Vec::new();
        if !snapshot.entries.contains_key(name) {
            notes.push("no entry".to_owned());
        }
        if let Some(held) = held.get(name) {
            notes.push(format!("held since version {}", held.since));
        }
        if let Some(pin) = pinned.get(name) {
            notes.push(format!("pinned at version {}: {}", pin.version, visible(&pin.reason)));
        }
        if notes.is_empty() {
            writeln!(out, "  {name}")?;
        } else {
            writeln!(out, "  {name} ({})", notes.join(", "))?;
        }
    }
    Ok(())
}

/// Writes what a verification found.
pub fn verification(out: &mut dyn io::Write, found: &Verification, style: Style) -> io::Result<()> {
    for problem in &found.discrepancies {
        let code = style.paint(Ink::Error, problem.rule.code);
        write!(out, "{code} {}: {}", visible(problem.path.as_str()), visible(&problem.message))?;
        match problem.commit {
            Some(commit) => writeln!(out, ", since commit {}", &commit.to_string()[..10])?,
            None => writeln!(out)?,
        }
    }
    for problem in &found.repaired {
        let code = style.paint(Ink::Warning, problem.rule.code);
        write!(out, "{code} {}: {}", visible(problem.path.as_str()), visible(&problem.message))?;
        let commit = problem.commit.map_or_else(String::new, |commit| commit.to_string());
        writeln!(out, ", in commit {commit:.10}, repaired since")?;
    }
    for reason in &found.unverifiable {
        writeln!(out, "{} {}", style.paint(Ink::Warning, "not checked:"), visible(reason))?;
    }
    let is_readable = found.version > SnapshotVersion::EMPTY;
    let verdict = match (found.discrepancies.len(), found.unverifiable.is_empty()) {
        (0, _) if !is_readable => return writeln!(out, "there is no registry yet"),
        (0, true) => style.paint(Ink::Good, "is whole, and is what its sources compile to"),
        (0, false) => style.paint(Ink::Warning, "is whole, as far as it could be checked"),
        (1, _) => style.paint(Ink::Error, "has a problem"),
        (count, _) => style.paint(Ink::Error, &format!("has {count} problems")),
    };
    let versions = match found.versions {
        0 | 1 => String::new(),
        count => format!(" and the history of {count} versions"),
    };
    match found.version {
        version if is_readable => {
            writeln!(out, "version {version} with {} modules{versions} {verdict}", found.entries)
        }
        _ => writeln!(out, "the registry {verdict}"),
    }
}
