//! The HTTP server: it serves the registry from memory, and lets administrators change it.
//!
//! [`start`] runs a server until the process receives a signal. [`HttpService`] is the server without its sockets. Each
//! request uses one immutable [`View`] of the repository, which is replaced as a whole. [`Syncs`] is the only way to change
//! the registry.
//!
//! A request passes `transport/` (the socket, the id, the choice of the route, access, limits, the log and the metrics). A
//! `GET` of the latest snapshot, the list or an entry is answered there from a prepared response in `snapshot/`. Any other
//! request is passed to its handler in `api/`, which the router finds by the table in `routes/`. What runs without a request
//! is in `jobs/`.
//!
//! Invariant: a failure never replaces what works. If the branch cannot be read, the last valid snapshot is still served, and
//! a panic ends only its own request.
//!
//! Invariant: the caller's permission is checked before anything else in the request is used, and a token is never logged.

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
