//! The description of all routes.

use std::sync::LazyLock;

use super::prepared::{Audience, Prepared};

/// The document, ready to be sent.
pub(super) static DOCUMENT: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::coded(&b"{}"[..].into(), Audience::Public));
