//! Opening and creating a repository, and reading its HEAD.

use std::{
    cell::Cell,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{
    config::Config,
    error::{GitError, GitErrorKind},
    own_files::OwnFolder,
    program::{command::Program, messages, output::Output},
};
use crate::domain::{ObjectFormat, ObjectId};

/// The oldest version of git that works, as numbers and as text.
const OLDEST: (u32, u32) = (2, 39);
const OLDEST_SHOWN: &str = "2.39";

/// An open repository. One thread at a time may use it.
pub struct Repository {
    git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    workdir: Option<PathBuf>,
    objects: PathBuf,
    format: ObjectFormat,
    is_shallow: Cell<bool>,
    pub(super) database: git2::Odb<'static>,
    pub(super) config: Config,
    silences_ssh: bool,
}

/// The branch or commit that HEAD refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A branch that has no commits yet.
    Unborn {
        /// The branch's full name: `refs/heads/main`.
        branch: String,
    },
    /// A branch.
    Branch {
        /// The branch's full name, with symbolic references followed: `refs/heads/main`.
        branch: String,
        /// Its newest commit.
        commit: ObjectId,
    },
    /// A commit, without a branch.
    Detached {
        /// The commit.
        commit: ObjectId,
    },
}

impl Head {
    /// Returns the newest commit, if there is one.
    pub const fn commit(&self) -> Option<ObjectId> {
        match self {
            Self::Unborn { .. } => None,
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(*commit),
        }
    }

    /// Returns the newest commit, or the error that there is none.
    pub fn require_commit(&self) -> Result<ObjectId, GitError> {
        match self {
            Self::Unborn { branch } => {
                let kind = GitErrorKind::Unborn { branch: branch.clone() };
                Err(GitError::new("could not read the newest commit", kind))
            }
            Self::Branch { commit, .. } | Self::Detached { commit } => Ok(*commit),
        }
    }

