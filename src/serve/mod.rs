//! The HTTP server: it serves the registry from memory, and lets administrators change it.
//!
//! [`State`] holds one immutable [`View`] of the repository that is swapped whole; a request takes one and answers from it
//! alone. [`Syncs`] is the one way to change the registry. [`HttpService`] is the server without its sockets, [`start`] puts it
//! behind one and runs it until the process is told to stop.
//!
//! Invariant: what fails never takes the place of what worked. A branch that cannot be read leaves the last good snapshot
//! in its place, and a panic ends one request.
//!
//! Invariant: who may do what is decided before anything of the request is believed, and a token never reaches the log.

mod api;
pub mod auth;
mod http;
mod jobs;
mod log;
mod malloc;
mod metrics;
mod options;
mod page;
mod routes;
mod run;
mod snapshot;
mod state;
#[cfg(test)]
mod tests;
mod transport;

pub use http::{media_type::PROBLEM_JSON, peer::Peer, problem::Problem};
pub use jobs::{
    run_sync::run_sync,
    syncs::{CompletedSync, Job, SyncFailure, Syncs},
};
pub use log::{LineFormat, Logger};
pub use metrics::{DeliveryLabels, Metrics};
pub use options::{Options, PushTo};
pub use run::{ServeError, start};
pub use snapshot::loader::View;
pub use state::State;
pub use transport::service::HttpService;

pub use tracing::Level;
