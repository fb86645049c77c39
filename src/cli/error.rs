//! What a command cannot do, and what to do about it.

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

/// Why a command ended early: what happened, the cause below it, and remedies.
#[derive(Debug)]
pub(super) struct CliError {
    pub(super) exit: Exit,
    pub(super) message: String,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
    /// Lines that go under the message.
    pub(super) details: Vec<String>,
    pub(super) hints: Vec<String>,
}

impl CliError {
    /// The command could not run.
    pub(super) fn cannot_run(message: impl Into<String>) -> Self {
        let (message, details, hints) = (message.into(), Vec::new(), Vec::new());
        Self { exit: Exit::CannotRun, message, source: None, details, hints }
    }

    /// A guard refused, and nothing was written.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, ..Self::cannot_run(message) }
    }

    /// Somebody else was faster.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self { exit: Exit::Conflict, ..Self::cannot_run(message) }
    }

    /// Adds what to do.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the cause.
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
    /// Writing the results failed.
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

/// What to do about a failure of git.
fn git_hint(kind: &GitErrorKind) -> Option<String> {
    let hint = match kind {
        GitErrorKind::NotARepository => {
            "go to the registry's repository, name it with `-C DIR`, or make one with `modreg init DIR`"
        }
        GitErrorKind::UntrustedOwner => {
            "if you trust it, run `git config --global --add safe.directory DIR` with the repository's directory"
        }
        GitErrorKind::InSubfolder { top } => {
            return Some(format!("run it there, or name the folder: `-C {}`", top.display()));
        }
        GitErrorKind::InGitDirectory => "go to the working tree, or name it with `-C DIR`",
        GitErrorKind::Unreadable { .. } => "`git status` shows the same; a newer git may read it",
        GitErrorKind::Treeless { .. } => {
            "use a clone with all trees: `git clone --filter=blob:none`, or one without `--filter`"
        }
        GitErrorKind::Unborn { .. } => "commit your manifests first: `git add modules && git commit`",
        GitErrorKind::Detached { .. } => "check out the branch to publish to: `git switch BRANCH`",
        GitErrorKind::Bare => {
            "run this in a clone with a working tree, or use `modreg sync`, which needs none"
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
        GitErrorKind::DamagedObject { .. } => "`git fsck` tells more; a fresh clone has good objects",
        GitErrorKind::InTheWay { .. } => "move it out of the way, commit that, and try again",
        GitErrorKind::ReadOnly { .. } => {
            "check the permissions of the repository's `.git` directory and the disk"
        }
        GitErrorKind::Remote { failure, .. } => remote_hint(*failure),
        GitErrorKind::Unsigned { .. } => {
            "see `git config --show-origin --get-regexp 'gpg|sign'`; `git commit -S --allow-empty` shows the same"
        }
        GitErrorKind::NoIdentity { .. } => {
            "say who you are: `git config user.name NAME` and `git config user.email ADDRESS`"
        }
        GitErrorKind::NoGit => "install git, or add its directory to PATH",
        GitErrorKind::OldGit { .. } => "install a newer git, or put one first in PATH",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What to do about a remote that did not take a push.
fn remote_hint(failure: RemoteFailure) -> &'static str {
    match failure {
        RemoteFailure::Authentication => {
            "let `git push` work first: a credential helper or an SSH agent, and the right to write; \
             in a workflow, `permissions: contents: write`"
        }
        RemoteFailure::RemoteHook => "do as the hook says; its owner runs the remote",
        RemoteFailure::LocalHook => "do as the hook says: it is `pre-push` in this clone's hooks directory",
        RemoteFailure::Protected => {
            "let this account bypass the protection, or commit the compiled registry in the pull request"
        }
        RemoteFailure::CheckedOut => "push to a bare repository, or have another branch checked out there",
        RemoteFailure::Unreachable => "check the address with `git remote -v`, and the network",
        RemoteFailure::TimedOut => {
            "try again; if the remote is only slow, raise `[push] timeout` in modreg.toml"
        }
        RemoteFailure::Locked => {
            "try again later; if nothing runs there any more, remove that lock file at the remote"
        }
        RemoteFailure::Unmoved => {
            "`git push` shows the same; if `git remote -v` names one address to fetch from and another to push to, \
             both must be the same repository"
        }
        RemoteFailure::Rejected => "`git push` shows the same; nothing was published",
    }
}

/// The command that takes over a commit of a remote, and some commits on top of it.
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
                .hint("`git restore --staged --worktree registry` drops them, `git clean -fd registry` what git does not know")
                .hint("`registry/` is generated: change manifests instead, and `modreg sync` writes it"),
            SyncError::NestedRepository { path } => Self::refused(message).hint(format!(
                "`registry/` is generated and contains no repositories: move `{path}` elsewhere, and try again"
            )),
            SyncError::LostEntries { .. } => Self::refused(message).hint(
                "`git fetch --unshallow` gets them; without them it is unknown what was changed by hand",
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
                    "if it was removed on purpose, take the branch as it is there now{}: `{}`",
                    if later.is_empty() { "" } else { " and put your later commits on top" },
                    reset_and_pick(remote, &later)
                ))
                .hint("nothing was pushed, because a push would bring the removed commits back"),
            SyncError::Shallow { command, error } => {
                let failed = Self::cannot_run(message).hint(format!("run `{command}`"));
                match error {
                    Some(error) => failed.because(*error),
                    None => failed,
                }
            }
            SyncError::BranchRemoved { .. } => Self::refused(message)
                .hint("check out the branch that took its place; if there is none, `git push` makes it again")
                .hint("nothing was pushed"),
            SyncError::OtherVersion { .. } => Self::refused(message)
                .hint("take the branch as it is there now, and roll back again: `git fetch && git reset --keep @{upstream}`")
                .hint("nothing was pushed"),
            SyncError::NoTarget => Self::cannot_run(message)
                .hint("name it: `branch` in `[push]` of modreg.toml, or check out a branch"),
            SyncError::UnknownVersion { is_cut_off, .. } => {
                let remedy = if is_cut_off {
                    "`git fetch --unshallow` gets older ones"
                } else {
                    "`modreg history` lists all"
                };
                Self::cannot_run(message).hint(remedy)
            }
            SyncError::NotPinned { closest, .. } | SyncError::NeverRegistered { closest, .. } => {
                let failed = Self::cannot_run(message);
                match closest {
                    Some(name) => failed.hint(format!("did you mean `{name}`?")),
                    None => {
                        failed.hint("`modreg status` lists what is pinned, `modreg history` what there was")
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
                    None => failed.hint("`modreg show` lists the entries, `modreg validate` names the manifests' mistakes"),
                }
            }
            SyncError::Load(error @ LoadError::Missing(_)) => Self::cannot_run(error.to_string())
                .hint("`modreg init` makes a registry; `[modules] path` in modreg.toml names another folder"),
            SyncError::Load(LoadError::Unreadable { source, .. }) | SyncError::Io { source, .. } => {
                Self::cannot_run(message).because(source)
            }
            SyncError::Settings(error) => Self::settings(&error),
            SyncError::Schema(SchemaError::EditedCopy { file }) => Self::cannot_run(message)
                .hint("to have the copy back, run `modreg schema --update`: the edits are lost")
                .hint(format!(
                    "to use it in place of the built-in one, remove the line `x-modreg-copy` from `schema/{file}`"
                )),
            SyncError::Schema(_) => Self::cannot_run(message)
                .hint("`modreg schema module` and `modreg schema ai-context` print the built-in ones"),
            SyncError::Load(LoadError::NotADirectory(path)) if path.as_str() == REGISTRY => {
                Self::cannot_run(message).hint("`registry/` is generated: move what is there out of the way, commit that, and try again")
            }
            SyncError::Load(LoadError::NotADirectory(_)) => {
                Self::cannot_run(message).hint("put a folder in its place, or, if it is the folder of the manifests, name another one under `[modules]` in modreg.toml")
            }
            SyncError::NotAFile(path) => {
                Self::cannot_run(message).hint(format!("put the file itself in the place of `{path}`"))
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
            RootError::NewerFormat { .. } => {
                refused.hint("use the modreg that wrote it, or a newer one; nothing was overwritten")
            }
            RootError::Malformed(_) | RootError::Edited | RootError::Inconsistent(_) => {
                let remedy = match (is_committed, last_good) {
                    (true, Some(commit)) => format!(
                        "bring back what was published last and commit it: \
                         `git restore --source={commit} --staged --worktree registry`"
                    ),
                    (true, None) => "bring back what was published last and commit it: \
                                     `git log --oneline -- registry/snapshot.json` lists the commits, \
                                     `git restore --source=COMMIT --staged --worktree registry` restores one"
                        .to_owned(),
                    (false, _) => {
                        "`modreg compile` writes it anew; `git restore registry/snapshot.json` brings \
                                   back the committed one"
                            .to_owned()
                    }
                };
                refused.hint(remedy).hint("nothing was overwritten")
            }
        }
    }
}
