//! The errors of reading or writing a registry.

use std::error::Error as _;

use crate::{
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::{GitError, GitErrorKind},
    load::LoadError,
    registry::RootError,
    schema::SchemaError,
    settings::SettingsError,
};

/// The errors of reading or writing a registry. In every case the registry is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Git could not do its part.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The modules folder cannot be walked.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The registry's own schemas cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The registry's settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The root cannot be trusted, so it is unknown what the registry is.
    #[error("`registry/snapshot.json`{} cannot be trusted: {error}", at(*commit))]
    Root {
        /// The commit that contains it, or `None` for the working tree.
        commit: Option<ObjectId>,
        /// The newest commit whose version can be used instead, where that is known.
        last_good: Option<ObjectId>,
        /// The reason.
        error: RootError,
    },
    /// A file has to be text.
    #[error("`{0}` is not UTF-8")]
    NotText(RepoPath),
    /// A file has to be a regular one.
    #[error("`{0}` is not a regular file; symbolic links are not followed")]
    NotAFile(RepoPath),
    /// A snapshot has no entry of this module.
    #[error("version {version} has no entry of `{name}`")]
    UnknownEntry {
        /// The snapshot.
        version: SnapshotVersion,
        /// The module.
        name: ModuleName,
        /// The closest one there is.
        closest: Option<ModuleName>,
    },
    /// The module has neither a manifest nor an entry.
    #[error("there is no module `{name}`: no manifest has its name, and it has no entry")]
    UnknownModule {
        /// The module.
        name: ModuleName,
        /// The closest one there is.
        closest: Option<ModuleName>,
    },
    /// The module is not pinned.
    #[error("`{name}` is not pinned")]
    NotPinned {
        /// The module.
        name: ModuleName,
        /// The closest one that is.
        closest: Option<ModuleName>,
    },
    /// A module has no entry, neither now nor in the version to go back to.
    #[error("there is nothing to roll back: `{name}` has no entry, and had none in version {version}")]
    NeverRegistered {
        /// The module.
        name: ModuleName,
        /// The version to go back to.
        version: SnapshotVersion,
        /// The closest one that has or had one.
        closest: Option<ModuleName>,
    },
    /// Version 0 has no content that could come back.
    #[error("there is nothing to roll back to: version 0 is the registry before its first version")]
    RollbackToNothing,
    /// No commit has this version.
    #[error("{}: the latest is {latest}", no_version(*version, *is_cut_off))]
    UnknownVersion {
        /// The version that was asked for.
        version: SnapshotVersion,
        /// The latest there is.
        latest: SnapshotVersion,
        /// Whether older versions are missing because the clone is shallow.
        is_cut_off: bool,
    },
    /// The entries were changed by hand, and what was published is not at hand.
    #[error("the entries were edited by hand, and the published entries (tree {tree}) are not in this clone")]
    LostEntries {
        /// The tree that was published.
        tree: ObjectId,
    },
    /// Files below `registry/` were changed by hand and not committed.
    #[error("`registry/` has uncommitted changes that no sync made: {}", list(paths))]
    UncommittedRegistry {
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// HEAD has a submodule where a sync writes, and its checkout contains something that would be lost.
    #[error("`{path}` is a nested repository at the place of generated files")]
    NestedRepository {
        /// The folder.
        path: RepoPath,
    },
    /// The branch moved each time that a new snapshot was ready.
    #[error("another program moved `{branch}` in each of {attempts} attempts to publish")]
    LostRace {
        /// The branch.
        branch: String,
        /// The number of attempts.
        attempts: usize,
    },
    /// The local branch has commits of people that the remote's lacks, and the other way round.
    #[error("the local branch and `{branch}` have diverged: the remote branch lacks {}", commits(people))]
    Diverged {
        /// The remote branch.
        branch: String,
        /// Its commit.
        remote: ObjectId,
        /// The commits of people that it lacks, oldest first, with their subjects.
        people: Vec<(ObjectId, String)>,
        /// Those of them that can be picked: all but merges.
        picks: Vec<ObjectId>,
        /// Whether it also lacks snapshots that were made here.
        has_own: bool,
    },
    /// The remote's branch had commits that it no longer has, and the local branch still has some of them.
    #[error(
        "the history of `{branch}` was rewritten: it no longer contains commit {removed}, which the local branch contains"
    )]
    Rewritten {
        /// The remote branch.
        branch: String,
        /// The newest of those commits.
        removed: ObjectId,
        /// The branch's commit now.
        remote: ObjectId,
        /// The commits of people after it that can be picked, oldest first.
        later: Vec<ObjectId>,
    },
    /// The remote had the branch that is to be pushed, and has it no longer.
    #[error("`{branch}` no longer exists")]
    BranchRemoved {
        /// The remote branch.
        branch: String,
    },
    /// The numbers of older versions are not in this shallow clone, and could not be fetched.
    #[error("the clone is shallow, and the history of its branch could not be fetched")]
    Shallow {
        /// The command that fetches it.
        command: String,
        /// The reason why it could not be fetched, unless git reported success.
        #[source]
        error: Option<Box<GitError>>,
    },
    /// The next version was asked to have a number that was used.
    #[error("the next version cannot be {wanted}: version {latest} is already in use")]
    UsedVersion {
        /// The number that was asked for.
        wanted: SnapshotVersion,
        /// The highest number that was used.
        latest: SnapshotVersion,
    },
    /// A rollback that was never pushed names a version that is another one at the remote.
    #[error(
        "commit {commit} rolled back to version {version}, but version {version} at the remote has another content"
    )]
    OtherVersion {
        /// The version.
        version: SnapshotVersion,
        /// The commit of the rollback.
        commit: ObjectId,
    },
    /// No version can have so high a number.
    #[error("the next version cannot be {wanted}: the highest number is {}", SnapshotVersion::new(SnapshotVersion::HIGHEST.get() - 1))]
    TooHighVersion {
        /// The number.
        wanted: SnapshotVersion,
    },
    /// No branch of the remote to push to is configured.
    #[error("HEAD is detached, and no branch to push to is configured")]
    NoTarget,
    /// A file could not be read or written.
    #[error("cannot access `{}`", path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
}

