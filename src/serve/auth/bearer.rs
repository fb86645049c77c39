//! Reads the bearer token of a request (RFC 6750, section 2.1).

use axum::http::{HeaderMap, header};

use super::denied::Denied;

/// The length of the longest token that is accepted. A token with a key and a chain of certificates is shorter.
const MAX_TOKEN_LENGTH: usize = 16 << 10;

/// Returns the token of a request, which must contain exactly one.
pub(super) fn token(headers: &HeaderMap) -> Result<&str, Denied> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(Denied::Missing),
        (Some(value), None) => value,
        (Some(_), Some(_)) => {
            return Err(Denied::Malformed("the request contains more than one header `Authorization`"));
        }
    };
    let form = Denied::Malformed("the header `Authorization` must be `Bearer` and a token");
    let text = value.to_str().map_err(|_| form.clone())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(|| form.clone())?;
    let token = token.trim_matches(' ');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || !token.bytes().all(is_plain) {
        return Err(form);
    }
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(Denied::Malformed("the token is too long"));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_header_with_one_token_is_accepted() {
        let malformed = 401;
        for (values, expected) in [
            (&["Bearer a.b.c"][..], Ok("a.b.c")),
            (&["bearer  a.b.c "], Ok("a.b.c")),
            (&[], Err(("Bearer realm=\"modreg\"", malformed))),
            (&["Bearer a.b.c", "Bearer a.b.c"], Err(("invalid_request", malformed))),
            (&["Bearer a.b.c, Bearer d.e.f"], Err(("invalid_request", malformed))),
            (&["Basic YTpi"], Err(("invalid_request", malformed))),
            (&["Bearer"], Err(("invalid_request", malformed))),
            (&["Bearer "], Err(("invalid_request", malformed))),
            (&["Bearer a b"], Err(("invalid_request", malformed))),
            (&["a.b.c"], Err(("invalid_request", malformed))),
        ] {
            let headers: HeaderMap = values
                .iter()
                .map(|value| (header::AUTHORIZATION, value.parse().unwrap()))
                .fold(HeaderMap::new(), |mut headers, (name, value)| {
                    headers.append(name, value);
                    headers
                });
            match (token(&headers), expected) {
                (Ok(token), Ok(expected)) => assert_eq!(token, expected),
                (Err(denied), Err((words, status))) => {
                    assert!(denied.challenge().unwrap().contains(words), "{denied:?}");
                    assert_eq!(denied.status(), status);
                }
                (found, expected) => panic!("{values:?}: {found:?} is not {expected:?}"),
            }
        }
    }
}
