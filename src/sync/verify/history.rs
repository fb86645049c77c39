//! Every version of a history, and every commit between them that touched the registry.
//!
//! A version that a sync of the commit before it would have made is right if that one is: so most cost what they
//! changed. The others, the first, rollbacks and syncs of a few modules, are checked whole.

use std::ops::ControlFlow;

use super::{Past, Problem, Verification};
use crate::{
    domain::{ObjectId, RepoPath, SnapshotVersion},
    git::{Completeness, Repository, Touch},
    object::empty_tree,
    registry::{REGISTRY, Root, entries_path, root_path},
    rules::registry as rules,
    sync::{Scope, SyncError, base, prepare::prepare, publish::Started},
};

/// Checks each commit that changed `registry/`, oldest first.
pub(super) fn walk(
    repository: &Repository,
    head: ObjectId,
    past: &Past,
    started: Started<'_>,
    found: &mut Verification,
) -> Result<(), SyncError> {
    let mut touches = Vec::new();
    let completeness = repository.touches(head, &RepoPath::new(REGISTRY), |touch| {
        touches.push(touch);
        ControlFlow::Continue(())
    })?;
    if completeness == Completeness::Shallow {
        found.unverifiable("the clone is shallow: older versions are not here");
    }
    found.versions = 0;
    for touch in touches.into_iter().rev() {
        let mut step = Verification::of(repository, touch.commit)?;
        let is_cut_off = touch.parent.is_none() && completeness == Completeness::Shallow;
        Step { repository, touch, past, is_cut_off }.check(started, &mut step)?;
        found.versions += step.versions;
        for reason in step.unverifiable {
            found.unverifiable(reason);
        }
        for mut problem in step.problems {
            problem.commit = Some(touch.commit);
            let is_known = |known: &Problem| known.path == problem.path && known.commit == problem.commit;
            if !found.problems.iter().any(is_known) {
                found.problems.push(problem);
            }
        }
    }
    Ok(())
}

/// One commit that changed `registry/`.
struct Step<'a> {
    repository: &'a Repository,
    touch: Touch,
    past: &'a Past,
    /// Whether what came before is unknown.
    is_cut_off: bool,
}

impl Step<'_> {
    fn check(&self, started: Started<'_>, found: &mut Verification) -> Result<(), SyncError> {
        let Self { repository, touch, past, .. } = *self;
        let path = root_path();
        let before = match touch.parent {
            Some(parent) => repository.file_at(parent, path.as_str())?,
            None => None,
        };
        let Some((blob, bytes)) = repository.file_at(touch.commit, path.as_str())? else {
            if before.is_some() {
                found.problem(path, &rules::ROOT_REMOVED, "the registry was removed by hand");
            }
            return Ok(());
        };
        let root = match Root::parse(&bytes) {
            Ok(root) => root,
            Err(error) => {
                found.root(&error);
                return Ok(());
            }
        };
        let entries = repository
            .tree_at(touch.commit, entries_path().as_str())?
            .unwrap_or_else(|| empty_tree(repository.format()));
        if entries != root.tree {
            return self.edits(&root, entries, found);
        }
        if before.as_ref().is_some_and(|(before, _)| *before == blob) {
            return Ok(());
        }
        let before = before.and_then(|(_, bytes)| Root::parse(&bytes).ok());
        let version_before = before.map_or(SnapshotVersion::EMPTY, |root| root.version);
        let is_reverted = root.version <= version_before && past.root(root.version) == Some(&root);
        if is_reverted {
            return Ok(());
        }
        if root.version <= version_before {
            let message = format!("version {} came after version {version_before}", root.version);
            found.problem(path, &rules::ROOT_INCONSISTENT, message);
            return Ok(());
        }
        self.gap(version_before, root.version, found);
        if self.is_a_sync(&root, started) {
            found.versions += 1;
            return Ok(());
        }
        found.state(repository, touch.commit, past, started)
    }

    /// Reports the entries that this commit made differ from the published ones.
    fn edits(&self, root: &Root, entries: ObjectId, found: &mut Verification) -> Result<(), SyncError> {
        let Self { repository, touch, .. } = *self;
        if !base::is_at_hand(repository, root.tree) {
            let message = format!("the entries have tree {entries}, but the root says {}", root.tree);
            found.problem(root_path(), &rules::ROOT_TREE, message);
            return Ok(());
        }
        let before = match touch.parent {
            Some(parent) => repository.tree_at(parent, entries_path().as_str())?,
            None => None,
        };
        let here = repository.differences(before, Some(entries))?;
        for file in repository.differences(Some(root.tree), Some(entries))? {
            if here.iter().any(|change| change.path == file.path) {
                let message = format!("it is not what version {} published", root.version);
                found.problem(entries_path().join(file.path.as_str()), &rules::ENTRY_EDITED, message);
            }
        }
        Ok(())
    }

    /// Tells of versions that this history does not show one by one.
    fn gap(&self, before: SnapshotVersion, version: SnapshotVersion, found: &mut Verification) {
        let between = version.get().saturating_sub(before.get()).saturating_sub(1);
        let missing = between.saturating_sub(self.past.count_between(before, version));
        if missing > 0 && !self.is_cut_off {
            found.unverifiable(format!(
                "{missing} versions between {before} and {version} have no commits of their own: \
                 the history was squashed or cut"
            ));
        }
    }

    /// Whether a sync of the commit before gives this very root. That it cannot be told is no answer.
    fn is_a_sync(&self, root: &Root, started: Started<'_>) -> bool {
        let Some(parent) = self.touch.parent else { return false };
        let Ok(compiler) = base::compiler_at(self.repository, parent) else { return false };
        let prepared = prepare(self.repository, parent, &compiler, &Scope::All, started);
        prepared.is_ok_and(|prepared| prepared.draft.root.as_ref() == Some(root))
    }
}
