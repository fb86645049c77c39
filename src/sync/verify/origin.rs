//! Finding the commit that introduced a discrepancy.

use super::verification::Discrepancy;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{Range, Repository},
    object::Mode,
    registry::{Held, Pin, REGISTRY, Root, entries_path, module_of, root_path},
    sync::SyncError,
};

/// Names for each discrepancy the newest commit that changed what it is about. A merge that took it from one of its parents
/// changed nothing.
pub(in crate::sync) fn name_commits(
    repository: &Repository,
    head: ObjectId,
    discrepancies: &mut [Discrepancy],
) -> Result<(), SyncError> {
    if discrepancies.is_empty() {
        return Ok(());
    }
    let range = Range { from: &[head], except: None };
    for commit in repository.changes(range, &RepoPath::new(REGISTRY))? {
        let parents = repository.parents(commit)?;
        // Where a shallow clone ends, what that commit changed is unknown.
        if parents.is_empty() && repository.is_shallow() {
            continue;
        }
        let mut unnamed =
            discrepancies.iter_mut().filter(|discrepancy| discrepancy.commit.is_none()).peekable();
        if unnamed.peek().is_none() {
            break;
        }
        for discrepancy in unnamed {
            let now = RelatedState::at(repository, commit, discrepancy)?;
            let mut is_new = parents.is_empty() && now != RelatedState::default() || !parents.is_empty();
            for parent in &parents {
                is_new &= RelatedState::at(repository, *parent, discrepancy)? != now;
            }
            if is_new {
                discrepancy.commit = Some(commit);
            }
        }
    }
    Ok(())
}

/// The state that a commit must have changed to introduce a discrepancy.
#[derive(Debug, Default, PartialEq, Eq)]
struct RelatedState {
    object: Option<(Mode, ObjectId)>,
    root: Option<(Mode, ObjectId)>,
    /// The record of the entry in the root: if both do not match, either may be the cause.
    record: Option<Record>,
}

#[derive(Debug, PartialEq, Eq)]
struct Record {
    pin: Option<Pin>,
    hold: Option<Held>,
}

impl RelatedState {
    fn at(repository: &Repository, commit: ObjectId, discrepancy: &Discrepancy) -> Result<Self, SyncError> {
        let path = discrepancy.path.as_str();
        match discrepancy.rule.code {
            "root/tree" => {
                let object = repository.place_at(commit, entries_path().as_str())?;
                Ok(Self { object, root: None, record: None })
            }
            // The entry or the root beside it may be the cause.
            "entry/edited" => Ok(Self {
                object: repository.place_at(commit, path)?,
                root: repository.place_at(commit, root_path().as_str())?,
                record: None,
            }),
            "entry/held" | "entry/pinned" => Ok(Self {
                root: None,
                object: repository.place_at(commit, path)?,
                record: record(repository, commit, path)?,
            }),
            _ => Ok(Self { object: repository.place_at(commit, path)?, root: None, record: None }),
        }
    }
}

/// Returns what the root in a commit records of the entry at `path`.
fn record(repository: &Repository, commit: ObjectId, path: &str) -> Result<Option<Record>, SyncError> {
    let inside = path.strip_prefix(entries_path().as_str()).and_then(|path| path.strip_prefix('/'));
    let Some(name) = inside.and_then(module_of) else { return Ok(None) };
    let file = repository.file_at(commit, root_path().as_str())?;
    let root = file.and_then(|(_, bytes)| Root::parse(&bytes).ok());
    Ok(root.map(|root| Record { pin: root.pinned.get(&name).cloned(), hold: root.held.get(&name).cloned() }))
}
