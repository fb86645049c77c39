//! The error of a command, and the help for each error of the other modules.

use std::{error::Error, fmt, io};

use super::exit::Exit;
use crate::{
    diagnostic::Position,
    domain::ObjectId,
    git::{GitError, GitErrorKind, RemoteFailure},
    load::LoadError,
    registry::{REGISTRY, RootError},
    schema::SchemaError,
    settings::SettingsError,
    sync::SyncError,
};

/// The reason why a command failed: what happened, its cause, and how to fix it.
#[derive(Debug)]
pub(super) struct CliError {
    pub(super) exit: Exit,
    pub(super) message: String,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
    /// The lines below the message.
    pub(super) details: Vec<String>,
    pub(super) hints: Vec<String>,
}

impl CliError {
    /// Returns the error of a command that could not run.
    pub(super) fn cannot_run(message: impl Into<String>) -> Self {
        let (message, details, hints) = (message.into(), Vec::new(), Vec::new());
        Self { exit: Exit::CannotRun, message, source: None, details, hints }
    }

    /// Returns the error of a command that a guard refused; nothing was written.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, ..Self::cannot_run(message) }
    }

    /// Returns the error of a command that collided with another run.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self { exit: Exit::Conflict, ..Self::cannot_run(message) }
    }

    /// Adds a help line that explains what to do.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub(super) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl From<io::Error> for CliError {
    /// Converts the error of writing to standard output.
    fn from(error: io::Error) -> Self {
        Self::cannot_run("cannot write the results").because(error)
    }
}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        let hint = git_hint(error.kind());
        let failed = match error.kind() {
            GitErrorKind::Busy { .. }
            | GitErrorKind::Locked { .. }
            | GitErrorKind::Remote { failure: RemoteFailure::Locked, .. } => {
                Self::conflict(error.context().to_owned())
            }
            _ => Self::cannot_run(error.context().to_owned()),
        };
        let failed = failed.because(error.into_kind());
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }
}

