//! The outcome of a run.

use std::collections::BTreeMap;

use super::{Draft, Plan, RemovalToken, SyncError};
use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::RemoteBranch,
    registry::Snapshot,
};

/// The outcome of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The snapshot before.
    pub previous: Snapshot,
    /// The next snapshot, whether it was committed or not.
    pub draft: Draft,
    /// Whether it was committed.
    pub conclusion: Conclusion,
    /// Warnings about files that only look like manifests.
    pub remarks: Vec<Diagnostic>,
    /// Irregularities in the log of the registry, as sentences for people.
    pub log_remarks: Vec<String>,
    /// The number of manifests that had to be read.
    pub read: usize,
    /// The end of the push, where one was asked for and not refused.
    pub pushed: Option<Pushed>,
}

impl Outcome {
    /// Returns the version of the draft, which is the previous version if nothing changed.
    pub fn draft_version(&self) -> SnapshotVersion {
        self.draft.root.as_ref().map_or(self.previous.version(), |root| root.version)
    }

    /// Returns the version that the registry has after the run.
    pub fn version(&self) -> SnapshotVersion {
        if self.commit().is_some() { self.draft_version() } else { self.previous.version() }
    }

    /// Returns the tree of the entries that the registry has after the run, or `None` if it is empty.
    pub fn tree(&self) -> Option<ObjectId> {
        let published = self.draft.root.as_ref().filter(|_| self.commit().is_some());
        published.map(|root| root.tree).or(self.previous.tree)
    }

    /// Returns the commit that the run made, if it made one.
    pub const fn commit(&self) -> Option<ObjectId> {
        match self.conclusion {
            Conclusion::Committed { commit, .. } => Some(commit),
            Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Refused(_) => None,
        }
    }

    /// Returns why a guard refused the draft, if one did.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match &self.conclusion {
            Conclusion::Refused(refusal) => Some(refusal),
            Conclusion::Unchanged | Conclusion::DryRun | Conclusion::Committed { .. } => None,
        }
    }

    /// Returns the diagnostics of the run: those about files that only look like manifests come first.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.remarks.iter().chain(&self.draft.plan.diagnostics)
    }
}

/// The conclusion of a run: whether its draft was committed.
#[derive(Debug)]
pub enum Conclusion {
    /// Nothing changed; the previous snapshot is current.
    Unchanged,
    /// It would have been committed.
    DryRun,
    /// It is on the branch.
    Committed {
        /// The commit.
        commit: ObjectId,
        /// The reason why the checkout could not be brought up to date, if it could not.
        behind: Option<SyncError>,
        /// Whether the commit was made as `modreg` because git knows no name.
        is_anonymous: bool,
    },
    /// A guard refused it.
    Refused(Refusal),
}

/// The reason why a guard refused a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too many entries would be removed.
    Removals(Removals),
    /// A token was given, but for another set of removals.
    WrongToken(Removals),
    /// Some manifests are invalid, and none may be.
    Invalid,
}

/// Entries that a guard does not let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removals {
    /// The entries.
    pub entries: BTreeMap<ModuleName, ObjectId>,
    /// The number of entries before.
    pub total: usize,
    /// Allows exactly these removals.
    pub token: RemovalToken,
}

impl Refusal {
    /// Returns the removals that it is about.
    pub const fn removals(&self) -> Option<&Removals> {
        match self {
            Self::Removals(removals) | Self::WrongToken(removals) => Some(removals),
            Self::Invalid => None,
        }
    }

    /// Returns why this plan is not carried out, in one line.
    pub fn reason(&self, plan: &Plan) -> String {
        let removed = |removals: &Removals| match (removals.entries.len(), removals.total) {
            (1, 1) => "the only entry".to_owned(),
            (count, total) if count >= total => format!("all {total} entries"),
            (count, total) => format!("{count} of {total} entries"),
        };
        match self {
            Self::Removals(removals) => {
                format!("this would remove {}, more than the guard allows", removed(removals))
            }
            Self::WrongToken(removals) => {
                format!(
                    "this would remove {}, and the token allows another set of removals",
                    removed(removals)
                )
            }
            Self::Invalid if plan.invalid.len() == 1 => {
                "1 manifest is invalid, and `--strict` allows none".to_owned()
            }
            Self::Invalid => {
                format!("{} manifests are invalid, and `--strict` allows none", plan.invalid.len())
            }
        }
    }
}

/// The result of a push.
#[derive(Debug)]
pub struct Pushed {
    /// The branch that was pushed to.
    pub target: RemoteBranch,
    /// The commit with the snapshot.
    pub commit: ObjectId,
    /// The way in which the commit came to be there.
    pub arrival: Arrival,
    /// The number of attempts.
    pub attempts: usize,
    /// The commits of people that were pushed with it, newest first, with their subjects.
    pub people: Vec<(ObjectId, String)>,
    /// The commands whose snapshots were dropped because the remote was ahead, and published anew, oldest first.
    pub published_anew: Vec<&'static str>,
    /// The reason why the local branch and its checkout could not follow, if they could not.
    pub left_behind: Option<SyncError>,
}

/// The way in which a commit came to be on the remote branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// This run pushed it.
    Pushed,
    /// It was there already.
    AlreadyThere,
}
