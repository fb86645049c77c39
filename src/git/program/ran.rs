//! How a run of the `git` program ended.

use std::{path::Path, process::ExitStatus, time::Duration};

use super::messages;
use crate::{
    domain::ObjectId,
    git::{error::GitErrorKind, program::words::summary},
};

/// How a run ended.
#[derive(Debug)]
pub(in crate::git) struct Ran {
    /// The exit status, or `None` where the time was over.
    pub(in crate::git) status: Option<ExitStatus>,
    /// What it printed.
    pub(in crate::git) out: Vec<u8>,
    /// What it said.
    pub(in crate::git) err: String,
}

impl Ran {
    /// Whether it ended well.
    pub(in crate::git) fn is_success(&self) -> bool {
        self.code() == Some(0)
    }

    /// The exit code, where it ended by itself.
    pub(in crate::git) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Whether it died of a signal that leaves no time to remove locks; asked to end, git removes them itself.
    pub(in crate::git) fn was_killed(&self) -> bool {
        #[cfg(unix)]
        {
            const HUP: i32 = 1;
            const INT: i32 = 2;
            const TERM: i32 = 15;
            let signal =
                self.status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
            signal.is_some_and(|signal| ![HUP, INT, TERM].contains(&signal))
        }
        #[cfg(not(unix))]
        false
    }

    /// What it printed, without the newline at the end.
    pub(in crate::git) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).trim_end_matches('\n').to_owned()
    }

    /// The object id that it printed.
    pub(in crate::git) fn id(&self) -> Option<ObjectId> {
        self.text().parse().ok()
    }

    /// Why it failed, in one line.
    pub(in crate::git) fn said(&self) -> String {
        match self.status {
            None => "it took too long".to_owned(),
            Some(status) if self.err.trim().is_empty() => format!("it ended with {status}"),
            Some(_) => summary(&self.err),
        }
    }

    /// Why it failed, as far as git's words tell it.
    pub(in crate::git) fn failure(&self) -> GitErrorKind {
        if let Some(path) = messages::held_lock(&self.err) {
            return GitErrorKind::Locked { age: age(&path), path };
        }
        let said = self.said();
        if messages::is_untrusted_owner(&self.err) {
            GitErrorKind::UntrustedOwner
        } else if messages::is_missing_permission(&self.err) {
            GitErrorKind::ReadOnly { said }
        } else {
            GitErrorKind::Failed { said }
        }
    }
}

/// How long ago a file was written.
pub(in crate::git) fn age(path: &Path) -> Option<Duration> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()?.elapsed().ok()
}
