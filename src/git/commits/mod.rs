//! Who commits, when and on what, and which branch moves.

pub(super) mod branch;
pub(super) mod commit;
pub(super) mod identity;
pub(super) mod log;
