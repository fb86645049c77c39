//! The branches of remotes, and why a remote refuses a push.

pub(super) mod failure;
pub(super) mod fetch;
pub(super) mod push;
