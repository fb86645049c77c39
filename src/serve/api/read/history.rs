//! `GET /api/modules/ai/history`: the published versions.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderMap, HeaderValue, Method, Response, Uri, header},
};
use serde::Deserialize;

use super::error::{check_version_exists, read_problem};
use crate::{
    domain::{ModuleName, SnapshotVersion},
    git::Repository,
    report::json::{self, HistoryReport},
    serve::{
        http::{prepared_response::PreparedResponse, problem::Problem, query},
        state::State,
    },
    sync::{History, Log, SyncError},
};

/// The number of versions in one response if the query does not contain another limit.
const DEFAULT_LIMIT: usize = 100;
/// The highest number of versions in one response.
const MAX_LIMIT: usize = 1000;

/// The parameters of the query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    module: Option<ModuleName>,
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    limit: Option<usize>,
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    before: Option<SnapshotVersion>,
}

/// Returns the versions, newest first. The query can select one module, a limit, and the versions before a version.
pub(crate) async fn history(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let query: HistoryQuery = query::parse(&uri)?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` must be a number from 1 to {MAX_LIMIT}")));
    }
    if let Some(before) = query.before {
        check_version_exists(before, state.snapshot()?.version().next())?;
    }
    let module = query.module.clone();
    let read =
        move |repository: &Repository| read(repository, &query, limit).map_err(|error| read_problem(&error));
    let (report, last) = state.read_repository(read).await?;
    let mut response = PreparedResponse::from_body(report, state.audience()).respond(&method, &headers);
    if let Some(next) = last.and_then(|last| next_page_link(module.as_ref(), limit, last)) {
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

/// Returns the report and its oldest version, or `None` for the version if no older versions follow.
fn read(
    repository: &Repository,
    query: &HistoryQuery,
    limit: usize,
) -> Result<(Vec<u8>, Option<SnapshotVersion>), SyncError> {
    let head = repository.head()?.require_commit()?;
    let log = Log::read(repository, head)?;
    let history = History::below(repository, &log, query.before, query.module.as_ref(), Some(limit))?;
    let is_full = history.records.len() == limit;
    let last = history.records.last().map(|record| record.version).filter(|_| is_full);
    Ok((json::to_bytes(&HistoryReport::from(&history)), last))
}

/// Returns the header `Link` (RFC 8288) that leads to older versions.
fn next_page_link(module: Option<&ModuleName>, limit: usize, last: SnapshotVersion) -> Option<HeaderValue> {
    let module = module.map_or_else(String::new, |name| format!("module={name}&"));
    let link = format!("</api/modules/ai/history?{module}limit={limit}&before={last}>; rel=\"next\"");
    HeaderValue::from_str(&link).ok()
}
