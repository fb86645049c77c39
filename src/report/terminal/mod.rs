//! The output for people of the commands about the registry: the outcome of a sync, the status, the history, a snapshot
//! and a verification.

mod history;
mod snapshot;
mod status;
pub mod sync;
mod verification;

pub use history::history;
pub use snapshot::snapshot;
pub use status::{status, webhooks};
pub use verification::verification;
