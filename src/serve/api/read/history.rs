//! `GET /api/modules/ai/history`: the audit log.

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

/// How many versions one answer tells of, where nothing else is query for.
const DEFAULT_LIMIT: usize = 100;
/// How many it tells of at most.
const MAX_LIMIT: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    module: Option<ModuleName>,
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    limit: Option<usize>,
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    before: Option<SnapshotVersion>,
}

/// The versions, newest first: of all modules or of one, at most `limit`, and only those before a version.
pub(crate) async fn history(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let query: HistoryQuery = query::parse(&uri)?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` takes a number from 1 to {MAX_LIMIT}")));
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

/// The report, and the version that the next one goes on from, where there may be more.
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

/// The way to older versions (RFC 8288).
fn next_page_link(module: Option<&ModuleName>, limit: usize, last: SnapshotVersion) -> Option<HeaderValue> {
    let module = module.map_or_else(String::new, |name| format!("module={name}&"));
    let link = format!("</api/modules/ai/history?{module}limit={limit}&before={last}>; rel=\"next\"");
    HeaderValue::from_str(&link).ok()
}
