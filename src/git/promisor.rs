//! Getting objects that a partial clone left at its remote, through the `git` program, as git itself does.

use std::{
    collections::BTreeSet,
    io::Write as _,
    process::{Command, Stdio},
};

use super::{
    Repository,
    error::{GitError, GitErrorKind},
};
use crate::domain::ObjectId;

/// What a hook's environment says of another repository or index than the one at hand.
const LOCAL_VARIABLES: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

impl Repository {
    /// Fetches those of the objects that a partial clone lacks, all at once. In other repositories there is nothing to
    /// do: what they lack is lost.
    pub fn fetch_missing(&self, ids: impl IntoIterator<Item = ObjectId>) -> Result<(), GitError> {
        let Some(remote) = self.promisor() else { return Ok(()) };
        let mut missing = BTreeSet::new();
        for id in ids {
            if !self.contains(id)? {
                missing.insert(id);
            }
        }
        let Some(&first) = missing.first() else { return Ok(()) };
        let failed = |reason: String| {
            let kind = GitErrorKind::Unfetched { id: first, remote: remote.clone(), reason };
            GitError::new(format!("could not fetch {} objects", missing.len()), kind)
        };
        let mut git = Command::new("git");
        for variable in LOCAL_VARIABLES {
            git.env_remove(variable);
        }
        let mut child = git
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .arg("--git-dir")
            .arg(self.git.path())
            .args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"])
            .args(["--no-write-fetch-head", "--recurse-submodules=no", "--no-auto-maintenance"])
            .args(["--filter=blob:none", "--stdin", &remote])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let names: String = missing.iter().map(|id| format!("{id}\n")).collect();
        if let Some(mut input) = child.stdin.take() {
            // A git that is gone says why on its own.
            let _ = input.write_all(names.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(said.lines().next().unwrap_or("git gave no reason").escape_debug().to_string()))
    }

    /// The remote that a partial clone gets what it lacks from.
    fn promisor(&self) -> Option<String> {
        let config = self.git.config().and_then(|mut config| config.snapshot()).ok()?;
        if let Ok(remote) = config.get_string("extensions.partialClone") {
            return Some(remote);
        }
        let mut found = None;
        let entries = config.entries(Some(r"^remote\..*\.promisor$")).ok()?;
        entries
            .for_each(|entry| {
                let name = entry.name().ok().and_then(|name| {
                    name.strip_prefix("remote.")?.strip_suffix(".promisor").map(str::to_owned)
                });
                if found.is_none() && config.get_bool(entry.name().unwrap_or_default()).unwrap_or(false) {
                    found = name;
                }
            })
            .ok()?;
        found
    }
}
