//! The id of a request. It is part of the response and of the request's lines in the log, so each can be found by the other.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header with the id, in the request and in the response.
pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The length of the longest id that is accepted from a client.
const MAX_CLIENT_ID_LENGTH: usize = 64;

/// The id of a request, as an extension that handlers can extract.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

impl RequestId {
    /// Returns the id as text.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// The source of new ids: a prefix that differs between two runs of the program, and a number.
#[derive(Debug)]
pub(crate) struct RequestIds {
    prefix: Box<str>,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        Self { prefix: format!("{:08x}-", fastrand::u32(..)).into(), next: AtomicU64::new(1) }
    }

    /// Returns the client's id if it is short and plain, and a new id otherwise.
    pub(crate) fn of_request(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(&HEADER) {
            Some(given) if is_plain(given.as_bytes()) => given.clone(),
            _ => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(self.prefix.len() + 20);
        id.push_str(&self.prefix);
        id.push_str(itoa::Buffer::new().format(number));
        HeaderValue::try_from(id).expect("digits are allowed in headers")
    }
}

fn is_plain(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_CLIENT_ID_LENGTH).contains(&id.len()) && id.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_id_is_used_if_it_is_short_and_plain() {
        let ids = RequestIds::new();
        let longest = "x".repeat(MAX_CLIENT_ID_LENGTH);
        let too_long = "x".repeat(MAX_CLIENT_ID_LENGTH + 1);
        for (given, taken) in [
            ("a-b_c.1", true),
            (longest.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a\u{e4}", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(&HEADER, HeaderValue::from_bytes(given.as_bytes()).unwrap());
            assert_eq!(ids.of_request(&headers) == given, taken, "{given:?}");
        }
        assert_ne!(ids.of_request(&HeaderMap::new()), ids.of_request(&HeaderMap::new()));
    }
}
