//! The log: which versions of the registry were published, read from the commits and from nothing else.
//!
//! A version is published where its root is in a commit of the main line, or in the tip of another parent of a merge on
//! it. What a commit message says is for people and proves nothing.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde::{Deserialize, Serialize};

use super::cache;
use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::{LineCommit, Range, Repository},
    registry::{Root, RootError, root_path},
    sync::SyncError,
};

/// A number that is further above the main line's is ignored, because it was made up.
const HIGHEST_JUMP: u64 = 1_000;
/// So many merges are remembered since the last publication. The publications of later ones took up what the earlier
/// ones joined.
const REMEMBERED_JOINS: usize = 64;

/// The versions that a history published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The commit that it was read from.
    head: ObjectId,
    /// The published versions. Where one number has several roots, the first one of the main line counts.
    published: BTreeMap<SnapshotVersion, Publication>,
    /// Roots of merged lines with numbers that were never published. The numbers are not used again, and entries that are
    /// held or pinned may come from them: a `git pull` makes the branch of the remote such a line.
    aside: BTreeMap<SnapshotVersion, Publication>,
    /// The merges since the last publication that joined two lines, oldest first.
    joins: Vec<Join>,
    /// The commits of the main line since the last publication whose root cannot be read, with the reason.
    unreadable: BTreeMap<ObjectId, String>,
    /// Whether older versions are missing because the clone is shallow.
    #[serde(skip)]
    is_cut_off: bool,
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
    /// Where the root was published.
    line: Line,
}

/// Where a root was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
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
struct Join {
    /// The tip of the other line.
    tip: ObjectId,
    /// Its root.
    root: ObjectId,
    /// The last publication of the main line before.
    main: Option<Publication>,
    /// Whether the merge took the root of the tip.
    takes_tip: bool,
}

impl Log {
    /// Reads the log of a commit.
    pub fn read(repository: &Repository, head: ObjectId) -> Result<Self, SyncError> {
        Self::read_with(repository, head, &[])
    }

    /// Reads the log of a commit. Where that is HEAD, a merge in progress belongs to it already.
    pub fn of_head(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        let merging = repository.merge_heads()?;
        if merging.is_empty() || repository.head()?.commit() != Some(commit) {
            return Self::read(repository, commit);
        }
        Self::read_with(repository, commit, &merging)
    }

    fn read_with(repository: &Repository, head: ObjectId, merging: &[ObjectId]) -> Result<Self, SyncError> {
        let cache::Found { log, is_worth_recording } = cache::find(repository, head)?;
        let except = log.as_ref().map(|log| log.head);
        let mut log = log.unwrap_or_else(|| Self::empty(head));
        if except != Some(head) {
            log.extend(repository, head, except, &[])?;
            if is_worth_recording {
                cache::record(repository, &log);
            }
        }
        if !merging.is_empty() {
            log.extend(repository, head, Some(head), merging)?;
        }
        log.is_cut_off = repository.is_shallow();
        Ok(log)
    }

