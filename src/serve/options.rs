//! The options of a server.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::http::prepared_response::Audience;
use crate::{settings, webhook::Webhooks};

/// The options of a server, from the command line, the settings and the environment.
#[derive(Debug, Clone)]
pub struct Options {
    /// The repository's working tree, or its git directory if it is bare.
    pub repository: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The number of threads that answer requests, or `None` for one per processor.
    pub workers: Option<NonZeroUsize>,
    /// The section `[serve]` of the settings.
    pub settings: settings::Serve,
    /// The remote that syncs push to, or `None` if they do not push.
    pub push: Option<PushTo>,
    /// The interval for fetching from the remote, or `None` if the remote is not followed.
    pub follow: Option<Duration>,
    /// Whether the built-in modules are added to an empty registry.
    pub built_ins: bool,
    /// Whether SSH fails instead of asking for a password.
    pub silences_ssh: bool,
    /// The webhooks that are notified of syncs, or `None` if there are none.
    pub webhooks: Option<Arc<Webhooks>>,
    /// The function that returns the current time.
    pub clock: fn() -> Timestamp,
}

/// The remote that syncs push to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushTo {
    /// The remote in the settings, or the one that `git push` would use.
    Usual,
    /// The remote of this name.
    Remote(String),
}

impl PushTo {
    /// Returns the name of the remote, or `None` if it is the usual one.
    pub fn remote(&self) -> Option<&str> {
        match self {
            Self::Usual => None,
            Self::Remote(remote) => Some(remote),
        }
    }
}

impl Options {
    /// Returns the caches that may store what is read.
    pub(super) fn audience(&self) -> Audience {
        if self.settings.public_read { Audience::Public } else { Audience::Private }
    }
}
