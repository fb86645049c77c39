//! The outputs of a step of a workflow: `name<<delimiter`, the value, the delimiter.
//!
//! They are numbers, ids and booleans; no text of a manifest is among them.

use std::fmt::Write as _;

use super::findings::Findings;
use crate::{
    diagnostic::Severity,
    domain::{ObjectId, SnapshotVersion},
    sync::{Draft, Outcome, Summary, Verification},
};

/// The outputs that a later step can read. A value that a command does not know is left out, which a workflow reads as
/// the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outputs {
    /// Whether there is a new version of the registry, or would be if no guard refused it.
    pub changed: Option<bool>,
    /// The version that the registry has now.
    pub version: Option<SnapshotVersion>,
    /// The tree of the entries of that version.
    pub tree: Option<ObjectId>,
    /// The commit that was made.
    pub commit: Option<ObjectId>,
    /// The number of modules that were added.
    pub added: Option<usize>,
    /// The number of modules with another entry.
    pub updated: Option<usize>,
    /// The number of modules that were removed.
    pub removed: Option<usize>,
    /// The number of modules that keep their last good content.
    pub held: Option<usize>,
    /// The number of errors of a check, or else of invalid manifests without an entry to keep.
    pub errors: Option<usize>,
}

impl Outputs {
    /// Returns the outputs of a check: how many errors it found.
    pub fn of_findings(findings: &Findings) -> Self {
        Self { errors: Some(findings.count(Severity::Error)), ..Self::default() }
    }

    /// Returns the outputs of a verification.
    pub fn of_verification(found: &Verification) -> Self {
        let errors = Some(found.discrepancies.len());
        Self { version: Some(found.version), tree: found.tree, errors, ..Self::default() }
    }

    /// Returns the outputs of the changes between two versions.
    pub fn of_changes(version: SnapshotVersion, added: usize, updated: usize, removed: usize) -> Self {
        Self {
            changed: Some(added + updated + removed > 0),
            version: Some(version),
            added: Some(added),
            updated: Some(updated),
            removed: Some(removed),
            ..Self::default()
        }
    }

    /// Returns the outputs of a draft of the next version, while the registry is still at `version`.
    pub fn of_draft(version: SnapshotVersion, draft: &Draft) -> Self {
        let next = draft.root.as_ref().map_or(version, |root| root.version);
        Self { changed: Some(next != version), version: Some(version), ..Self::default() }
            .counting(&draft.plan.summary)
    }

    /// Returns the outputs of a sync.
    pub fn of_sync(outcome: &Outcome) -> Self {
        let before = Self::of_draft(outcome.previous.version(), &outcome.draft);
        Self {
            changed: before.changed.map(|changed| changed || outcome.commit().is_some()),
            version: Some(outcome.version()),
            tree: outcome.tree(),
            commit: outcome.commit(),
            ..before
        }
    }

    fn counting(self, summary: &Summary) -> Self {
        let Summary { added, updated, removed, unchanged: _, skipped: _, held, errors } = *summary;
        Self {
            added: Some(added),
            updated: Some(updated),
            removed: Some(removed),
            held: Some(held),
            errors: Some(errors),
            ..self
        }
    }

    /// Returns the lines to append to the file of outputs. The delimiter must be one that cannot be guessed.
    pub fn lines(&self, delimiter: &str) -> String {
        let number = |number: Option<usize>| number.map(|number| number.to_string());
        let values = [
            ("changed", self.changed.map(|changed| changed.to_string())),
            ("version", self.version.map(|version| version.to_string())),
            ("tree", self.tree.map(|tree| tree.to_string())),
            ("commit", self.commit.map(|commit| commit.to_string())),
            ("added", number(self.added)),
            ("updated", number(self.updated)),
            ("removed", number(self.removed)),
            ("held", number(self.held)),
            ("errors", number(self.errors)),
        ];
        let mut lines = String::new();
        for (name, value) in values {
            if let Some(value) = value {
                _ = write!(lines, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_written_between_delimiters() {
        let outputs = Outputs { errors: Some(0), ..Outputs::of_changes(SnapshotVersion::new(7), 1, 0, 0) };
        assert_eq!(
            outputs.lines("end"),
            "changed<<end\ntrue\nend\nversion<<end\n7\nend\nadded<<end\n1\nend\nupdated<<end\n0\nend\n\
             removed<<end\n0\nend\nerrors<<end\n0\nend\n"
        );
        assert_eq!(Outputs::default().lines("end"), "");
    }
}
