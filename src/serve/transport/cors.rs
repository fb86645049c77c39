//! Reading from pages of other origins (the CORS protocol of the Fetch standard), where the settings allow it.
//!
//! Admin routes never allow it.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
};

use crate::{
    serve::routes::table::{Access, Route},
    settings::Serve,
};

/// What a page may send, beside what it always may.
const REQUEST_HEADERS: &str = "authorization, if-none-match, x-request-id";
/// What a page may see, beside what it always sees.
const RESPONSE_HEADERS: &str = "etag, link, retry-after, x-request-id";

/// How a response depends on where the request comes from.
pub(crate) enum Origin {
    /// Not at all.
    Any,
    /// This one is not allowed.
    Other,
    /// This one is allowed.
    Allowed(HeaderValue),
}

/// Looks whether pages of the origin that a request names may read what a route gives.
pub(crate) fn check_origin(settings: &Serve, route: Option<&Route>, headers: &HeaderMap) -> Origin {
    let is_read = route.is_some_and(|route| route.access == Access::Read);
    if settings.cors.is_empty() || !is_read {
        return Origin::Any;
    }
    match headers.get(header::ORIGIN) {
        Some(origin) if settings.cors.iter().any(|allowed| allowed == "*" || origin == allowed.as_str()) => {
            Origin::Allowed(origin.clone())
        }
        _ => Origin::Other,
    }
}

/// Tells a browser what it may let the page see.
pub(crate) fn add_headers(headers: &mut HeaderMap, origin: Origin) {
    match origin {
        Origin::Any => return,
        Origin::Other => {}
        Origin::Allowed(origin) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// Answers a browser that asks before it sends the request itself.
pub(crate) fn preflight(settings: &Serve, route: &Route, request: &Request<Body>) -> Option<Response<Body>> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && route.access == Access::Read
        && !settings.cors.is_empty();
    asks.then(|| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        response
    })
}
