//! The jobs of the server: syncs, the schedule, following the branch and the remote, webhooks, and the built-in modules.

pub(crate) mod run_sync;
pub(crate) mod schedule;
pub(crate) mod seed;
pub(crate) mod syncs;
pub(crate) mod watch;
pub(crate) mod webhooks;
