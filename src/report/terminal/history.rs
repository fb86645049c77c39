//! Writes the audit log for people.

use std::io;

use crate::{
    registry::Held,
    report::{Style, style::Ink, text::visible},
    sync::{History, HistoryRecord},
};

/// Writes the audit log, a line for each version.
pub fn history(out: &mut dyn io::Write, history: &History, style: Style) -> io::Result<()> {
    for record in &history.records {
        let HistoryRecord { version, commit, time, author, trigger, source_commit: _, counts, .. } = record;
        let HistoryRecord { pinned, unpinned, held, released, .. } = record;
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
