//! The repository's edge, tried on real repositories and judged by the `git` program.

#![expect(clippy::print_stdout, reason = "a test that was skipped says so")]

mod branch;
mod history;
mod objects;
mod opening;
mod worktree;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use super::{Identity, NewCommit, Repository, SyncLock};
use crate::{
    domain::{ObjectFormat, ObjectId, RepoPath},
    object::{self, Mode},
    testing::FORMAT,
};

/// Returns what the repositories of the tests, but for some of their own, call this content.
fn blob_id(bytes: &[u8]) -> ObjectId {
    object::blob_id(FORMAT, bytes)
}

/// A folder of its own for one test.
struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    /// Returns an empty folder.
    fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Returns a repository with one commit: a file that can be run, a link, and a file next to the registry's own.
    fn repository() -> Self {
        let sandbox = Self::empty();
        sandbox.init(&[]);
        sandbox.file("run.sh", "#!/bin/sh\n");
        sandbox.git(&["add", "run.sh"]);
        sandbox.git(&["update-index", "--chmod=+x", "run.sh"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            fs::set_permissions(sandbox.path("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
            symlink("run.sh", sandbox.path("link")).unwrap();
        }
        sandbox.file("registry/README.md", "by hand\n");
        sandbox.file("modules/drive.yaml", "name: drive\n");
        sandbox.commit("start");
        sandbox
    }

    /// Makes it a repository where Ada works.
    fn init(&self, options: &[&str]) {
        self.git(&[&["init", "-q", "-b", "main"], options, &["."]].concat());
        self.git(&["config", "user.name", "Ada"]);
        self.git(&["config", "user.email", "ada@example.org"]);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn open(&self) -> Repository {
        Repository::open(self.directory.path()).unwrap()
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits all files, and returns the commit.
    fn commit(&self, message: &str) -> ObjectId {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    fn id(&self, revision: &str) -> ObjectId {
        self.git(&["rev-parse", "--verify", revision]).parse().unwrap()
    }

    /// Runs git in the sandbox and returns what it printed, without the final newline.
    fn git(&self, arguments: &[&str]) -> String {
        self.git_in("", arguments)
    }

    fn git_in(&self, folder: &str, arguments: &[&str]) -> String {
        let output = run_git(&self.path(folder), arguments);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        assert!(output.status.success(), "git {arguments:?}: {}", text(output.stderr));
        text(output.stdout)
    }

    /// Returns what `git fsck` objects to.
    fn fsck(&self) -> String {
        self.git(&["fsck", "--strict", "--full", "--no-dangling"])
    }

    fn status(&self) -> String {
        self.git(&["status", "--porcelain"])
    }
}

fn run_git(folder: &Path, arguments: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"] {
        git.env_remove(variable);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Tester")
            .env(format!("GIT_{role}_EMAIL"), "tester@example.org")
            .env(format!("GIT_{role}_DATE"), "@1700000000 +0100");
    }
    git.output().unwrap()
}

fn take_lock(repository: &Repository) -> SyncLock {
    repository.lock(Duration::from_secs(10), jiff::Timestamp::UNIX_EPOCH).unwrap()
}

/// Commits generated files (`None` removes one) on top of `branch`, as a sync does, and returns the commit.
fn publish(repository: &Repository, files: &[(&str, Option<&str>)], message: &str) -> ObjectId {
    let head = repository.head().unwrap();
    let commit = stage(repository, head.commit(), files, message);
    let lock = take_lock(repository);
    repository
        .move_branch(&lock, head.branch().unwrap(), head.commit(), commit, &Identity::default(), "test")
        .unwrap();
    commit
}

/// Writes a commit without moving a branch.
fn stage(
    repository: &Repository,
    parent: Option<ObjectId>,
    files: &[(&str, Option<&str>)],
    message: &str,
) -> ObjectId {
    let mut objects = Vec::new();
    let changes: BTreeMap<_, _> = files
        .iter()
        .map(|(path, text)| {
            let blob = text.map(|text| object::Object::blob(repository.format(), text));
            let change = blob.as_ref().map(|blob| (Mode::Regular, blob.id()));
            objects.extend(blob);
            (RepoPath::new(*path), change)
        })
        .collect();
    let root = parent.map(|parent| repository.root_tree(parent).unwrap());
    let spliced = repository.splice(root, &changes).unwrap();
    objects.extend(spliced.objects);
    repository.write(&objects).unwrap();
    let parents: Vec<_> = parent.into_iter().collect();
    let commit = NewCommit { parents: &parents, tree: spliced.root, message, identity: &Identity::default() };
    repository.commit(&commit).unwrap()
}
