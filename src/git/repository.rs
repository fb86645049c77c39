//! Finding, opening and making a repository, and where its HEAD stands.

use std::path::{Path, PathBuf};

use super::{
    error::{Context, GitError, GitErrorKind},
    from_oid, switches,
};
use crate::domain::ObjectId;

/// An open repository. One thread at a time may use it.
pub struct Repository {
    pub(super) git: git2::Repository,
    pub(super) environment: Environment,
}

/// What the caller's environment gives to the `git` program, as far as it changes what is asked of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Environment {
    /// Whether it names no SSH program of its own, so that SSH is told to fail where it would ask for a password.
    pub silences_ssh: bool,
    /// Whether it gives settings, of which libgit2 knows nothing.
    pub gives_settings: bool,
}

/// Where HEAD stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch that has no commits yet.
    Unborn {
        /// The branch's full name: `refs/heads/main`.
        branch: String,
    },
    /// On a branch.
    Branch {
        /// The branch's full name, with symbolic references followed: `refs/heads/main`.
        branch: String,
        /// Its newest commit.
        commit: ObjectId,
    },
    /// On a commit.
    Detached {
        /// The commit.
        commit: ObjectId,
    },
}

impl Head {
    /// The newest commit, if there is one.
    pub const fn commit(&self) -> Option<ObjectId> {
        match self {
            Self::Unborn { .. } => None,
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(*commit),
        }
    }

    /// The newest commit, or the error that there is none.
    pub fn born(&self) -> Result<ObjectId, GitError> {
        match self {
            Self::Unborn { branch } => {
                let kind = GitErrorKind::Unborn { branch: branch.clone() };
                Err(GitError::new("could not read the newest commit", kind))
            }
            Self::Branch { commit, .. } | Self::Detached { commit } => Ok(*commit),
        }
    }

    /// The branch's full name, or the error that HEAD is detached.
    pub fn branch(&self) -> Result<&str, GitError> {
        match self {
            Self::Unborn { branch } | Self::Branch { branch, .. } => Ok(branch),
            Self::Detached { commit } => {
                let kind = GitErrorKind::Detached { commit: *commit };
                Err(GitError::new("could not find the branch to publish to", kind))
            }
        }
    }
}

impl Repository {
    /// Opens the repository that `start` lies in.
    pub fn discover(start: &Path) -> Result<Self, GitError> {
        switches::set();
        let context = || format!("open the repository at `{}`", start.display());
        let git_dir = match git2::Repository::discover_path(start, std::iter::empty::<&Path>()) {
            Err(error) if error.code() == git2::ErrorCode::NotFound => {
                return Err(GitError::new(format!("could not {}", context()), GitErrorKind::NotARepository));
            }
            found => found.context(context)?,
        };
        Self::open_git_dir(&git_dir, context)
    }