/// Returns what to do about an error of git, if there is general advice.
fn git_hint(kind: &GitErrorKind) -> Option<String> {
    let hint = match kind {
        GitErrorKind::NotARepository => {
            "go to the registry's repository, name it with `-C DIR`, or create one with `modreg init DIR`"
        }
        GitErrorKind::UntrustedOwner => {
            "if you trust it, run `git config --global --add safe.directory DIR` with the repository's directory"
        }
        GitErrorKind::InSubfolder { top } => {
            return Some(format!("run the command there, or name the folder: `-C {}`", top.display()));
        }
        GitErrorKind::InGitDirectory => "run the command in the working tree, or name it with `-C DIR`",
        GitErrorKind::Unreadable { .. } => {
            "`git status` fails with the same error; a newer version of Git may be able to read it"
        }
        GitErrorKind::Treeless { .. } => {
            "use a clone that contains all trees: `git clone --filter=blob:none`, or a clone without `--filter`"
        }
        GitErrorKind::Unborn { .. } => "commit your manifests first: `git add modules && git commit`",
        GitErrorKind::Detached { .. } => "check out the branch to publish to: `git switch BRANCH`",
        GitErrorKind::Bare => {
            "run the command in a clone with a working tree, or use `modreg sync`, which does not need one"
        }
        GitErrorKind::Busy { .. } => "try again in a moment",
        GitErrorKind::Locked { path, .. } => {
            return Some(format!(
                "wait for the other git program and try again; if none is running, remove `{}`",
                path.display()
            ));
        }
        GitErrorKind::MissingObject { .. } => "fetch it: `git fetch --unshallow`, or `git fetch --refetch`",
        GitErrorKind::Unfetched { .. } => {
            "check the network and the remote, or complete the clone: `git fetch --refetch --no-filter`"
        }
        GitErrorKind::DamagedObject { .. } => {
            "`git fsck` shows the details; a fresh clone usually has undamaged objects"
        }
        GitErrorKind::InTheWay { .. } => "move it elsewhere, commit that, and try again",
        GitErrorKind::ReadOnly { .. } => {
            "check the permissions of the repository's `.git` directory, and whether the disk is read-only"
        }
        GitErrorKind::Remote { failure, .. } => remote_hint(*failure),
        GitErrorKind::Unsigned { .. } => {
            "check `git config --show-origin --get-regexp 'gpg|sign'`; `git commit -S --allow-empty` fails with the same error"
        }
        GitErrorKind::NoIdentity { .. } => {
            "set your identity: `git config user.name NAME` and `git config user.email ADDRESS`"
        }
        GitErrorKind::NoGit => "install Git, or add its directory to `PATH`",
        GitErrorKind::OldGit { .. } => "install a newer version of Git, or put its directory first in `PATH`",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Returns what to do about a remote that refused a push.
fn remote_hint(failure: RemoteFailure) -> &'static str {
    match failure {
        RemoteFailure::Authentication => {
            "make `git push` work first, with a credential helper or an SSH agent and the right to write; \
             a workflow needs `permissions: contents: write`"
        }
        RemoteFailure::RemoteHook => {
            "follow the message of the hook, which the owner of the remote configured"
        }
        RemoteFailure::LocalHook => {
            "follow the message of the hook: it is `pre-push` in the hooks directory of this clone"
        }
        RemoteFailure::Protected => {
            "allow this account to bypass the protection, or commit the compiled registry in the pull request"
        }
        RemoteFailure::CheckedOut => "push to a bare repository, or check out another branch there",
        RemoteFailure::Unreachable => "check the address with `git remote -v`, and the network connection",
        RemoteFailure::TimedOut => {
            "try again; if the remote is slow, increase `timeout` under `[push]` in modreg.toml"
        }
        RemoteFailure::Locked => {
            "try again later; if no Git program is running there, remove the lock file at the remote"
        }
        RemoteFailure::Unmoved => {
            "`git push` fails with the same error; if `git remote -v` shows different addresses for fetch and push, \
             both must be the same repository"
        }
        RemoteFailure::Rejected => "`git push` fails with the same error; nothing was published",
    }
}

/// Returns the command that resets the branch to a commit of a remote, and applies some commits on top of it.
fn reset_and_pick(remote: ObjectId, picks: &[ObjectId]) -> String {
    let reset = format!("git reset --keep {remote}");
    if picks.is_empty() {
        return reset;
    }
    let picks: Vec<_> = picks.iter().map(ToString::to_string).collect();
    format!("{reset} && git cherry-pick {}", picks.join(" "))
}

impl From<SyncError> for CliError {
    fn from(error: SyncError) -> Self {
        let message = error.to_string();
        match error {
            SyncError::Git(error) => error.into(),
            SyncError::Root { commit, last_good, error } => {
                Self::root(message, commit.is_some(), last_good, &error)
            }
            SyncError::UncommittedRegistry { .. } => Self::refused(message)
                .hint("`git restore --staged --worktree registry` discards them, `git clean -fd registry` removes untracked files")
                .hint("`registry/` is generated: change the manifests instead, and run `modreg sync`"),
            SyncError::NestedRepository { path } => Self::refused(message).hint(format!(
                "`registry/` is generated and contains no repositories: move `{path}` elsewhere, and try again"
            )),
            SyncError::LostEntries { .. } => Self::refused(message).hint(
                "fetch them with `git fetch --unshallow`: without them, manual changes cannot be recognised",
            ),
            SyncError::LostRace { .. } => Self::conflict(message).hint("try again later"),
            SyncError::Diverged { remote, picks, has_own, .. } => {
                let refused = Self::refused(message);
                if has_own {
                    refused.hint(format!(
                        "put your commits on top, without the snapshots between them, then run this again: `{}`",
                        reset_and_pick(remote, &picks)
                    ))
                } else {
                    refused.hint("put your commits on top, then run this again: `git pull --rebase`")
                }
            }
            SyncError::Rewritten { remote, later, .. } => Self::refused(message)
                .hint(format!(
                    "if it was removed on purpose, reset your branch to that of the remote{}: `{}`",
                    if later.is_empty() { "" } else { " and put your later commits on top" },
                    reset_and_pick(remote, &later)
                ))
                .hint("nothing was pushed, because a push would restore the removed commits"),
            SyncError::Shallow { command, error } => {
                let failed = Self::cannot_run(message).hint(format!("run `{command}`"));
                match error {
                    Some(error) => failed.because(*error),
                    None => failed,
                }
            }
            SyncError::BranchRemoved { .. } => Self::refused(message)
                .hint("check out the branch that replaced it; if there is none, `git push` creates it again")
                .hint("nothing was pushed"),
            SyncError::OtherVersion { .. } => Self::refused(message)
                .hint("reset your branch to that of the remote, and roll back again: `git fetch && git reset --keep @{upstream}`")
                .hint("nothing was pushed"),
            SyncError::NoTarget => Self::cannot_run(message)
                .hint("set `branch` under `[push]` in modreg.toml, or check out a branch"),
            SyncError::UnknownVersion { is_cut_off, .. } => {
                let remedy = if is_cut_off {
                    "`git fetch --unshallow` fetches older versions"
                } else {
                    "`modreg history` lists the versions"
                };
                Self::cannot_run(message).hint(remedy)
            }
            SyncError::NotPinned { closest, .. } | SyncError::NeverRegistered { closest, .. } => {
                let failed = Self::cannot_run(message);
                match closest {
                    Some(name) => failed.hint(format!("did you mean `{name}`?")),
                    None => {
                        failed.hint("`modreg status` lists the pinned modules, `modreg history` the earlier versions")
                    }
                }
            }
            SyncError::RollbackToNothing | SyncError::UsedVersion { .. } | SyncError::TooHighVersion { .. } => {
                Self::cannot_run(message).hint("`modreg history` lists the versions")
            }
            SyncError::UnknownModule { closest, .. } | SyncError::UnknownEntry { closest, .. } => {
                let failed = Self::cannot_run(message);
                match closest {
                    Some(name) => failed.hint(format!("did you mean `{name}`?")),
                    None => failed.hint("`modreg show` lists the entries, `modreg validate` shows the mistakes in manifests"),
                }
            }
            SyncError::Load(error @ LoadError::Missing(_)) => Self::cannot_run(error.to_string())
                .hint("`modreg init` creates a registry; `path` under `[modules]` in modreg.toml names another folder"),
            SyncError::Load(LoadError::Unreadable { source, .. }) | SyncError::Io { source, .. } => {
                Self::cannot_run(message).because(source)
            }
            SyncError::Settings(error) => Self::settings(&error),
            SyncError::Schema(SchemaError::EditedCopy { file }) => Self::cannot_run(message)
                .hint("to discard the edits, run `modreg schema --update`")
                .hint(format!(
                    "to use it instead of the built-in schema, remove the line `x-modreg-copy` from `schema/{file}`"
                )),
            SyncError::Schema(_) => Self::cannot_run(message)
                .hint("`modreg schema module` and `modreg schema ai-context` print the built-in schemas"),
            SyncError::Load(LoadError::NotADirectory(path)) if path.as_str() == REGISTRY => {
                Self::cannot_run(message).hint("`registry/` is generated: move the existing file elsewhere, commit that, and try again")
            }
            SyncError::Load(LoadError::NotADirectory(_)) => {
                Self::cannot_run(message).hint("replace it with a folder, or, if it is the folder of the manifests, name another one under `[modules]` in modreg.toml")
            }
            SyncError::NotAFile(path) => {
                Self::cannot_run(message).hint(format!("replace `{path}` with a regular file"))
            }
            SyncError::NotText(path) => Self::cannot_run(message).hint(format!("save `{path}` as UTF-8")),
        }
    }
}

impl CliError {
    fn settings(error: &SettingsError) -> Self {
        let mut failed = Self::cannot_run(match error.faults.len() {
            1 => format!("`{}` has a mistake", error.source.path()),
            count => format!("`{}` has {count} mistakes", error.source.path()),
        });
        for fault in &error.faults {
            let Position { line, column } = error.source.position(fault.span.start);
            failed.details.push(format!("{}:{line}:{column}: {}", error.source.path(), fault.message));
            failed.details.extend(fault.help.iter().map(|help| format!("  {help}")));
        }
        failed.hint("`modreg init` in an empty folder writes a `modreg.toml` with every key and its default")
    }

    fn root(message: String, is_committed: bool, last_good: Option<ObjectId>, error: &RootError) -> Self {
        let refused = Self::refused(message);
        match error {
            RootError::NewerFormat { .. } => refused
                .hint("use the version of modreg that wrote it, or a newer one; nothing was overwritten"),
            RootError::Malformed(_) | RootError::Edited | RootError::Inconsistent(_) => {
                let remedy = match (is_committed, last_good) {
                    (true, Some(commit)) => format!(
                        "restore the last published registry and commit it: \
                         `git restore --source={commit} --staged --worktree registry`"
                    ),
                    (true, None) => {
                        "`git log --oneline -- registry/snapshot.json` lists the commits that changed it: restore \
                         the newest good one with `git restore --source=COMMIT --staged --worktree registry`, \
                         and commit it"
                            .to_owned()
                    }
                    (false, _) => {
                        "in a Git repository, `git restore registry/snapshot.json` restores the committed file; \
                         elsewhere restore a copy, or remove the file and run `modreg compile`, which starts \
                         again with version 1"
                            .to_owned()
                    }
                };
                refused.hint(remedy).hint("nothing was overwritten")
            }
        }
    }
}
