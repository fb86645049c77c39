//! The outcome of a sync, for people.

use std::collections::BTreeMap;

use crate::{
    diff::{ChangeKind, ModuleChange},
    domain::ModuleName,
    registry::Pin,
    report::{Style, style::Ink, text::visible},
    sync::Summary,
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
