//! The clock that decides which tokens are valid.

use std::sync::Arc;

use jiff::Timestamp;

/// A function that returns the current time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
