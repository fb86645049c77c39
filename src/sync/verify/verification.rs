//! The result of a verification, and what it collects on the way.

use std::collections::BTreeSet;

use crate::{
    diagnostic::Rule,
    domain::{ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    registry::{RootError, entries_path, root_path},
    rules::registry as rules,
    sync::SyncError,
};

/// The extent of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The registry at HEAD.
    Head,
    /// Every published version, and every commit of the main line that changed the registry.
    History,
}

/// The result of a verification.
#[derive(Debug)]
pub struct Verification {
    /// The version that was checked, of many the latest.
    pub version: SnapshotVersion,
    /// The tree of its entries.
    pub tree: Option<ObjectId>,
    /// The number of entries.
    pub entries: usize,
    /// The number of versions that were checked.
    pub versions: usize,
    /// The discrepancies at HEAD, by path.
    pub discrepancies: Vec<Discrepancy>,
    /// The discrepancies of earlier commits that HEAD no longer has, oldest commit first.
    pub repaired: Vec<Discrepancy>,
    /// The checks that were not possible, with the reason.
    pub unverifiable: Vec<String>,
}

/// A difference between a registry and what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// The file.
    pub path: RepoPath,
    /// The rule that it breaks, one of [`crate::rules::registry`].
    pub rule: &'static Rule,
    /// The discrepancies.
    pub message: String,
    /// The commit that introduced it, if that is known.
    pub commit: Option<ObjectId>,
}

impl Discrepancy {
    /// Their order: by path, then by code.
    pub(in crate::sync) fn key(&self) -> (&RepoPath, &str, &str, Option<ObjectId>) {
        (&self.path, self.rule.code, &self.message, self.commit)
    }
}

impl Verification {
    pub(in crate::sync) fn of(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        Ok(Self {
            version: SnapshotVersion::EMPTY,
            tree: repository.tree_at(commit, entries_path().as_str())?,
            entries: 0,
            versions: 0,
            discrepancies: Vec::new(),
            repaired: Vec::new(),
            unverifiable: Vec::new(),
        })
    }

    pub(in crate::sync) fn add(&mut self, path: RepoPath, rule: &'static Rule, message: impl Into<String>) {
        self.discrepancies.push(Discrepancy { path, rule, message: message.into(), commit: None });
    }

    /// Returns the paths with which something is wrong so far.
    pub(in crate::sync) fn discrepancy_paths(&self) -> BTreeSet<RepoPath> {
        self.discrepancies.iter().map(|discrepancy| discrepancy.path.clone()).collect()
    }

    pub(in crate::sync) fn add_unverifiable(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.unverifiable.contains(&reason) {
            self.unverifiable.push(reason);
        }
    }

    pub(in crate::sync) fn add_root_error(&mut self, error: &RootError) {
        let rule = match error {
            RootError::Malformed(_) => &rules::ROOT_MALFORMED,
            RootError::NewerFormat { .. } => &rules::ROOT_NEWER_FORMAT,
            RootError::Edited => &rules::ROOT_EDITED,
            RootError::Inconsistent(_) => &rules::ROOT_INCONSISTENT,
        };
        self.add(root_path(), rule, error.to_string());
    }
}

/// Returns whether a file, or one of its folders, is among these paths.
pub(in crate::sync) fn is_at_or_below(paths: &BTreeSet<RepoPath>, file: &RepoPath) -> bool {
    paths.contains(file) || file.ancestors().any(|folder| paths.contains(&folder))
}
