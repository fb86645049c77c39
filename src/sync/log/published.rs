//! The log: which versions of the registry were published, read from the commits and from nothing else.
//!
//! A version is published where its root is in a commit of the main line, or in the tip of another parent of a merge on it.
//! Commit messages are for people and prove nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::Repository,
    sync::SyncError,
};

/// A number that is further above the main line's is ignored, because it was made up.
const HIGHEST_JUMP: u64 = 1_000;

/// The versions that a history published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The commit that it was read from.
    pub(super) head: ObjectId,
    /// The published versions. Where one number has several roots, the first one of the main line counts.
    pub(super) published: BTreeMap<SnapshotVersion, Publication>,
    /// Roots of merged lines with numbers that were never published. The numbers are not used again, and entries that are
    /// held or pinned may come from them: a `git pull` makes the branch of the remote such a line.
    pub(super) aside: BTreeMap<SnapshotVersion, Publication>,
    /// The merges since the last publication that joined two lines, oldest first.
    pub(super) joins: Vec<Join>,
    /// The commits of the main line since the last publication whose root cannot be read, with the reason.
    pub(super) unreadable: BTreeMap<ObjectId, String>,
    /// Whether older versions are missing because the clone is shallow.
    #[serde(skip)]
    pub(super) is_cut_off: bool,
    /// The number of the next version, where an operator decided it.
    #[serde(skip)]
    next: Option<SnapshotVersion>,
    /// The first version that is left out, where the log is looked at as it was.
    #[serde(skip)]
    end: Option<SnapshotVersion>,
}

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Its number.
    pub version: SnapshotVersion,
    /// The commit that brought its root in.
    pub commit: ObjectId,
    /// The blob of its root.
    pub root: ObjectId,
    /// The line of commits on which the root was published.
    pub(super) line: HistoryLine,
}

/// The line of commits on which a root was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum HistoryLine {
    /// In a commit of the main line.
    Main,
    /// In the tip of a line that was merged.
    Merged,
    /// In an older commit of a line that was merged.
    Aside,
}

/// A merge whose other line had a root that the main line did not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Join {
    /// The tip of the other line.
    pub(super) tip: ObjectId,
    /// Its root.
    pub(super) root: ObjectId,
    /// The last publication of the main line before.
    pub(super) main: Option<Publication>,
    /// Whether the merge took the root of the tip.
    pub(super) takes_tip: bool,
}

impl Log {
    pub(super) fn empty(head: ObjectId) -> Self {
        Self {
            head,
            published: BTreeMap::new(),
            aside: BTreeMap::new(),
            joins: Vec::new(),
            unreadable: BTreeMap::new(),
            is_cut_off: false,
            next: None,
            end: None,
        }
    }

    fn highest_of_main(&self) -> SnapshotVersion {
        let main = self.published.values().rev().find(|known| known.line == HistoryLine::Main);
        main.map_or(SnapshotVersion::EMPTY, |known| known.version)
    }

    /// Returns the highest number that counts.
    fn limit(&self) -> SnapshotVersion {
        SnapshotVersion::new(self.highest_of_main().get().saturating_add(HIGHEST_JUMP))
    }

    /// Returns the highest number that was ever used, published or not.
    pub fn latest(&self) -> SnapshotVersion {
        let limit = self.limit();
        let numbers = self.published.keys().chain(self.aside.keys()).filter(|version| **version <= limit);
        numbers.max().copied().unwrap_or_default()
    }

    /// Returns the same log, after which the next version has the number `next`.
    pub fn continued_at(mut self, next: SnapshotVersion) -> Result<Self, SyncError> {
        let latest = self.latest();
        if next <= latest {
            return Err(SyncError::UsedVersion { wanted: next, latest });
        }
        if next >= SnapshotVersion::HIGHEST {
            return Err(SyncError::TooHighVersion { wanted: next });
        }
        self.next = Some(next);
        Ok(self)
    }

    /// Looks at the log as it was before a version, whose number is the next one then.
    pub(in crate::sync) fn end_before(&mut self, version: SnapshotVersion) {
        self.next = Some(version);
        self.end = Some(version);
        self.joins.clear();
    }

    /// Returns the number of the next version: higher than any that was ever used.
    pub fn next(&self) -> SnapshotVersion {
        self.next.unwrap_or_else(|| self.latest().next())
    }

    /// Returns the commit that the log was read from.
    pub const fn head(&self) -> ObjectId {
        self.head
    }

    /// Returns the published versions, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Publication> {
        let end = self.end.unwrap_or_else(|| self.limit().next());
        self.published.range(..end).rev().map(|(_, known)| known)
    }

    /// Returns a published version.
    pub fn get(&self, version: SnapshotVersion) -> Option<&Publication> {
        self.published.get(&version).filter(|_| self.counts(version))
    }

    /// Returns a version that was published, or that a merged line had.
    pub fn find(&self, version: SnapshotVersion) -> Option<&Publication> {
        let aside = || self.aside.get(&version).filter(|_| self.counts(version));
        self.get(version).or_else(aside)
    }

    /// Returns the versions below a number that were published, newest first, and then those that merged lines had.
    pub fn all_before(&self, version: SnapshotVersion) -> impl Iterator<Item = &Publication> {
        let aside = self.aside.values().rev().filter(|known| self.counts(known.version));
        self.newest_first().chain(aside).filter(move |known| known.version < version)
    }

    /// Returns whether a number is neither too high nor left out.
    fn counts(&self, version: SnapshotVersion) -> bool {
        version <= self.limit() && self.end.is_none_or(|end| version < end)
    }

    /// Returns the published version before a number.
    pub fn before(&self, version: SnapshotVersion) -> Option<&Publication> {
        self.published.range(..version.min(self.limit().next())).next_back().map(|(_, known)| known)
    }

    /// Returns whether a version may have this number: it was never used, and is not too far above those that were.
    pub fn is_free(&self, version: SnapshotVersion) -> bool {
        version > self.latest() && version <= self.limit()
    }

    /// Returns whether older versions are missing because the clone is shallow.
    pub const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// Returns what a merge joined and no later publication took up: the guard must pass against these roots as well.
    pub fn joined(&self, repository: &Repository) -> Result<BTreeSet<ObjectId>, SyncError> {
        let mut joined = BTreeSet::new();
        for join in self.joins.iter().rev() {
            let is_main_taken_up = match &join.main {
                Some(main) => repository.is_ancestor(main.commit, join.tip)?,
                None => true,
            };
            if join.takes_tip && is_main_taken_up {
                break;
            }
            joined.insert(join.root);
            joined.extend(join.main.as_ref().filter(|_| !is_main_taken_up).map(|main| main.root));
        }
        Ok(joined)
    }

    /// Returns what is wrong with the log, as sentences for people. None of it stops a sync.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some((commit, reason)) = self.unreadable.iter().next() {
            let count = match self.unreadable.len() {
                1 => "the root of 1 commit".to_owned(),
                count => format!("the roots of {count} commits"),
            };
            remarks.push(format!("{count} cannot be read and was skipped, for example {commit}: {reason}"));
        }
        let limit = self.limit();
        for version in self.published.keys().chain(self.aside.keys()).filter(|version| **version > limit) {
            let main = self.highest_of_main();
            remarks.push(format!(
                "version {version} is ignored: it is more than {HIGHEST_JUMP} above version {main} of the main line"
            ));
        }
        remarks
    }
}
