//! The problems of reading: which versions and modules are unknown, and what a reader learns about other failures.

use axum::http::StatusCode;

use crate::{domain::SnapshotVersion, serve::http::problem::Problem, sync::SyncError};

/// Says why something old cannot be read, as far as that is the reader's business.
pub(super) fn read_problem(error: &SyncError) -> Problem {
    match error {
        SyncError::UnknownVersion { is_cut_off: true, .. } => {
            Problem::new(StatusCode::NOT_FOUND, format!("{error}: the server does not have so old versions"))
                .kind("urn:modreg:problem:history-cut-off")
        }
        SyncError::UnknownVersion { latest, .. } => {
            Problem::not_found(error.to_string()).with("latest", latest.get())
        }
        SyncError::UnknownEntry { closest, .. } => {
            let problem = Problem::not_found(error.to_string());
            match closest {
                Some(name) => problem.with("closest", name.as_str()),
                None => problem,
            }
        }
        other => {
            tracing::error!(error = %other.with_causes(), "cannot read from the repository");
            Problem::internal()
        }
    }
}

/// Refuses a version that is not there yet, without a look at the history.
pub(super) fn check_version_exists(version: SnapshotVersion, latest: SnapshotVersion) -> Result<(), Problem> {
    if version <= latest {
        return Ok(());
    }
    let detail = format!("there is no version {version} yet: the latest is {latest}");
    Err(Problem::not_found(detail).with("latest", latest.get()))
}
