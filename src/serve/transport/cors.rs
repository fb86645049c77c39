//! Cross-origin requests of web pages (the CORS protocol of the Fetch standard).
//!
//! The settings list the origins that may read. Admin routes never allow cross-origin requests.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
};

use crate::{
    serve::routes::table::{Access, Route},
    settings::Serve,
};

/// The headers that a page may send in addition to those that are always allowed.
const REQUEST_HEADERS: &str = "authorization, if-none-match, x-request-id";
/// The headers that a page may read in addition to those that are always readable.
const RESPONSE_HEADERS: &str = "etag, link, retry-after, x-request-id";

/// The origin of a request, as far as the response depends on it.
pub(crate) enum Origin {
    /// The response does not depend on the origin.
    Any,
    /// The origin is not allowed to read the response.
    Other,
    /// This origin is allowed to read the response.
    Allowed(HeaderValue),
}

/// Checks whether pages of the request's origin may read the responses of a route.
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

/// Adds the headers by which a browser decides what the page may read.
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

/// Answers a preflight request, or returns `None` for any other request.
pub(crate) fn preflight(settings: &Serve, route: &Route, request: &Request<Body>) -> Option<Response<Body>> {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && route.access == Access::Read
        && !settings.cors.is_empty();
    is_preflight.then(|| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        response
    })
}