    fn empty(head: ObjectId) -> Self {
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

    /// Adds what the commits up to `head` published, of which those up to `except` are known.
    fn extend(
        &mut self,
        repository: &Repository,
        head: ObjectId,
        except: Option<ObjectId>,
        merging: &[ObjectId],
    ) -> Result<(), SyncError> {
        let path = root_path();
        let range = Range { from: &[head], except };
        let line = repository.main_line(range)?;
        let from = [&[head], merging].concat();
        let introducing = repository.changes(Range { from: &from, except }, &path)?;
        let tips = line.iter().flat_map(|commit| commit.parents.iter().skip(1)).chain(merging);
        let roots = Roots::read(repository, &introducing, tips.copied())?;
        let introducing: BTreeSet<ObjectId> = introducing.into_iter().collect();
        for commit in line.iter().rev() {
            let is_changed = introducing.contains(&commit.commit) && is_changed(repository, commit, &roots)?;
            self.take(commit, is_changed, &roots);
        }
        if !merging.is_empty() {
            let parents = [&[head], merging].concat();
            self.take(&LineCommit { commit: head, parents }, false, &roots);
        }
        for known in roots.publications().filter(|known| !self.published.contains_key(&known.version)) {
            self.aside.entry(known.version).or_insert(known);
        }
        self.head = head;
        Ok(())
    }

    /// Takes up one commit of the main line, whose ancestors were taken up before.
    fn take(&mut self, commit: &LineCommit, is_changed: bool, roots: &Roots) {
        let root = if is_changed { roots.of.get(&commit.commit).copied().flatten() } else { None };
        let mut takes_tip = false;
        for tip in commit.parents.iter().skip(1) {
            let Some((blob, version)) = roots.at(*tip) else { continue };
            let is_of_main = |known: &Publication| known.line == Line::Main && known.root == blob;
            if self.published.get(&version).is_some_and(is_of_main) {
                continue;
            }
            takes_tip |= root == Some(blob);
            let main = self.published.values().rev().find(|known| known.line == Line::Main).cloned();
            self.joins.push(Join { tip: *tip, root: blob, main, takes_tip: root == Some(blob) });
            let commit = roots.introduced.get(&blob).copied().unwrap_or(*tip);
            let merged = Publication { version, commit, root: blob, line: Line::Merged };
            self.published.entry(version).or_insert(merged);
        }
        if let Some(blob) = root {
            match roots.parsed.get(&blob) {
                Some(Ok(version)) => {
                    let known = self.published.get(version);
                    if known.is_none_or(|known| known.line == Line::Merged) {
                        if !takes_tip {
                            self.joins.clear();
                        }
                        let introduced = roots.introduced.get(&blob).filter(|_| takes_tip);
                        let commit = introduced.copied().unwrap_or(commit.commit);
                        let published =
                            Publication { version: *version, commit, root: blob, line: Line::Main };
                        self.published.insert(*version, published);
                        // A version that follows has put it right.
                        self.unreadable.clear();
                    }
                }
                Some(Err(error)) => {
                    self.unreadable.insert(commit.commit, error.to_string());
                }
                None => {}
            }
        }
        let too_many = self.joins.len().saturating_sub(REMEMBERED_JOINS);
        self.joins.drain(..too_many);
    }

    fn highest_of_main(&self) -> SnapshotVersion {
        let main = self.published.values().rev().find(|known| known.line == Line::Main);
        main.map_or(SnapshotVersion::EMPTY, |known| known.version)
    }

    /// The highest number that counts.
    fn limit(&self) -> SnapshotVersion {
        SnapshotVersion::new(self.highest_of_main().get().saturating_add(HIGHEST_JUMP))
    }

    /// The highest number that was ever used, published or not.
    pub fn latest(&self) -> SnapshotVersion {
        let limit = self.limit();
        let numbers = self.published.keys().chain(self.aside.keys()).filter(|version| **version <= limit);
        numbers.max().copied().unwrap_or_default()
    }

    /// The same log, after which the next version has the number `next`.
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

    /// The number of the next version: higher than any that was ever used.
    pub fn next(&self) -> SnapshotVersion {
        self.next.unwrap_or_else(|| self.latest().next())
    }

    /// The commit that the log was read from.
    pub const fn head(&self) -> ObjectId {
        self.head
    }

    /// The published versions, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Publication> {
        let end = self.end.unwrap_or_else(|| self.limit().next());
        self.published.range(..end).rev().map(|(_, known)| known)
    }

    /// A published version.
    pub fn get(&self, version: SnapshotVersion) -> Option<&Publication> {
        self.published.get(&version).filter(|_| self.counts(version))
    }

    /// A version that was published, or that a merged line had.
    pub fn find(&self, version: SnapshotVersion) -> Option<&Publication> {
        let aside = || self.aside.get(&version).filter(|_| self.counts(version));
        self.get(version).or_else(aside)
    }

