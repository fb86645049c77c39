//! HTTP itself: what a request carries and how a response is built, whatever the route.

pub(crate) mod content_coding;
pub(crate) mod etag;
pub(crate) mod media_type;
pub(crate) mod peer;
pub(crate) mod prepared_response;
pub(crate) mod problem;
pub(crate) mod query;
pub(crate) mod request_id;
