//! The commit message of a snapshot: for people first, with trailers for programs.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    diff::ChangeKind,
    domain::{ModuleName, ObjectId},
    registry::{Held, Pin, Root},
    sync::{Draft, Trigger, plan::previous::Previous},
};

/// The trailer with the snapshot's version.
pub const REGISTRY_VERSION: &str = "Registry-Version";
/// The trailer with the tree of `registry/modules`.
pub const REGISTRY_TREE: &str = "Registry-Tree";
/// The trailer with the commit whose manifests were compiled.
pub const SOURCE_COMMIT: &str = "Source-Commit";
/// The trailer with what started the sync.
pub const TRIGGER: &str = "Trigger";

/// The number of changes that are listed; the rest is counted.
const LISTED: usize = 50;

/// Writes the message of the commit that publishes `root`.
pub(super) fn message(
    root: &Root,
    previous: &Previous,
    draft: &Draft,
    source: ObjectId,
    trigger: Trigger,
) -> String {
    let (changes, before) = (&draft.changes, &previous.snapshot);
    let (added, updated, removed) = (changes.added(), changes.updated(), changes.removed());
    let mut text =
        format!("registry: v{} ({added} added, {updated} updated, {removed} removed)\n\n", root.version);
    let lines: Vec<String> = changes
        .iter()
        .map(|change| line(&change.name, &change.kind))
        .chain(holds(root, &before.held()))
        .chain(pins(root, &before.pinned()))
        .chain(previous.reverted_to.map(|version| {
            let published = before.version();
            if version == published {
                return format!("found an edited root of version {version}");
            }
            format!("found version {version} instead of {published}; `modreg rollback` goes back on purpose")
        }))
        .chain(draft.repaired.iter().map(|(path, deviation)| {
            format!("repaired {}: {}", path.as_str().escape_debug(), deviation.past())
        }))
        .collect();
    for line in lines.iter().take(LISTED) {
        let _ = writeln!(text, "{line}");
    }
    if lines.len() > LISTED {
        let _ = writeln!(text, "and {} more", lines.len() - LISTED);
    }
    if !lines.is_empty() {
        text.push('\n');
    }
    let Root { version, tree, .. } = root;
    let _ = write!(
        text,
        "{REGISTRY_VERSION}: {version}\n{REGISTRY_TREE}: {tree}\n{SOURCE_COMMIT}: {source}\n{TRIGGER}: {trigger}\n"
    );
    text
}

fn line(name: &ModuleName, change: &ChangeKind) -> String {
    // An entry that was edited by hand may have any version, or none.
    let version = |version: &Option<String>| {
        version.as_ref().map_or("?".to_owned(), |version| version.escape_debug().to_string())
    };
    match change {
        ChangeKind::Added { version: new, renamed_from: None } => format!("added {name} {}", version(new)),
        ChangeKind::Added { version: new, renamed_from: Some(old) } => {
            format!("added {name} {} (was {old})", version(new))
        }
        ChangeKind::Updated { from_version, to_version, .. } if from_version == to_version => {
            format!("updated {name} {}", version(to_version))
        }
        ChangeKind::Updated { from_version, to_version, .. } => {
            format!("updated {name} {} to {}", version(from_version), version(to_version))
        }
        ChangeKind::Removed { version: old, renamed_to: None } => format!("removed {name} {}", version(old)),
        ChangeKind::Removed { version: old, renamed_to: Some(new) } => {
            format!("removed {name} {} (now {new})", version(old))
        }
    }
}

fn holds(root: &Root, before: &BTreeMap<ModuleName, Held>) -> Vec<String> {
    let began = root
        .held
        .iter()
        .filter(|(name, held)| before.get(*name) != Some(held))
        .map(|(name, held)| format!("held {name}: {}", held.code));
    let ended = before
        .keys()
        .filter(|name| !root.held.contains_key(*name))
        .map(|name| format!("no longer held {name}"));
    began.chain(ended).collect()
}

fn pins(root: &Root, before: &BTreeMap<ModuleName, Pin>) -> Vec<String> {
    let set = root
        .pinned
        .iter()
        .filter(|(name, pin)| before.get(*name) != Some(pin))
        .map(|(name, pin)| format!("pinned {name} at version {}: {}", pin.version, pin.reason));
    let lifted = before
        .keys()
        .filter(|name| !root.pinned.contains_key(*name))
        .map(|name| format!("no longer pinned {name}"));
    set.chain(lifted).collect()
}
