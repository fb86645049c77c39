//! `GET /api/modules/ai/snapshot`: the whole registry.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderMap, Method, Response, Uri},
};
use serde::Deserialize;

use super::{error::check_version_exists, old_versions};
use crate::{
    domain::SnapshotVersion,
    serve::{
        http::{prepared_response::PreparedResponse, problem::Problem, query},
        state::State,
    },
};

/// The parameters of the query.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotQuery {
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    version: Option<SnapshotVersion>,
}

/// Returns the whole registry in the latest version or in `?version=N`.
pub(crate) async fn snapshot(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let SnapshotQuery { version } = query::parse(&uri)?;
    let snapshot = state.snapshot()?;
    let Some(version) = version.filter(|version| *version != snapshot.version()) else {
        return Ok(snapshot.document.respond(&method, &headers));
    };
    check_version_exists(version, snapshot.version())?;
    let bytes = state.read_repository(move |repository| old_versions::snapshot(repository, version)).await?;
    Ok(PreparedResponse::from_body(bytes, state.audience()).respond(&method, &headers))
}
