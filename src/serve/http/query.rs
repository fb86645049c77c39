//! The query and the body of a request. Unknown parameters and fields are refused, because they are probably misspelt.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IntoDeserializer as _},
};

use super::problem::Problem;

/// Parses the query. Unknown, repeated and invalid parameters are refused.
pub(crate) fn parse<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    Query::try_from_uri(uri).map(|Query(query)| query).map_err(|rejection| {
        let text = rejection.body_text();
        let reason = text.split_once("query string: ").map_or(text.as_str(), |(_, reason)| reason);
        Problem::bad_request(format!("invalid query: {reason}"))
    })
}

/// Deserializes a parameter that is a whole number.
pub(crate) fn whole_number<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    parameter: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(parameter)?;
    let number: u64 = text
        .parse()
        .map_err(|_| D::Error::custom(format!("must be a whole number, 0 or more, but is `{text}`")))?;
    T::deserialize(number.into_deserializer())
}

/// Deserializes an optional parameter that is a whole number.
pub(crate) fn optional_whole_number<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    parameter: D,
) -> Result<Option<T>, D::Error> {
    whole_number(parameter).map(Some)
}

/// Refuses every query, for routes that have no parameters.
pub(crate) fn reject_query(uri: &Uri) -> Result<(), Problem> {
    match uri.query() {
        None | Some("") => Ok(()),
        Some(_) => Err(Problem::bad_request("invalid query: this route takes no parameters")),
    }
}

/// Reads and parses a JSON body. An absent body is read as an empty object. Unknown fields are refused.
pub(crate) async fn json_body<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    timeout: Duration,
) -> Result<T, Problem> {
    let mut bytes = read_body(body, limit, timeout).await?;
    if bytes.is_empty() {
        bytes = Bytes::from_static(b"{}");
    } else if !is_json(headers) {
        let detail = "the body must be JSON, with the header `Content-Type: application/json`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::bad_request("invalid body: it must be a JSON object"));
    }
    serde_json::from_slice(&bytes).map_err(|error| Problem::bad_request(format!("invalid body: {error}")))
}

async fn read_body(body: Body, limit: usize, timeout: Duration) -> Result<Bytes, Problem> {
    match tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await {
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let detail = format!("the body is longer than {limit} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
        }
        Ok(Err(_)) => Err(Problem::bad_request("the body was cut off")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
