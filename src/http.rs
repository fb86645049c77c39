//! The only way to the network besides the `git` program: a small client for keys and webhooks.
//!
//! Invariant: nothing waits or reads without a limit, and no redirect is followed: it could lead past what was checked.

use std::{io, sync::Arc, time::Duration};

use jiff::Timestamp;
use ureq::{
    Agent,
    http::{HeaderMap, header},
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use crate::domain::WebAddress;

/// How an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No whole answer came.
    #[error("no answer: {0}")]
    NoResponse(String),
    /// The answer was another one than 200.
    #[error("the answer was {0}")]
    Status(u16),
    /// The answer is larger than what was asked for can be.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
}

/// What a server said to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostResponse {
    /// The status.
    pub status: u16,
    /// When it wants to hear from us again.
    pub retry_after: Option<RetryAfter>,
}

/// When a server wants to hear from us again (RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After that time.
    In(Duration),
    /// At that time.
    At(Timestamp),
}

/// A client that gives up after a time.
#[derive(Debug, Clone)]
pub struct Client {
    remote: Agent,
    /// For this machine itself, where no proxy has any business.
    loopback: Agent,
}

impl Client {
    /// Makes a client whose every exchange, from looking up the name to the last byte, takes no longer than `timeout`.
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

    /// Fetches a document of at max_bytes `max_bytes` bytes.
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

    /// Sends a message. The body of the answer is not looked at.
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

/// What went wrong, in words that do not repeat the address: its query may be a secret.
fn without_address(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "the address is not understood".to_owned(),
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
