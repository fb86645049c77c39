//! The handlers for operators: health checks, metrics and the description of the API.

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

/// The body of the response of `/livez`.
#[derive(Serialize)]
struct Live {
    status: &'static str,
}

/// The body of the response of `/readyz`.
#[derive(Serialize)]
struct Ready {
    status: &'static str,
    version: SnapshotVersion,
    /// The reason why the served snapshot may differ from the branch, or `None` if it does not.
    trouble: Option<String>,
}

/// Handles `GET /livez`: reports that the process responds.
pub(crate) async fn livez() -> impl IntoResponse {
    uncached(Json(Live { status: "live" }))
}

/// Handles `GET /readyz`: reports whether a snapshot is loaded, even an old one.
pub(crate) async fn readyz(Extract(state): Extract<Arc<State>>) -> Result<impl IntoResponse, Problem> {
    let version = state.snapshot()?.version();
    let trouble = state.trouble();
    let status = if trouble.is_some() { "degraded" } else { "ready" };
    Ok(uncached(Json(Ready { status, version, trouble })))
}

/// Handles `GET /metrics`: returns the metrics in the `OpenMetrics` text format.
pub(crate) async fn metrics(Extract(state): Extract<Arc<State>>) -> Response<Body> {
    let text = state.metrics.text((state.options.clock)());
    let mut response = uncached(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type::METRICS));
    response
}

/// Handles `GET /openapi.json`: returns the description of all routes.
pub(crate) async fn openapi(method: Method, headers: HeaderMap) -> Response<Body> {
    DOCUMENT.respond(&method, &headers)
}

fn uncached(body: impl IntoResponse) -> Response<Body> {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
