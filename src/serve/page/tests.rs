//! Tests of the page as it is sent, and of what its script must not contain.

use super::*;
use crate::domain::is_hidden;

fn get(headers: &HeaderMap) -> Response<Body> {
    PAGE.respond(&Method::GET, headers)
}

fn html() -> String {
    String::from_utf8(PAGE.document.body().to_vec()).unwrap()
}

/// Returns the text between two tags, which must occur once.
fn between<'a>(html: &'a str, (open, close): (&str, &str)) -> &'a str {
    let (_, after) = html.split_once(open).unwrap();
    let (inside, rest) = after.split_once(close).unwrap();
    assert!(!rest.contains(open), "{open} occurs twice");
    inside
}

#[test]
fn the_policy_contains_the_digests_of_style_and_script() {
    let html = html();
    let (script, style) = (between(&html, SCRIPT_PLACE), between(&html, STYLE_PLACE));
    assert_eq!((script, style), (SCRIPT, STYLE));
    let response = get(&HeaderMap::new());
    let policy_text = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert_eq!(policy_text, policy(script, style));
    for directive in [
        "default-src 'none'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy_text.split("; ").any(|part| part == directive), "{directive} is not in {policy_text}");
    }
    assert!(!policy_text.contains("unsafe"), "{policy_text}");
}

#[test]
fn digests_equal_those_that_browsers_compute() {
    // printf alert | openssl dgst -sha256 -binary | openssl base64
    let policy_text = policy("alert", "");
    assert!(
        policy_text.contains("script-src 'sha256-35BQWN1npAn++BSA6B5HNlcrDttNf7mHxpXNB+Jg7IE='"),
        "{policy_text}"
    );
}

#[test]
fn the_page_loads_nothing_and_has_no_other_script() {
    let html = put(HTML, STYLE_PLACE, STYLE);
    for word in
        ["src=", "href=\"http", "href=\"//", "@import", "url(", "style=", "<iframe", "http-equiv", "<base"]
    {
        assert!(!html.contains(word), "the page has {word}");
    }
    let attributes = html.split_whitespace().filter(|word| word.starts_with("on") && word.contains('='));
    assert_eq!(attributes.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_script_parses_no_markup_and_stores_nothing() {
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "setHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "srcdoc",
        "eval(",
        "Function(",
        "import(",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "cookie",
        "console.",
        "<!--",
        "</script",
    ] {
        assert!(!SCRIPT.contains(word), "the script has {word}");
    }
}

/// Parses the ranges of a list such as `"\\u{0}-\\u{1f}", "\\u{7f}"`.
fn ranges(list: &str) -> Vec<(u32, u32)> {
    let number = |text: &str| u32::from_str_radix(text.trim_matches(['\\', 'u', '{', '}']), 16).unwrap();
    let parts = list.split('"').filter(|part| part.starts_with("\\\\u{"));
    parts
        .map(|part| match part.split_once('-') {
            Some((first, last)) => (number(first), number(last)),
            None => (number(part), number(part)),
        })
        .collect()
}

#[test]
fn the_page_escapes_the_same_characters_as_the_reports() {
    let list = between(SCRIPT, ("const HIDING = [", "].join"));
    let ranges = ranges(list);
    assert!(ranges.len() > 30);
    let differing = ('\0'..=char::MAX)
        .filter(|character| !matches!(character, '\u{fe0e}' | '\u{fe0f}'))
        .filter(|&character| {
            let is_listed = ranges.iter().any(|&(first, last)| (first..=last).contains(&character.into()));
            is_listed != is_hidden(character, Some('a'))
        });
    assert_eq!(differing.collect::<Vec<_>>(), ['\0'; 0]);
}

#[test]
fn the_page_is_served_from_a_prepared_response() {
    let response = get(&HeaderMap::new());
    let headers = response.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");

    let mut known = HeaderMap::new();
    known.insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
    let unchanged = get(&known);
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    assert!(unchanged.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    assert!(unchanged.headers().get(header::CONTENT_TYPE).is_none());

    let head = PAGE.respond(&Method::HEAD, &HeaderMap::new());
    assert_eq!(head.headers()[header::CONTENT_LENGTH], html().len().to_string());

    let mut coded = HeaderMap::new();
    coded.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(get(&coded).headers()[header::CONTENT_ENCODING], "gzip");
}
