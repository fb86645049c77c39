//! The result of a run of the `git` program.

use std::{path::Path, process::ExitStatus, time::Duration};

use super::messages;
use crate::{
    domain::ObjectId,
    git::{error::GitErrorKind, program::words::summary},
};

/// The result of a run.
#[derive(Debug)]
pub(in crate::git) struct Output {
    /// The exit status, or `None` if the run was ended at its timeout.
    pub(in crate::git) status: Option<ExitStatus>,
    /// The bytes of the standard output.
    pub(in crate::git) stdout: Vec<u8>,
    /// The text of the standard error stream, up to a limit.
    pub(in crate::git) stderr: String,
}

impl Output {
    /// Returns whether the program succeeded.
    pub(in crate::git) fn is_success(&self) -> bool {
        self.code() == Some(0)
    }

    /// Returns the exit code, or `None` if the program was ended by a signal or at its timeout.
    pub(in crate::git) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Returns whether a signal ended the program without time to remove its locks.
    ///
    /// On the signals that ask it to end, git removes its locks itself.
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

    /// Returns the standard output as text, without the newlines at its end.
    pub(in crate::git) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches('\n').to_owned()
    }

    /// Returns the object id that the program printed, if that is all it printed.
    pub(in crate::git) fn id(&self) -> Option<ObjectId> {
        self.text().parse().ok()
    }

    /// Returns the reason of the failure in one line.
    pub(in crate::git) fn message(&self) -> String {
        match self.status {
            None => "it took too long".to_owned(),
            Some(status) if self.stderr.trim().is_empty() => format!("it ended with {status}"),
            Some(_) => summary(&self.stderr),
        }
    }

    /// Returns the kind of the failure, as far as git's messages show it.
    pub(in crate::git) fn failure(&self) -> GitErrorKind {
        if let Some(path) = messages::held_lock(&self.stderr) {
            return GitErrorKind::Locked { age: age(&path), path };
        }
        let message = self.message();
        if messages::is_untrusted_owner(&self.stderr) {
            GitErrorKind::UntrustedOwner
        } else if messages::is_missing_permission(&self.stderr) {
            GitErrorKind::ReadOnly { message }
        } else {
            GitErrorKind::Failed { message }
        }
    }
}

/// Returns how long ago a file was written, or `None` if that cannot be found out.
pub(in crate::git) fn age(path: &Path) -> Option<Duration> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()?.elapsed().ok()
}
