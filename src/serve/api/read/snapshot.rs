//! `GET /api/modules/ai/snapshot`: the whole registry.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderMap, Method, Response, Uri},
};
use serde::Deserialize;

use super::{error::not_above, old_versions};
use crate::{
    domain::SnapshotVersion,
    serve::{
        http::{prepared_response::Prepared, problem::Problem, query},
        state::State,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default, deserialize_with = "query::optional_whole")]
    version: Option<SnapshotVersion>,
}

/// The newest version, or `?version=N`.
pub(crate) async fn snapshot(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let Asked { version } = query::query(&uri)?;
    let served = state.served()?;
    let Some(version) = version.filter(|version| *version != served.version()) else {
        return Ok(served.snapshot.respond(&method, &headers));
    };
    not_above(version, served.version())?;
    let bytes = state.archive(move |repository| old_versions::snapshot(repository, version)).await?;
    Ok(Prepared::of(bytes, state.audience()).respond(&method, &headers))
}
