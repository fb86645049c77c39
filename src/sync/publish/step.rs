//! One thing to publish: what was requested, or what a dropped snapshot did.

use crate::{
    domain::{ObjectId, SnapshotVersion},
    sync::{RemovalToken, Scope, Trigger},
};

/// One thing to publish: what was asked for now, or what a dropped snapshot did.
pub(super) struct Step<'a> {
    pub(super) scope: &'a Scope,
    pub(super) trigger: Trigger,
    pub(super) allow_removals: Option<&'a RemovalToken>,
    pub(super) next_version: Option<SnapshotVersion>,
    /// The snapshot that did it, where it is done again.
    pub(super) dropped: Option<ObjectId>,
}
