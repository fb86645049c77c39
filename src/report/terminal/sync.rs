//! Returns the lines that the commands that publish print about the outcome of a sync.
//!
//! The lines of [`changes`] and [`changed_pins`] are printed as results, and their text is safe to show. All other lines are
//! messages, and the function that prints them makes them safe.

use std::collections::BTreeMap;

use crate::{
    diff::{ChangeKind, ModuleChange},
    domain::ModuleName,
    registry::{Held, Pin},
    report::{
        Style,
        shorten::{shorten, shorten_removals},
        style::Ink,
        text::visible,
    },
    sync::{Arrival, Conclusion, Outcome, Pushed, Refusal, Summary},
};

/// The words for where a full list is, in the commands that can print JSON.
pub const IN_JSON: &str = "`--format json` lists all";

/// The words for where all pins and holds are listed.
pub const IN_STATUS: &str = "`modreg status --format json` lists all";

/// The words for where all versions are listed.
pub const IN_HISTORY: &str = "`modreg history` lists all";

/// Returns the words for where all changes of a run are listed, whether they were published or not.
pub fn where_to_read_all(outcome: &Outcome) -> String {
    if outcome.commit().is_none() {
        return IN_JSON.to_owned();
    }
    let (from, to) = (outcome.previous.version(), outcome.version());
    format!("the commit contains all, and `modreg diff {from} {to} --format json` lists them")
}

/// Returns a line for each change. Removals that a guard refused come last, and more of them are shown than of others.
pub fn changes(outcome: &Outcome, style: Style) -> Vec<String> {
    let is_refused = |change: &&ModuleChange| {
        outcome.refusal().is_some() && matches!(change.kind, ChangeKind::Removed { .. })
    };
    let (refused, others): (Vec<_>, Vec<_>) = outcome.draft.changes.iter().partition(is_refused);
    let elsewhere = where_to_read_all(outcome);
    let mut lines = shorten(listing(others, style), "change", &elsewhere, style);
    lines.extend(shorten_removals(listing(refused, style), &elsewhere, style));
    lines
}

/// Returns a line for each module that is held, unless a guard refused the run.
pub fn held(outcome: &Outcome) -> Vec<String> {
    let held = outcome.draft.plan.held.iter().filter(|_| outcome.refusal().is_none());
    held.map(|(name, held)| held_line(name, held)).collect()
}

/// Returns the line for a module that is held.
pub fn held_line(name: &ModuleName, held: &Held) -> String {
    let Held { since, code, message } = held;
    format!("held since version {since}: {name} ({code}: {message})")
}

/// Returns a line for each module that was pinned before the run and still is.
pub fn still_pinned(outcome: &Outcome) -> Vec<String> {
    let pinned = outcome.previous.pinned().into_iter();
    let still = pinned.filter(|(name, _)| outcome.draft.plan.pinned.contains_key(name));
    let lines = still
        .map(|(name, pin)| format!("{}; `modreg unpin {name}` removes the pin", pinned_line(&name, &pin)));
    lines.collect()
}

/// Returns the line for a module that is pinned.
pub fn pinned_line(name: &ModuleName, pin: &Pin) -> String {
    let Pin { version, reason } = pin;
    format!("pinned at version {version}: {name} ({reason})")
}

/// Returns a line for each pin that the run set or lifted.
pub fn changed_pins(outcome: &Outcome, style: Style) -> Vec<String> {
    shorten(pins(&outcome.previous.pinned(), &outcome.draft.plan.pinned), "pin", IN_STATUS, style)
}

/// Returns a line for each module that is no longer held although it keeps an entry, unless a guard refused the run.
pub fn released(outcome: &Outcome) -> Vec<String> {
    let plan = &outcome.draft.plan;
    let released = outcome.previous.held().into_keys().filter(|name| !plan.held.contains_key(name));
    let released = released.filter(|name| outcome.refusal().is_none() && plan.entries.contains_key(name));
    released.map(|name| format!("no longer held: {name}")).collect()
}

