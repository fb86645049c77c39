//! The status page, `GET /`, as one file for the browser.
//!
//! The style and the scripts beside this file are inserted into the page. Its content security policy contains their digests
//! and forbids to parse text as markup, so no text of a manifest can run as a script. The page uses the public API.

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use super::http::{
    media_type,
    prepared_response::{Audience, PreparedResponse},
};

const HTML: &str = include_str!("index.html");
const STYLE: &str = include_str!("style.css");
/// The script, which is one JavaScript module. Each part uses only the parts before it.
const SCRIPT: &str = concat!(
    include_str!("script/dom.js"),
    include_str!("script/api.js"),
    include_str!("script/live.js"),
    include_str!("script/modules.js"),
    include_str!("script/context.js"),
    include_str!("script/compare.js"),
    include_str!("script/history.js"),
    include_str!("script/admin.js"),
);

/// The tags between which the style and the script are inserted.
const STYLE_PLACE: (&str, &str) = ("<style>", "</style>");
const SCRIPT_PLACE: (&str, &str) = ("<script type=\"module\">", "</script>");

static PAGE: LazyLock<Page> = LazyLock::new(Page::new);

/// The page as a prepared response, with its policy.
struct Page {
    document: PreparedResponse,
    policy: HeaderValue,
}

impl Page {
    fn new() -> Self {
        let html = put(&put(HTML, STYLE_PLACE, STYLE), SCRIPT_PLACE, SCRIPT);
        let document = PreparedResponse::compressed(&html.into(), Audience::Public);
        let policy = HeaderValue::from_str(&policy(SCRIPT, STYLE)).expect("a policy is plain text");
        Self { document, policy }
    }

    fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let mut response = self.document.respond(method, headers);
        let is_page = response.status() == StatusCode::OK;
        let headers = response.headers_mut();
        if is_page {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type::HTML));
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }
}

/// Handles `GET /`: returns the status page.
pub(super) async fn page(method: Method, headers: HeaderMap) -> Response<Body> {
    PAGE.respond(&method, &headers)
}

/// Inserts a text between two adjacent tags.
fn put(html: &str, (open, close): (&str, &str), text: &str) -> String {
    html.replacen(&format!("{open}{close}"), &format!("{open}{text}{close}"), 1)
}

/// Returns the content security policy of the page (Content Security Policy 3; the digests by its section 2.3).
fn policy(script: &str, style: &str) -> String {
    let [script, style] = [script, style].map(|text| BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

#[cfg(test)]
mod tests;
