//! Verifying that the registry is complete and matches its sources, at one commit or in every version.

mod history;
mod origin;
mod records;
mod snapshot;
mod sources;
mod state;
pub(super) mod verification;

use super::{Started, SyncError, log::published::Log};
use crate::git::Repository;

use verification::{Extent, Verification};

/// Checks the registry at HEAD, or all its versions.
pub fn verify(
    repository: &Repository,
    extent: Extent,
    started: Started<'_>,
) -> Result<Verification, SyncError> {
    let head = repository.head()?.require_commit()?;
    let log = Log::read(repository, head)?;
    let mut found = Verification::of(repository, head)?;
    snapshot::check_head(&mut found, repository, head, &log, started)?;
    origin::name_commits(repository, head, &mut found.discrepancies)?;
    if extent == Extent::History {
        history::walk(repository, head, log, started, &mut found)?;
    } else {
        log.remarks().into_iter().for_each(|remark| found.add_unverifiable(remark));
    }
    found.discrepancies.sort_by(|a, b| a.key().cmp(&b.key()));
    found.discrepancies.dedup();
    Ok(found)
}
