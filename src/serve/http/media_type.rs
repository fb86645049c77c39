//! The media types of responses that are not plain JSON.

/// The media type of problem details (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
/// The media type of metrics: the `OpenMetrics` text format.
pub(crate) const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The media type of the status page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
