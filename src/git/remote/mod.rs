//! What others have, and why they refuse.

pub(super) mod failure;
pub(super) mod fetch;
pub(super) mod push;