    /// Opens the repository whose top directory, or whose git directory, is `path`.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        switches::set();
        let dot_git = path.join(".git");
        let git_dir = if dot_git.exists() { dot_git } else { path.to_owned() };
        Self::open_git_dir(&git_dir, || format!("open the repository at `{}`", path.display()))
    }

    fn open_git_dir(git_dir: &Path, context: impl Fn() -> String) -> Result<Self, GitError> {
        git2::Repository::open(git_dir).map(|git| Self { git, environment: Environment::default() }).map_err(
            |error| {
                let not_found = error.code() == git2::ErrorCode::NotFound;
                match unsupported_format(git_dir) {
                    Some(reason) => {
                        let kind = GitErrorKind::UnsupportedFormat { reason };
                        GitError::new(format!("could not {}", context()), kind)
                    }
                    None if not_found => {
                        GitError::new(format!("could not {}", context()), GitErrorKind::NotARepository)
                    }
                    None => GitError::from_git(&context(), error),
                }
            },
        )
    }

    /// Makes a repository in `directory`, which is made too where it is missing, on the unborn branch `branch`.
    pub fn init(directory: &Path, branch: &str) -> Result<Self, GitError> {
        switches::set();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head(branch).mkpath(true).no_reinit(true).external_template(false);
        git2::Repository::init_opts(directory, &options)
            .map(|git| Self { git, environment: Environment::default() })
            .context(|| format!("make a repository in `{}`", directory.display()))
    }

    /// Tells what the environment gives; until then nothing is known of it.
    #[must_use]
    pub fn within(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    /// The top of the working tree, unless the repository is bare.
    pub fn workdir(&self) -> Option<&Path> {
        self.git.workdir()
    }

    /// The top of the working tree, or the error that there is none.
    pub fn require_workdir(&self) -> Result<&Path, GitError> {
        self.workdir().ok_or_else(|| GitError::new("could not find the working tree", GitErrorKind::Bare))
    }

    /// The git directory that all worktrees of the repository share.
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }

    /// Whether there is no working tree.
    pub fn is_bare(&self) -> bool {
        self.git.is_bare()
    }

    /// Whether older history was left out when the repository was cloned.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// Where HEAD stands now.
    pub fn head(&self) -> Result<Head, GitError> {
        let context = || "read HEAD".to_owned();
        let head = match self.git.head() {
            Ok(head) => head,
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => {
                return Ok(Head::Unborn { branch: self.unborn_branch().context(context)? });
            }
            Err(error) => return Err(error).context(context),
        };
        if let Some(target) = head.target() {
            self.loose(from_oid(target))?;
        }
        let commit = from_oid(head.peel_to_commit().context(context)?.id());
        if head.is_branch() {
            let branch = head.name().context(context)?.to_owned();
            Ok(Head::Branch { branch, commit })
        } else {
            Ok(Head::Detached { commit })
        }
    }

    /// Follows HEAD through symbolic references to the name that does not exist yet.
    fn unborn_branch(&self) -> Result<String, git2::Error> {
        /// As many steps as libgit2 itself follows.
        const STEPS: usize = 10;
        let mut name = "HEAD".to_owned();
        for _ in 0..STEPS {
            match self.git.find_reference(&name) {
                Ok(reference) => match reference.symbolic_target()? {
                    Some(target) => target.clone_into(&mut name),
                    None => break,
                },
                Err(error) if error.code() == git2::ErrorCode::NotFound => break,
                Err(error) => return Err(error),
            }
        }
        Ok(name)
    }
}

/// The extensions that open, or that have a reason of their own.
const KNOWN_EXTENSIONS: [&str; 8] = [
    "extensions.noop",
    "extensions.objectformat",
    "extensions.refstorage",
    "extensions.worktreeconfig",
    "extensions.preciousobjects",
    "extensions.relativeworktrees",
    "extensions.partialclone",
    "extensions.compatobjectformat",
];

/// What libgit2 cannot read about the repository, as its own configuration says.
fn unsupported_format(git_dir: &Path) -> Option<String> {
    let config = git2::Config::open(&config_path(git_dir)).ok()?;
    let value = |name: &str| config.get_string(name).ok();
    if let Some(format) = value("extensions.objectformat").filter(|format| format != "sha1") {
        return Some(format!("its object ids are {format}, and only sha1 is supported"));
    }
    if let Some(storage) = value("extensions.refstorage").filter(|storage| storage != "files") {
        return Some(format!("its references are stored as {storage}, and only files are supported"));
    }
    let mut unknown = None;
    let names = config.entries(Some("^extensions\\.")).ok()?;
    names
        .for_each(|entry| {
            let name = entry.name().unwrap_or_default();
            if unknown.is_none() && !KNOWN_EXTENSIONS.contains(&name) {
                unknown = Some(format!("it uses `{name}`, which is not supported"));
            }
        })
        .ok()?;
    unknown
}

/// The configuration of the repository that `git_dir`, or the file `.git` of a worktree, belongs to.
fn config_path(git_dir: &Path) -> PathBuf {
    let mut directory = git_dir.to_owned();
    if let Ok(link) = std::fs::read_to_string(&directory)
        && let Some(target) = link.strip_prefix("gitdir:")
    {
        directory = directory.parent().unwrap_or(Path::new("")).join(target.trim());
    }
    if let Ok(common) = std::fs::read_to_string(directory.join("commondir")) {
        directory = directory.join(common.trim());
    }
    directory.join("config")
}
