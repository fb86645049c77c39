//! The lock of a sync, and the lock files of git.

pub(super) mod lock_file;
pub(super) mod sync_lock;
