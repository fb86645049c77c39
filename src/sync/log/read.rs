//! Reading the log from the commits, starting from the log that was recorded last.

use std::collections::BTreeSet;

use super::{
    cache,
    published::{HistoryLine, Join, Log, Publication},
    roots::Roots,
};
use crate::{
    domain::ObjectId,
    git::{LineCommit, Range, Repository},
    registry::root_path,
    sync::SyncError,
};

/// The number of merges since the last publication that are remembered. The publications of later ones took up what the
/// earlier ones joined.
const REMEMBERED_JOINS: usize = 64;

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
            let is_of_main = |known: &Publication| known.line == HistoryLine::Main && known.root == blob;
            if self.published.get(&version).is_some_and(is_of_main) {
                continue;
            }
            takes_tip |= root == Some(blob);
            let main = self.published.values().rev().find(|known| known.line == HistoryLine::Main).cloned();
            self.joins.push(Join { tip: *tip, root: blob, main, takes_tip: root == Some(blob) });
            let commit = roots.introduced.get(&blob).copied().unwrap_or(*tip);
            let merged = Publication { version, commit, root: blob, line: HistoryLine::Merged };
            self.published.entry(version).or_insert(merged);
        }
        if let Some(blob) = root {
            match roots.parsed.get(&blob) {
                Some(Ok(version)) => {
                    let known = self.published.get(version);
                    if known.is_none_or(|known| known.line == HistoryLine::Merged) {
                        if !takes_tip {
                            self.joins.clear();
                        }
                        let introduced = roots.introduced.get(&blob).filter(|_| takes_tip);
                        let commit = introduced.copied().unwrap_or(commit.commit);
                        let published =
                            Publication { version: *version, commit, root: blob, line: HistoryLine::Main };
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
}

/// Returns whether the root of a commit that differs from a parent's differs from that of the main line before.
fn is_changed(repository: &Repository, commit: &LineCommit, roots: &Roots) -> Result<bool, SyncError> {
    match commit.parents.as_slice() {
        [before, _, ..] => {
            let before = repository.blob_at(*before, root_path().as_str())?;
            Ok(roots.of.get(&commit.commit) != Some(&before))
        }
        [] | [_] => Ok(true),
    }
}
