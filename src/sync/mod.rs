//! Publishing: what was published, what the next snapshot is, whether the guards let it pass, and how it gets onto a branch.
//!
//! | folder | contains |
//! |---|---|
//! | `log/` | what was published, read from the commits and from nothing else |
//! | `plan/` | what the next snapshot is; its heart is pure |
//! | `publish/` | the loop that brings it onto a branch, here or at a remote first |
//! | `verify/` | whether a registry is whole and what its sources compile to |

mod deviation;
mod drift;
mod error;
mod log;
mod on_disk;
mod outcome;
mod plan;
mod publish;
mod reason;
mod removal_token;
mod request;
mod status;
mod verify;
mod working_tree;

pub use deviation::Deviation;
pub use drift::Drift;
pub use error::SyncError;
pub use log::{
    compare::compare,
    compiler::{SCHEMAS, compiler, compiler_at, is_schema, text_of},
    history::{Counts, History, HistoryRecord},
    published::{Log, Publication},
    snapshots::{VersionedSnapshot, published_at, snapshot_at},
};
pub use outcome::{Arrival, Conclusion, Outcome, Pushed, Refusal, Removals};
pub use plan::{
    draft::{Draft, DraftInput, ReadEntry, draft, parse_entry},
    next_snapshot::{Plan, Summary},
    prepare::{Prepared, prepare},
    previous::Previous,
    select::{Manifests, Selection, all},
    sources::{CommittedSources, Sources, WorkingSources, unreadable},
};
pub use publish::{
    follow::{Follow, Followed, follow, target},
    init::commit_files,
    journal::Journal,
    message::{REGISTRY_TREE, REGISTRY_VERSION, SOURCE_COMMIT, TRIGGER},
    sync,
};
pub use reason::{InvalidReason, Reason};
pub use removal_token::{InvalidToken, RemovalToken};
pub use request::{Push, Request, Rollback, Scope, Started, Trigger, UnknownTrigger};
pub use status::RegistryStatus;
pub use verify::{
    verification::{Discrepancy, Extent, Verification},
    verify,
};
pub use working_tree::{WorkingDraft, WorkingTree, format_on_disk, read_if_there};
