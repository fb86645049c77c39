//! Reading of older versions from the repository.

use std::borrow::Cow;

use super::error::read_problem;
use crate::{
    domain::{ModuleName, SnapshotVersion},
    git::Repository,
    serve::{http::problem::Problem, snapshot::json},
    sync::{Log, SyncError, VersionedSnapshot},
};

/// Returns the whole registry of a version as JSON.
pub(crate) fn snapshot(repository: &Repository, version: SnapshotVersion) -> Result<Vec<u8>, Problem> {
    let found = find(repository, version)?;
    let Some(root) = &found.snapshot.root else {
        return Err(Problem::not_found("version 0 is the empty registry before the first version"));
    };
    let entries = found.snapshot.entries.values().map(|id| repository.blob(*id).map(Cow::Owned));
    let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| read_problem(&error.into()))?;
    Ok(json::snapshot(root, entries.into_iter()).bytes)
}

/// Returns the entry that a module had in a version.
pub(crate) fn entry(
    repository: &Repository,
    version: SnapshotVersion,
    name: &ModuleName,
) -> Result<Vec<u8>, Problem> {
    find(repository, version)?.entry(repository, name).map_err(|error| read_problem(&error))
}

fn find(repository: &Repository, version: SnapshotVersion) -> Result<VersionedSnapshot, Problem> {
    let find = || {
        let head = repository.head()?.require_commit()?;
        VersionedSnapshot::find(repository, &Log::read(repository, head)?, version)
    };
    find().map_err(|error: SyncError| read_problem(&error))
}