impl SyncError {
    /// Returns whether the request named something that does not exist: a mistake of the caller, and not a failure of the
    /// registry.
    pub const fn is_request_error(&self) -> bool {
        matches!(
            self,
            Self::UnknownModule { .. }
                | Self::UnknownVersion { .. }
                | Self::UnknownEntry { .. }
                | Self::NotPinned { .. }
                | Self::NeverRegistered { .. }
                | Self::RollbackToNothing
                | Self::UsedVersion { .. }
                | Self::TooHighVersion { .. }
        )
    }

    /// Returns what happened and the causes below it, in one line.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// Returns the reason if git failed.
    pub fn git(&self) -> Option<&GitErrorKind> {
        match self {
            Self::Git(error) => Some(error.kind()),
            _ => None,
        }
    }
}

fn no_version(version: SnapshotVersion, is_cut_off: bool) -> String {
    if is_cut_off {
        format!("version {version} is not in this shallow clone")
    } else {
        format!("there is no version {version}")
    }
}

fn commits(people: &[(ObjectId, String)]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = people
        .iter()
        .take(SHOWN)
        .map(|(commit, subject)| format!("{:.10} ({})", commit.to_string(), subject.escape_debug()))
        .collect();
    match people.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more commits", shown.join(", ")),
    }
}

fn at(commit: Option<ObjectId>) -> String {
    commit.map_or_else(String::new, |commit| format!(" at commit {commit}"))
}

/// Returns the first few of many paths.
fn list(paths: &[RepoPath]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect();
    match paths.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
