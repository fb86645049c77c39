//! Writes one snapshot for people.

use std::{collections::BTreeSet, io};

use crate::{
    domain::ModuleName,
    registry::Snapshot,
    report::{
        Style,
        style::Ink,
        text::{count, visible},
    },
};

/// Writes a snapshot: the facts of its root, and the names of the entries.
pub fn snapshot(out: &mut dyn io::Write, snapshot: &Snapshot, style: Style) -> io::Result<()> {
    let version = snapshot.version();
    writeln!(
        out,
        "{}",
        style.paint(Ink::Strong, &format!("version {version}: {}", count(snapshot.entries.len(), "module")))
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
