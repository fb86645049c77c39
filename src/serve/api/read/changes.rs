//! `GET /api/modules/ai/changes?since=N`: the changes from an older version to the latest or another version.

use std::{ops::RangeInclusive, sync::Arc};

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use serde::Deserialize;

use super::error::{check_version_exists, read_problem};
use crate::{
    domain::SnapshotVersion,
    git::Repository,
    report::json::{self, ChangesReport},
    serve::{
        http::{prepared_response::PreparedResponse, problem::Problem, query},
        state::State,
    },
    sync::{self, Log, SyncError, VersionedSnapshot},
};

/// The parameters of the query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangesQuery {
    #[serde(deserialize_with = "query::whole_number")]
    since: SnapshotVersion,
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    until: Option<SnapshotVersion>,
}

/// Returns the modules that were added, updated and removed between two versions.
pub(crate) async fn changes(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let ChangesQuery { since, until } = query::parse(&uri)?;
    let snapshot = state.snapshot()?;
    let version = snapshot.version();
    if since > version {
        let detail = format!("version {since} does not exist yet; the latest version is {version}");
        return Err(Problem::new(StatusCode::CONFLICT, detail)
            .kind("urn:modreg:problem:version-ahead")
            .with("latest", version.get()));
    }
    if let Some(until) = until.filter(|until| *until != version) {
        check_version_exists(until, version)?;
        if since > until {
            let detail = format!("`since` (version {since}) must not be after `until` (version {until})");
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        let bytes =
            state.read_repository(move |repository| compare(repository, since..=until, version)).await?;
        return Ok(PreparedResponse::from_body(bytes, state.audience()).respond(&method, &headers));
    }
    let prepared = if let Some(prepared) = snapshot.changes.get(since) {
        prepared
    } else {
        let bytes =
            state.read_repository(move |repository| compare(repository, since..=version, version)).await?;
        snapshot.changes.insert(since, PreparedResponse::from_body(bytes, state.audience()))
    };
    Ok(prepared.respond(&method, &headers))
}

/// Compares the first and the last of these versions. `latest` is the latest version of the registry.
fn compare(
    repository: &Repository,
    versions: RangeInclusive<SnapshotVersion>,
    latest: SnapshotVersion,
) -> Result<Vec<u8>, Problem> {
    let read = || {
        let head = repository.head()?.require_commit()?;
        let log = Log::read(repository, head)?;
        let old = VersionedSnapshot::find(repository, &log, *versions.start())?;
        let new = VersionedSnapshot::find(repository, &log, *versions.end())?;
        let changes = sync::compare(repository, &old.snapshot, &new.snapshot)?;
        Ok::<_, SyncError>(ChangesReport::between(&old.snapshot, &new.snapshot, latest, &changes))
    };
    let report = read().map_err(|error| read_problem(&error))?;
    Ok(json::to_bytes(&report))
}
