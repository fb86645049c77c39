//! Responses whose body, compressed variants and entity tags are prepared before they are requested.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
    response::IntoResponse as _,
};

use super::{
    content_coding::{self, ContentCoding},
    etag,
    problem::Problem,
};

/// The size below which a body is not compressed.
const MIN_COMPRESSED_BYTES: usize = 1024;

/// A JSON document with its compressed variants, from which `GET` and `HEAD` requests are answered.
#[derive(Debug, Clone)]
pub(crate) struct PreparedResponse {
    variants: Vec<Variant>,
    cache: HeaderValue,
}

#[derive(Debug, Clone)]
struct Variant {
    coding: ContentCoding,
    tag: HeaderValue,
    body: Bytes,
}

/// The caches that may store a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Every cache, which must check with each request that the response is current.
    Public,
    /// Only the cache of the client.
    Private,
}

impl Audience {
    fn cache_control(self) -> HeaderValue {
        match self {
            Self::Public => HeaderValue::from_static("no-cache"),
            Self::Private => HeaderValue::from_static("private, no-cache"),
        }
    }
}

impl PreparedResponse {
    /// Makes a response without compressed variants. The entity tag is made of `digest`.
    pub(crate) fn uncompressed(body: Bytes, digest: &str, audience: Audience) -> Self {
        let plain = Variant { coding: ContentCoding::Identity, tag: etag::tag(digest, None), body };
        Self { variants: vec![plain], cache: audience.cache_control() }
    }

    /// Makes a response without compressed variants. The entity tag is made of the digest of the body.
    pub(crate) fn from_body(body: impl Into<Bytes>, audience: Audience) -> Self {
        let body = body.into();
        let digest = etag::digest(&body);
        Self::uncompressed(body, &digest, audience)
    }

    /// Makes a response with a variant in every coding that makes the body smaller.
    pub(crate) fn compressed(body: &Bytes, audience: Audience) -> Self {
        let digest = etag::digest(body);
        let mut prepared = Self::uncompressed(body.clone(), &digest, audience);
        if body.len() >= MIN_COMPRESSED_BYTES {
            let coded = |coding: ContentCoding| {
                let body = coding.encode(body)?.into();
                Some(Variant { coding, tag: etag::tag(&digest, Some(coding.name())), body })
            };
            prepared.variants.extend(ContentCoding::ALL.into_iter().filter_map(coded));
        }
        prepared
    }

    /// Returns the body without compression.
    pub(crate) fn body(&self) -> &Bytes {
        &self.variants[0].body
    }

    /// Answers a `GET` or `HEAD` request.
    pub(crate) fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let has = |coding| self.variant(coding).is_some();
        let Some(variant) = content_coding::negotiate(headers, has).and_then(|coding| self.variant(coding))
        else {
            let detail = "`Accept-Encoding` accepts none of the available codings";
            return Problem::new(StatusCode::NOT_ACCEPTABLE, detail).into_response();
        };
        let is_known = etag::matches_if_none_match(headers, &variant.tag);
        let body = match (is_known, method) {
            (true, _) | (_, &Method::HEAD) => Body::empty(),
            (false, _) => Body::from(variant.body.clone()),
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.reserve(8);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(variant.body.len()));
            if variant.coding != ContentCoding::Identity {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(variant.coding.name()));
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, variant.tag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn variant(&self, coding: ContentCoding) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.coding == coding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |&(name, value): &(&'static str, &str)| {
            (name.parse::<axum::http::HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn each_coding_is_a_representation_with_its_own_tag() {
        let text = "content ".repeat(1000);
        let prepared = PreparedResponse::compressed(&Bytes::from(text), Audience::Public);
        let mut tags = std::collections::BTreeSet::new();
        for coding in ["identity", "br", "zstd", "gzip"] {
            let response = prepared.respond(&Method::GET, &headers(&[("accept-encoding", coding)]));
            let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
            assert!(!tag.starts_with("W/"));
            let sent = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(sent, Some(coding).filter(|coding| *coding != "identity"));
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            let known = headers(&[("accept-encoding", coding), ("if-none-match", &tag)]);
            let not_modified = prepared.respond(&Method::GET, &known);
            assert_eq!(not_modified.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(not_modified.headers()[header::ETAG].to_str().unwrap(), tag);
            assert!(not_modified.headers().get(header::CONTENT_LENGTH).is_none());
            let other = headers(&[("accept-encoding", "gzip;q=0.9"), ("if-none-match", &tag)]);
            let status = prepared.respond(&Method::GET, &other).status();
            assert_eq!(status == StatusCode::NOT_MODIFIED, coding == "gzip");
            tags.insert(tag);
        }
        assert_eq!(tags.len(), 4);
    }

    #[test]
    fn a_head_response_has_the_length_of_the_get_response() {
        let prepared = PreparedResponse::from_body(&b"{}"[..], Audience::Private);
        let response = prepared.respond(&Method::HEAD, &HeaderMap::new());
        assert_eq!(
            (response.status(), &response.headers()[header::CONTENT_LENGTH]),
            (StatusCode::OK, &"2".parse().unwrap())
        );
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-cache");
    }

    #[test]
    fn small_documents_are_not_compressed() {
        let prepared = PreparedResponse::compressed(&Bytes::from_static(b"{}"), Audience::Public);
        let response = prepared.respond(&Method::GET, &headers(&[("accept-encoding", "gzip")]));
        assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
        let refused = headers(&[("accept-encoding", "gzip, identity;q=0")]);
        assert_eq!(prepared.respond(&Method::GET, &refused).status(), StatusCode::NOT_ACCEPTABLE);
    }
}
