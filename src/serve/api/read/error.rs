//! The problems of reading: unknown versions and modules, and failures of the repository.

use axum::http::StatusCode;

use crate::{domain::SnapshotVersion, serve::http::problem::Problem, sync::SyncError};

/// Converts an error to a problem. The reason of a failure inside the server is logged, and not part of the response.
pub(super) fn read_problem(error: &SyncError) -> Problem {
    match error {
        SyncError::UnknownVersion { is_cut_off: true, .. } => Problem::new(
            StatusCode::NOT_FOUND,
            format!("{error}; the server's clone does not contain the older versions"),
        )
        .kind("urn:modreg:problem:history-cut-off"),
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

/// Refuses a version above the latest one without reading the history.
pub(super) fn check_version_exists(version: SnapshotVersion, latest: SnapshotVersion) -> Result<(), Problem> {
    if version <= latest {
        return Ok(());
    }
    let detail = format!("version {version} does not exist yet; the latest version is {latest}");
    Err(Problem::not_found(detail).with("latest", latest.get()))
}