/// Returns a line for each generated path that was repaired, or would be.
pub fn repaired(outcome: &Outcome) -> Vec<String> {
    let verb = if outcome.commit().is_some() { "repaired" } else { "to be repaired:" };
    let repaired = outcome.draft.repaired.iter();
    repaired.map(|(path, deviation)| format!("{verb} {path}: {}", deviation.past())).collect()
}

/// Returns the line with the version that the registry has after the run.
pub fn result(outcome: &Outcome) -> String {
    let (version, next) = (outcome.previous.version(), outcome.draft_version());
    let counts = counts(&outcome.draft.plan.summary);
    match &outcome.conclusion {
        Conclusion::Unchanged => format!("version {version}, nothing to commit: {counts}"),
        Conclusion::DryRun if next == version => format!("version {version} would not change: {counts}"),
        Conclusion::DryRun => format!("would become version {next}: {counts}"),
        Conclusion::Committed { commit, .. } => {
            format!("version {next}, commit {:.10}: {counts}", commit.to_string())
        }
        Conclusion::Refused(_) => format!("version {version} is unchanged, nothing was written"),
    }
}

/// Returns the help for a refusal that is about removals: how to let exactly these through.
pub fn removals_help(refusal: &Refusal) -> Option<String> {
    let token = &refusal.removals()?.token;
    Some(format!("to remove exactly these, add `--allow-removals {token}`"))
}

/// Returns the branch that was pushed to, and its remote.
fn branch(pushed: &Pushed) -> String {
    format!("{} of {}", pushed.target.short(), pushed.target.shown())
}

/// Returns the lines about a push: what the remote has now, and which snapshots were published anew.
pub fn pushed(pushed: &Pushed) -> Vec<String> {
    let (branch, commit) = (branch(pushed), pushed.commit.to_string());
    let arrival = match (pushed.arrival, pushed.attempts) {
        (Arrival::AlreadyThere, _) => format!("nothing to push: {branch} is up to date"),
        (Arrival::Pushed, 1) => format!("pushed {commit:.10} to {branch}"),
        (Arrival::Pushed, attempts) => format!("pushed {commit:.10} to {branch}, attempt {attempts}"),
    };
    let anew = pushed.published_anew.iter();
    let anew = anew.map(|verb| {
        format!("published again on top of what others pushed: the {verb} that was only in this clone")
    });
    [arrival].into_iter().chain(anew).collect()
}

/// Returns a line for each commit of people that was pushed with the snapshot.
pub fn pushed_commits(pushed: &Pushed) -> Vec<String> {
    let people = pushed.people.iter();
    people.map(|(commit, subject)| format!("also pushed: {:.10} {subject}", commit.to_string())).collect()
}

/// Returns the warning about a local branch that could not follow the remote one, if it could not.
pub fn left_behind(pushed: &Pushed) -> Option<String> {
    let error = pushed.left_behind.as_ref()?;
    let cause = error.git().map_or_else(String::new, |cause| format!(": {cause}"));
    let branch = branch(pushed);
    Some(format!(
        "{branch} has the snapshot, but your branch does not: {error}{cause}; `git pull` updates it"
    ))
}

/// Returns one line for each of these changes.
fn listing<'a>(changes: impl IntoIterator<Item = &'a ModuleChange>, style: Style) -> Vec<String> {
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

/// Returns one line for each pin that was set or removed.
fn pins(before: &BTreeMap<ModuleName, Pin>, now: &BTreeMap<ModuleName, Pin>) -> Vec<String> {
    let set = now.iter().filter(|(name, pin)| before.get(*name) != Some(pin));
    let set =
        set.map(|(name, pin)| format!("pinned {name} at version {}: {}", pin.version, visible(&pin.reason)));
    let lifted = before.keys().filter(|name| !now.contains_key(*name));
    set.chain(lifted.map(|name| format!("no longer pinned {name}"))).collect()
}

/// Returns the counts of a sync that are not zero: `1 added, 2 unchanged`.
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
