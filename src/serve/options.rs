//! How a server is started.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::http::prepared_response::Audience;
use crate::{settings, webhook::Webhooks};

/// How a server is started: what the command line, the settings and the environment say together.
#[derive(Debug, Clone)]
pub struct Options {
    /// The repository's working tree, or its git directory where it has none.
    pub repository: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How many threads answer requests; by default one for each processor.
    pub workers: Option<NonZeroUsize>,
    /// The settings.
    pub settings: settings::Serve,
    /// Where syncs push to, if they do.
    pub push: Option<PushTo>,
    /// How often the remote is asked for new commits, if it is.
    pub follow: Option<Duration>,
    /// Whether an empty registry gets the built-in modules.
    pub built_ins: bool,
    /// Whether SSH fails where it would ask for a password.
    pub silences_ssh: bool,
    /// Who is told of syncs, if anybody is.
    pub webhooks: Option<Arc<Webhooks>>,
    /// Tells the time.
    pub clock: fn() -> Timestamp,
}

/// Where syncs push to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushTo {
    /// Where `git push` would, or as the settings say.
    Usual,
    /// To this remote.
    Remote(String),
}

impl PushTo {
    /// The remote that is named, if one is.
    pub fn remote(&self) -> Option<&str> {
        match self {
            Self::Usual => None,
            Self::Remote(remote) => Some(remote),
        }
    }
}

impl Options {
    /// Who may keep what is read.
    pub(super) fn audience(&self) -> Audience {
        if self.settings.public_read { Audience::Public } else { Audience::Private }
    }
}
