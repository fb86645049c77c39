//! The branch and the commit that HEAD names, and the lock that publishing takes.

use std::time::Duration;

use crate::{
    domain::ObjectId,
    git::{Head, Repository},
    sync::SyncError,
};

/// The time that a run waits for another one in the same repository.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The branch or commit that HEAD refers to.
pub(super) struct LocalHead {
    pub(super) branch: Option<String>,
    pub(super) commit: ObjectId,
}

impl LocalHead {
    pub(super) fn of(repository: &Repository) -> Result<Self, SyncError> {
        let head = repository.head()?;
        let commit = head.require_commit()?;
        let branch = match head {
            Head::Branch { branch, .. } => Some(branch),
            Head::Unborn { .. } | Head::Detached { .. } => None,
        };
        Ok(Self { branch, commit })
    }
}