    /// The versions below a number that were published, newest first, and then those that merged lines had.
    pub fn all_before(&self, version: SnapshotVersion) -> impl Iterator<Item = &Publication> {
        let aside = self.aside.values().rev().filter(|known| self.counts(known.version));
        self.newest_first().chain(aside).filter(move |known| known.version < version)
    }

    /// Whether a number is neither too high nor left out.
    fn counts(&self, version: SnapshotVersion) -> bool {
        version <= self.limit() && self.end.is_none_or(|end| version < end)
    }

    /// The published version before a number.
    pub fn before(&self, version: SnapshotVersion) -> Option<&Publication> {
        self.published.range(..version.min(self.limit().next())).next_back().map(|(_, known)| known)
    }

    /// Whether a version may have this number: it was never used, and is not too far above those that were.
    pub fn is_free(&self, version: SnapshotVersion) -> bool {
        version > self.latest() && version <= self.limit()
    }

    /// Whether older versions are missing because the clone is shallow.
    pub const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// What a merge joined and no later publication took up: the guard must pass against these roots as well.
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

    /// What is wrong with the log, in sentences for people; none of it stops anything.
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

/// Whether the root of a commit that differs from a parent's differs from that of the main line before.
fn is_changed(repository: &Repository, commit: &LineCommit, roots: &Roots) -> Result<bool, SyncError> {
    match commit.parents.as_slice() {
        [before, _, ..] => {
            let before = repository.blob_at(*before, root_path().as_str())?;
            Ok(roots.of.get(&commit.commit) != Some(&before))
        }
        [] | [_] => Ok(true),
    }
}

/// The roots in a range of commits.
struct Roots {
    /// The blob of the root in a commit, or `None` where it has none.
    of: BTreeMap<ObjectId, Option<ObjectId>>,
    /// The oldest commit that brought a root in.
    introduced: BTreeMap<ObjectId, ObjectId>,
    /// The version of each root, or why it cannot be read.
    parsed: BTreeMap<ObjectId, Result<SnapshotVersion, RootError>>,
}

impl Roots {
    /// Reads the roots of the commits that brought them in, newest first, and of some others.
    fn read(
        repository: &Repository,
        introducing: &[ObjectId],
        others: impl Iterator<Item = ObjectId>,
    ) -> Result<Self, SyncError> {
        let path = root_path();
        let (mut of, mut introduced) = (BTreeMap::new(), BTreeMap::new());
        for commit in introducing {
            let blob = repository.blob_at(*commit, path.as_str())?;
            of.insert(*commit, blob);
            introduced.extend(blob.map(|blob| (blob, *commit)));
        }
        for commit in others {
            if let Entry::Vacant(vacant) = of.entry(commit) {
                vacant.insert(repository.blob_at(commit, path.as_str())?);
            }
        }
        let blobs: BTreeSet<ObjectId> = of.values().copied().flatten().collect();
        repository.fetch_missing(blobs.iter().copied())?;
        let parse = |blob| -> Result<_, SyncError> {
            let parsed = Root::parse(&repository.blob(blob)?);
            Ok((blob, parsed.map(|root| root.version)))
        };
        let parsed = blobs.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { of, introduced, parsed })
    }

    /// The root of a commit and its version, where it has one that can be read.
    fn at(&self, commit: ObjectId) -> Option<(ObjectId, SnapshotVersion)> {
        let blob = self.of.get(&commit).copied().flatten()?;
        match self.parsed.get(&blob) {
            Some(Ok(version)) => Some((blob, *version)),
            Some(Err(_)) | None => None,
        }
    }

    /// The roots that can be read, as those of a line that was merged.
    fn publications(&self) -> impl Iterator<Item = Publication> {
        self.introduced.iter().filter_map(|(root, commit)| {
            let version = *self.parsed.get(root)?.as_ref().ok()?;
            Some(Publication { version, commit: *commit, root: *root, line: Line::Aside })
        })
    }
}
