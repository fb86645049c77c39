//! Publishing: what the next snapshot is, whether the guards let it pass, and how it gets onto the branch.
//!
//! [`plan`], [`select`] and [`guard`] are pure; [`publish`] is the shell around them.

mod base;
mod checkout;
mod compare;
mod draft;
mod error;
mod follow;
mod guard;
mod history;
mod init;
mod journal;
mod losses;
mod message;
mod plan;
mod prepare;
#[cfg(test)]
mod properties;
mod publish;
mod push;
mod rollback;
mod select;
mod sources;
mod status;
mod verify;
mod working;

pub use base::{
    SCHEMAS, compiler, compiler_at, is_schema, published_at, published_version, snapshot_at, text_of,
};
pub use compare::compare;
pub use draft::{Draft, Order, ReadEntry, draft, parse_entry};
pub use error::SyncError;
pub use follow::{Follow, Followed, follow, target};
pub use guard::{InvalidToken, RemovalToken};
pub use history::{Counts, History, Record, VersionedSnapshot};
pub use init::commit_files;
pub use journal::Journal;
pub use message::{REGISTRY_TREE, REGISTRY_VERSION, SOURCE_COMMIT, TRIGGER, Trigger, UnknownTrigger};
pub use plan::{Plan, Scope, Summary};
pub use prepare::{Prepared, prepare};
pub use publish::{Outcome, Refusal, Request, Started, Verdict, sync};
pub use push::{Arrival, Push, Pushed};
pub use rollback::{InvalidReason, Reason, Rollback};
pub use select::{Manifests, Selection, all};
pub use sources::{CommittedSources, Sources, WorkingSources};
pub use status::Status;
pub use verify::{Extent, Problem, Verification, verify};
pub use working::{Drift, WorkingTree, format_on_disk, read_if_there};
