//! Whether the server lives and is ready, what it counted, and what it can do: for those who run it.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State as Extract,
    http::{HeaderMap, HeaderValue, Method, Response, header},
    response::IntoResponse,
};
use serde::Serialize;

use crate::{
    domain::SnapshotVersion,
    serve::{
        http::{media_type, problem::Problem},
        routes::openapi::DOCUMENT,
        state::State,
    },
};

/// What `/livez` answers.
#[derive(Serialize)]
struct Live {
    status: &'static str,
}

/// What `/readyz` answers.
#[derive(Serialize)]
struct Ready {
    status: &'static str,
    version: SnapshotVersion,
    /// Why what is served is not what the branch holds, where it is not.
    trouble: Option<String>,
}

/// `GET /livez`: the process answers.
pub(crate) async fn livez() -> impl IntoResponse {
    uncached(Json(Live { status: "live" }))
}

/// `GET /readyz`: there is a snapshot to serve, be it an old one.
pub(crate) async fn readyz(Extract(state): Extract<Arc<State>>) -> Result<impl IntoResponse, Problem> {
    let version = state.snapshot()?.version();
    let trouble = state.trouble();
    let status = if trouble.is_some() { "degraded" } else { "ready" };
    Ok(uncached(Json(Ready { status, version, trouble })))
}

/// `GET /metrics`: Prometheus text.
pub(crate) async fn metrics(Extract(state): Extract<Arc<State>>) -> Response<Body> {
    let text = state.metrics.text((state.options.clock)());
    let mut response = uncached(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type::METRICS));
    response
}

/// `GET /openapi.json`: all routes.
pub(crate) async fn openapi(method: Method, headers: HeaderMap) -> Response<Body> {
    DOCUMENT.respond(&method, &headers)
}

fn uncached(body: impl IntoResponse) -> Response<Body> {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