    /// Returns the branch's full name, or the error that HEAD is detached.
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
    /// Opens the repository whose top directory, or whose git directory where it is bare, is `folder`.
    ///
    /// Below the top of a repository it is [`GitErrorKind::InSubfolder`], which names the top.
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        let context = format!("open the repository at `{}`", folder.display());
        let failed = |kind| GitError::new(format!("could not {context}"), kind);
        if !folder.is_dir() {
            return Err(failed(GitErrorKind::NotARepository));
        }
        check_version()?;
        let answers = Program::new(context.as_str(), folder, ["rev-parse", "--path-format=absolute"])
            .arg("--git-dir")
            .arg("--git-common-dir")
            .args(["--git-path", "objects"])
            .args(["--show-object-format", "--is-shallow-repository", "--is-bare-repository"])
            .args(["--is-inside-work-tree", "--show-prefix", "--show-toplevel"])
            .run()?;
        let Ok(text) = str::from_utf8(&answers.stdout) else {
            let reason = "its path is not UTF-8".to_owned();
            return Err(failed(GitErrorKind::InvalidInput { reason }));
        };
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let [git_dir, common_dir, objects] = [next(), next(), next()].map(PathBuf::from);
        let [format, is_shallow, is_bare, is_in_work_tree] = [next(), next(), next(), next()];
        if is_in_work_tree.is_empty() {
            return Err(failed(opening_failure(&answers)));
        }
        // Without a working tree git prints no top directory.
        let workdir = match (is_bare, is_in_work_tree) {
            (_, "true") => {
                let (prefix, top) = (next(), PathBuf::from(next()));
                if !prefix.is_empty() {
                    return Err(failed(GitErrorKind::InSubfolder { top }));
                }
                Some(top)
            }
            ("true", _) => {
                let is_top = folder.canonicalize().ok() == git_dir.canonicalize().ok();
                if !is_top {
                    return Err(failed(GitErrorKind::InSubfolder { top: git_dir }));
                }
                None
            }
            (_, _) => return Err(failed(GitErrorKind::InGitDirectory)),
        };
        let format = match format {
            "sha1" => ObjectFormat::Sha1,
            "sha256" => ObjectFormat::Sha256,
            other => {
                let message = format!("its object ids are `{other}`");
                return Err(failed(GitErrorKind::Unreadable { message }));
            }
        };
        // Where all other commands run: the environment may name a file of settings by a relative path.
        let top = workdir.as_ref().unwrap_or(&git_dir);
        let listed = Program::new("read git's settings", top, ["config", "--null", "--list"])
            .option(git_dir_option(workdir.is_none()))
            .succeed()?;
        let config = Config::parse(&String::from_utf8_lossy(&listed.stdout));
        if let Some(filter) = treeless_filter(&config) {
            return Err(failed(GitErrorKind::Treeless { filter }));
        }
        let database =
            open_database(format, &objects).map_err(|error| failed(GitErrorKind::Objects(error)))?;
        let is_shallow = Cell::new(is_shallow == "true");
        let silences_ssh = false;
        Ok(Self { git_dir, common_dir, workdir, objects, format, is_shallow, database, config, silences_ssh })
    }

    /// Makes a repository in `directory`, which is made too where it is missing, on the unborn branch `branch`.
    pub fn init(directory: &Path, branch: &str) -> Result<Self, GitError> {
        let context = format!("make a repository in `{}`", directory.display());
        std::fs::create_dir_all(directory)
            .map_err(|error| GitError::io(format!("could not {context}"), directory, error))?;
        check_version()?;
        Program::new(context, directory, ["init", "--quiet", "--template="])
            .arg(format!("--initial-branch={branch}"))
            .succeed()?;
        Self::open(directory)
    }

    /// Lets SSH fail instead of asking for a password, unless the settings name another SSH program.
    #[must_use]
    pub fn silencing_ssh(self, silences_ssh: bool) -> Self {
        Self { silences_ssh, ..self }
    }

    /// Prepares `git ARGS` in this repository; `context` starts with a verb that follows "could not".
    pub(super) fn git<A: AsRef<OsStr>>(
        &self,
        context: impl Into<String>,
        args: impl IntoIterator<Item = A>,
    ) -> Program {
        let folder = self.workdir.as_ref().unwrap_or(&self.git_dir);
        let program = Program::new(context, folder, args).option(git_dir_option(self.is_bare()));
        let program = if self.config.get("core.fsync").is_none() {
            program.setting("core.fsync=committed,loose-object,reference,index")
        } else {
            program
        };
        if self.silences_ssh && self.config.get("core.sshcommand").is_none() {
            program.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
        } else {
            program
        }
    }

    /// Returns the top of the working tree, unless the repository is bare.
    pub fn workdir(&self) -> Option<&Path> {
        self.workdir.as_deref()
    }

    /// Returns the top of the working tree, or the error that there is none.
    pub fn require_workdir(&self) -> Result<&Path, GitError> {
        self.workdir().ok_or_else(|| GitError::new("could not find the working tree", GitErrorKind::Bare))
    }

    /// Returns the top of the working tree, or the git directory of a bare repository.
    pub fn top(&self) -> &Path {
        self.workdir().unwrap_or(&self.common_dir)
    }

    /// Returns the directory of the objects.
    pub(super) fn objects(&self) -> &Path {
        &self.objects
    }

    /// Returns the folder of modreg's own files, which all worktrees of the repository share.
    pub fn own_files(&self) -> OwnFolder {
        OwnFolder::new(self.common_dir.join("modreg"), self.config.get("core.sharedrepository"))
    }

    /// Returns the folder of modreg's own files of this worktree alone.
    pub fn own_worktree_files(&self) -> OwnFolder {
        OwnFolder::new(self.git_dir.join("modreg"), self.config.get("core.sharedrepository"))
    }

    /// Returns the path of a file in the Git directory, such as the index or a reference.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        let is_of_this_worktree = ["HEAD", "MERGE_HEAD", "ORIG_HEAD", "index"].contains(&name);
        if is_of_this_worktree { &self.git_dir } else { &self.common_dir }.join(name)
    }

    /// Returns the hash by which the repository names its objects.
    pub const fn format(&self) -> ObjectFormat {
        self.format
    }

    /// Returns whether there is no working tree.
    pub const fn is_bare(&self) -> bool {
        self.workdir.is_none()
    }

    /// Returns whether older history was left out when the repository was cloned.
    pub const fn is_shallow(&self) -> bool {
        self.is_shallow.get()
    }

    /// Asks git again whether the clone is shallow, after its history was fetched.
    pub(super) fn refresh_is_shallow(&self) -> Result<(), GitError> {
        let asked = self.git("look for missing history", ["rev-parse", "--is-shallow-repository"]);
        self.is_shallow.set(asked.succeed()?.text() == "true");
        Ok(())
    }

    /// Reads what HEAD refers to.
    pub fn head(&self) -> Result<Head, GitError> {
        let context = "read HEAD";
        // The first line of the output is the commit, and the second one the full name of what HEAD refers to.
        let resolved = self.git(context, ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"]).run()?;
        let Ok(text) = str::from_utf8(&resolved.stdout) else {
            let reason = "the name of the branch is not UTF-8".to_owned();
            return Err(GitError::new(format!("could not {context}"), GitErrorKind::InvalidInput { reason }));
        };
        if resolved.is_success()
            && let Some((commit, name)) = text.trim_end().split_once('\n')
            && let Ok(commit) = commit.parse()
        {
            return Ok(match name {
                "HEAD" => Head::Detached { commit },
                branch => Head::Branch { branch: branch.to_owned(), commit },
            });
        }
        // The branch has no commits, or its name is ambiguous.
        let branch = self.git(context, ["symbolic-ref", "--quiet", "HEAD"]).succeed()?.text();
        // It ends with 1 where the branch does not exist; a broken reference has git's words.
        let exists = self.git(context, ["rev-parse", "--quiet", "--verify", &branch]).run()?;
        match (exists.code(), exists.id()) {
            (Some(0), Some(commit)) => Ok(Head::Branch { branch, commit }),
            (Some(1), _) => Ok(Head::Unborn { branch }),
            (_, _) => Err(GitError::new(format!("could not {context}"), resolved.failure())),
        }
    }

    /// Returns the commit that a reference points to, if there is such a reference.
    pub(super) fn reference(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        let found = self.git(format!("read `{name}`"), ["show-ref", "--verify", "--hash", name]).run()?;
        Ok(found.id().filter(|_| found.is_success()))
    }
}

