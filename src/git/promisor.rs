//! Getting objects that a partial clone left at its remote, through the `git` program, as git itself does.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Repository,
    error::{GitError, GitErrorKind},
};
use crate::domain::ObjectId;

/// How long the remote has to send what is missing.
const TIMEOUT: Duration = Duration::from_mins(5);

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
        let context = format!("fetch {} objects", missing.len());
        let args = [
            "-c",
            "fetch.negotiationAlgorithm=noop",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--recurse-submodules=no",
            "--no-auto-maintenance",
            "--filter=blob:none",
            "--stdin",
            &remote,
        ];
        let names = missing.iter().map(ObjectId::to_string).collect::<Vec<_>>().join("\n");
        let ran = self.networked(&context, args, TIMEOUT).input(names.as_bytes()).run()?;
        if ran.is_success() {
            return Ok(());
        }
        let reason = match (ran.status, ran.err.lines().next()) {
            (None, _) => format!("it took longer than {} s", TIMEOUT.as_secs()),
            (Some(_), Some(said)) => said.escape_debug().to_string(),
            (Some(_), None) => "git gave no reason".to_owned(),
        };
        let kind = GitErrorKind::Unfetched { id: first, remote, reason };
        Err(GitError::new(format!("could not {context}"), kind))
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
