//! Which commit brought a problem in.

use std::ops::ControlFlow;

use super::Problem;
use crate::{
    domain::{ObjectId, RepoPath},
    git::Repository,
    registry::{Held, Pin, REGISTRY, Root, entries_path, module_of, root_path},
    sync::SyncError,
};

/// Names for each problem the last commit that changed what it is about.
pub(super) fn name_commits(
    repository: &Repository,
    head: ObjectId,
    problems: &mut [Problem],
) -> Result<(), SyncError> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut touches = Vec::new();
    repository.touches(head, &RepoPath::new(REGISTRY), |touch| {
        touches.push(touch);
        ControlFlow::Continue(())
    })?;
    for touch in touches {
        // Where a shallow clone ends, nobody knows what that commit changed.
        if touch.parent.is_none() && repository.is_shallow() {
            continue;
        }
        let mut unnamed = problems.iter_mut().filter(|problem| problem.commit.is_none()).peekable();
        if unnamed.peek().is_none() {
            break;
        }
        for problem in unnamed {
            let before = match touch.parent {
                Some(parent) => Suspect::at(repository, parent, problem)?,
                None => Suspect::default(),
            };
            if Suspect::at(repository, touch.commit, problem)? != before {
                problem.commit = Some(touch.commit);
            }
        }
    }
    Ok(())
}

/// What a commit must have changed to bring a problem in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Suspect {
    object: Option<ObjectId>,
    /// Where an entry and what the root says of it do not fit, either may be to blame.
    record: Option<Record>,
}

#[derive(Debug, PartialEq, Eq)]
struct Record {
    pin: Option<Pin>,
    hold: Option<Held>,
}

impl Suspect {
    fn at(repository: &Repository, commit: ObjectId, problem: &Problem) -> Result<Self, SyncError> {
        let path = problem.path.as_str();
        match problem.rule.code {
            "root/tree" => {
                Ok(Self { object: repository.tree_at(commit, entries_path().as_str())?, record: None })
            }
            "entry/held" | "entry/pinned" => Ok(Self {
                object: repository.blob_at(commit, path)?,
                record: record(repository, commit, path)?,
            }),
            _ => Ok(Self { object: repository.blob_at(commit, path)?, record: None }),
        }
    }
}

/// What the root in a commit says of the entry at `path`.
fn record(repository: &Repository, commit: ObjectId, path: &str) -> Result<Option<Record>, SyncError> {
    let inside = path.strip_prefix(entries_path().as_str()).and_then(|path| path.strip_prefix('/'));
    let Some(name) = inside.and_then(module_of) else { return Ok(None) };
    let file = repository.file_at(commit, root_path().as_str())?;
    let root = file.and_then(|(_, bytes)| Root::parse(&bytes).ok());
    Ok(root.map(|root| Record { pin: root.pinned.get(&name).cloned(), hold: root.held.get(&name).cloned() }))
}
