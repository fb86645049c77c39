//! What the server does by itself or on an administrator's request: syncs, the schedule, following branches, and webhooks.

pub(crate) mod run_sync;
pub(crate) mod schedule;
pub(crate) mod seed;
pub(crate) mod syncs;
pub(crate) mod watch;
pub(crate) mod webhooks;
