//! The request of a run: what to publish, and how.

use std::{collections::BTreeSet, fmt, str::FromStr, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Reason, RemovalToken};
use crate::domain::{ModuleName, SnapshotVersion};

/// Receives the number of manifests that will be read, and returns what is called for each one that is done.
pub type Started<'a> = &'a dyn Fn(usize) -> Box<dyn Fn() + Sync>;

/// The request of a run.
#[derive(Debug)]
pub struct Request<'a> {
    /// The entries that may change.
    pub scope: Scope,
    /// Whether to stop before writing.
    pub dry_run: bool,
    /// Whether any invalid manifest stops it.
    pub strict: bool,
    /// Allows the removal of one exact set of entries.
    pub allow_removals: Option<RemovalToken>,
    /// The number of the next version, where the log does not decide it.
    pub next_version: Option<SnapshotVersion>,
    /// The target of the push, if the result is pushed.
    pub push: Option<Push<'a>>,
    /// The cause of the run.
    pub trigger: Trigger,
    /// The time when the run was started.
    pub now: Timestamp,
}

impl Request<'_> {
    /// Asks for a sync that writes, lets invalid manifests be held, removes no more than the guard allows and is not
    /// pushed.
    pub fn new(scope: Scope, trigger: Trigger, now: Timestamp) -> Self {
        let (dry_run, strict, allow_removals, next_version, push) = (false, false, None, None, None);
        Self { scope, dry_run, strict, allow_removals, next_version, push, trigger, now }
    }
}

/// The remote and the way to push to it.
pub struct Push<'a> {
    /// The remote, where the caller names one.
    pub remote: Option<String>,
    /// Waits before another attempt, for a random time up to the given one.
    pub wait: &'a dyn Fn(Duration),
}

impl fmt::Debug for Push<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Push").field("remote", &self.remote).finish_non_exhaustive()
    }
}

/// The entries that a run may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// All of them.
    All,
    /// Those of these modules.
    Modules(BTreeSet<ModuleName>),
    /// Orphans: entries whose manifest is gone or no longer registrable. Nothing is added or updated.
    Orphans,
    /// Those of these pinned modules, whose pins are lifted; of all pinned ones where none is named.
    Pinned(BTreeSet<ModuleName>),
    /// Those that come back from an earlier version. Nothing is compiled.
    Rollback(Rollback),
}

impl Scope {
    /// Returns the command that has this scope.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::All | Self::Modules(_) => "sync",
            Self::Orphans => "prune",
            Self::Pinned(_) => "unpin",
            Self::Rollback(_) => "rollback",
        }
    }
}

/// The modules to roll back, the version to return to, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// The version whose content comes back.
    pub version: SnapshotVersion,
    /// The modules, or none for all that differ.
    pub modules: BTreeSet<ModuleName>,
    /// The reason.
    pub reason: Reason,
}

/// The cause of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// A person.
    Manual,
    /// The merge of an approved change.
    Merge,
    /// The nightly workflow.
    Nightly,
    /// The scheduler of a server.
    Schedule,
    /// A call of the server's admin route.
    Api,
    /// A rollback.
    Rollback,
    /// The making of the repository.
    Init,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Self; 7] =
        [Self::Manual, Self::Merge, Self::Nightly, Self::Schedule, Self::Api, Self::Rollback, Self::Init];

    /// Returns the word in the trailer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Merge => "merge",
            Self::Nightly => "nightly",
            Self::Schedule => "schedule",
            Self::Api => "api",
            Self::Rollback => "rollback",
            Self::Init => "init",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The error for a text that is not a [`Trigger`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the trigger must be one of manual, merge, nightly, schedule, api, rollback, init")]
pub struct UnknownTrigger;

impl FromStr for Trigger {
    type Err = UnknownTrigger;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|trigger| trigger.as_str() == text).ok_or(UnknownTrigger)
    }
}
