//! A small HTTP client for the keys of issuers and for webhooks. Besides the `git` program it is the only network access.
//!
//! Invariant: every exchange has a limit of time and size, and redirects are not followed, because their target is unchecked.

use std::{io, sync::Arc, time::Duration};

use jiff::Timestamp;
use ureq::{
    Agent,
    http::{HeaderMap, header},
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use crate::domain::WebAddress;

/// The reason why an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server sent no complete response.
    #[error("no response: {0}")]
    NoResponse(String),
    /// The status of the response was not 200.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The response is larger than expected.
    #[error("the response is larger than {0} bytes")]
    TooLarge(u64),
}

/// The response to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostResponse {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`, if the response has a valid one.
    pub retry_after: Option<RetryAfter>,
}

/// The time of the next attempt that a server asks for (RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// The time to wait.
    In(Duration),
    /// The time of the next attempt.
    At(Timestamp),
}

/// A client whose exchanges have a time limit.
#[derive(Debug, Clone)]
pub struct Client {
    remote: Agent,
    /// The agent for addresses of this machine, which uses no proxy.
    loopback: Agent,
}

impl Client {
    /// Makes a client whose exchanges take at most `timeout`, from the name lookup to the last byte.
    pub fn new(timeout: Duration) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let config = || {
            Agent::config_builder()
                .timeout_global(Some(timeout))
                .max_redirects(0)
                .max_redirects_will_error(false)
                .http_status_as_error(false)
                .max_idle_connections(0)
                .max_response_header_size(16 << 10)
                .user_agent(concat!("modreg/", env!("CARGO_PKG_VERSION")))
                .tls_config(tls.clone())
        };
        Self { remote: config().build().into(), loopback: config().proxy(None).build().into() }
    }

    /// Fetches a document of at most `max_bytes` bytes.
    pub fn get(&self, address: &WebAddress, max_bytes: u64) -> Result<Vec<u8>, HttpError> {
        let request = self.agent(address).get(address.as_str()).header(header::ACCEPT, "application/json");
        let response = request.call().map_err(|error| HttpError::NoResponse(error.to_string()))?;
        match response.status().as_u16() {
            200 => {}
            status => return Err(HttpError::Status(status)),
        }
        response.into_body().into_with_config().limit(max_bytes).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => HttpError::TooLarge(max_bytes),
            other => HttpError::NoResponse(other.to_string()),
        })
    }

    /// Sends a message. The body of the response is ignored.
    pub fn post(
        &self,
        address: &WebAddress,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<PostResponse, HttpError> {
        let mut request = self.agent(address).post(address.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send(body).map_err(|error| HttpError::NoResponse(without_address(&error)))?;
        Ok(PostResponse { status: response.status().as_u16(), retry_after: retry_after(response.headers()) })
    }

    fn agent(&self, address: &WebAddress) -> &Agent {
        if address.is_loopback() { &self.loopback } else { &self.remote }
    }
}

/// Returns the text of an error without the address, because its query may be a secret.
fn without_address(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "the address is invalid".to_owned(),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => "timeout".to_owned(),
        other => other.to_string(),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().map(|seconds| RetryAfter::In(Duration::from_secs(seconds)));
    seconds.or_else(|| {
        let date = jiff::fmt::rfc2822::parse(&text.replace("GMT", "+0000")).ok()?;
        Some(RetryAfter::At(date.timestamp()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let at = RetryAfter::At("1994-11-06T08:49:37Z".parse().unwrap());
        for (text, expected) in [
            ("120", Some(RetryAfter::In(Duration::from_mins(2)))),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(at)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers), expected, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
