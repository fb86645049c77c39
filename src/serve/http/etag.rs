//! Strong entity tags, made of the content, and `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};

/// Returns the tag of content with this digest in a coding. Each coding is a separate representation with its own tag.
pub(crate) fn tag(digest: &str, coding: Option<&str>) -> HeaderValue {
    let text = match coding {
        None => format!("\"{digest}\""),
        Some(coding) => format!("\"{digest}-{coding}\""),
    };
    HeaderValue::from_str(&text).expect("digits and letters are allowed in headers")
}

/// Returns a digest of content: the first 32 hexadecimal digits of SHA-256.
pub(crate) fn digest(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let start: &[u8; 16] = digest.first_chunk().expect("a SHA-256 digest has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(*start))
}

/// Returns whether `If-None-Match` contains the tag: the client has a current copy.
pub(crate) fn matches_if_none_match(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| value == tag || list_contains(value.as_bytes(), tag))
}

/// Returns whether a list of tags contains this one, weak or strong, or is `*`.
fn list_contains(list: &[u8], tag: &HeaderValue) -> bool {
    let mut rest = list;
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after;
            continue;
        }
        if rest == b"*" {
            return true;
        }
        let opaque = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(inside) = opaque.strip_prefix(b"\"") else { return false };
        let Some(end) = inside.iter().position(|byte| *byte == b'"') else { return false };
        if opaque[..end + 2] == *tag.as_bytes() {
            return true;
        }
        rest = &inside[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_weak_tags_and_asterisks_match() {
        let tag = tag("abc", Some("gzip"));
        for (header, known) in [
            ("\"abc-gzip\"", true),
            ("W/\"abc-gzip\"", true),
            ("*", true),
            (" \"x\" , W/\"y\",\"abc-gzip\"", true),
            (",, \"abc-gzip\" ,", true),
            ("\"a,b\", \"abc-gzip\"", true),
            ("\"abc\"", false),
            ("\"abc-gzip", false),
            ("abc-gzip", false),
            ("\"\"", false),
            ("", false),
            ("\"x\" *", true),
            ("w/\"abc-gzip\"", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(header));
            assert_eq!(matches_if_none_match(&headers, &tag), known, "{header:?}");
        }
        assert!(!matches_if_none_match(&HeaderMap::new(), &tag));
    }

    #[test]
    fn each_coding_has_its_own_tag() {
        let digest = digest(b"content");
        assert_eq!(digest.len(), 32);
        assert_ne!(tag(&digest, None), tag(&digest, Some("br")));
        assert_ne!(digest, super::digest(b"Content"));
    }
}