/// Names the git directory, so that no other one is found should it vanish; and as git does, not by its full path: what
/// `includeIf "gitdir:…"` is compared with may lead there through a link.
const fn git_dir_option(is_bare: bool) -> &'static str {
    if is_bare { "--git-dir=." } else { "--git-dir=.git" }
}

fn open_database(format: ObjectFormat, objects: &Path) -> Result<git2::Odb<'static>, git2::Error> {
    let format = match format {
        ObjectFormat::Sha1 => git2::ObjectFormat::Sha1,
        ObjectFormat::Sha256 => git2::ObjectFormat::Sha256,
    };
    let database = git2::Odb::new_ext(format)?;
    let path = objects.to_str().ok_or_else(|| git2::Error::from_str("its path is not UTF-8"))?;
    // Despite its name it reads the objects here as well as those of the directory's own alternates.
    database.add_disk_alternate(path)?;
    Ok(database)
}

/// Checks once that git is there and new enough.
fn check_version() -> Result<(), GitError> {
    static IS_NEW_ENOUGH: OnceLock<()> = OnceLock::new();
    if IS_NEW_ENOUGH.get().is_some() {
        return Ok(());
    }
    let context = "find out git's version";
    let printed = Program::new(context, Path::new("."), ["version"]).succeed()?.text();
    let version = printed.strip_prefix("git version ").unwrap_or(&printed);
    if is_new_enough(version) {
        IS_NEW_ENOUGH.get_or_init(|| ());
        return Ok(());
    }
    let kind = GitErrorKind::OldGit { found: version.to_owned(), oldest: OLDEST_SHOWN };
    Err(GitError::new("could not use git", kind))
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    (next(), next()) >= OLDEST
}

fn opening_failure(ran: &Output) -> GitErrorKind {
    if messages::is_no_repository(&ran.stderr) {
        return GitErrorKind::NotARepository;
    }
    match ran.failure() {
        GitErrorKind::Failed { message } => GitErrorKind::Unreadable { message },
        kind => kind,
    }
}

/// Returns the filter of a clone that left out trees.
fn treeless_filter(config: &Config) -> Option<String> {
    let names = config.middles("remote.", ".partialclonefilter");
    let mut filters = names.filter_map(|name| config.get(&format!("remote.{name}.partialclonefilter")));
    filters.find(|filter| filter.contains("tree:")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_git_are_compared_by_their_first_two_numbers() {
        for (version, is_new) in [
            ("2.39.0", true),
            ("2.39.5 (Apple Git-154)", true),
            ("2.47.1.windows.2", true),
            ("3.0.0", true),
            ("2.38.9", false),
            ("1.99", false),
            ("banana", false),
        ] {
            assert_eq!(is_new_enough(version), is_new, "{version}");
        }
    }
}
