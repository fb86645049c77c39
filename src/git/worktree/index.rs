//! What the working tree would be in git.

use std::collections::BTreeSet;

use crate::{
    domain::{ObjectId, RepoPath},
    git::{
        error::{GitError, GitErrorKind},
        program::{command::Program, messages},
        repository::Repository,
    },
};

impl Repository {
    /// Returns the paths that a merge left in conflict, sorted.
    pub fn unmerged(&self) -> Result<Vec<RepoPath>, GitError> {
        let listed = self.git("list conflicts", ["ls-files", "--unmerged", "-z"]).succeed()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let paths = listed.split_terminator('\0').filter_map(|line| line.split_once('\t'));
        // Each path is listed once for each side.
        let paths: BTreeSet<_> = paths.map(|(_, path)| RepoPath::new(path)).collect();
        Ok(paths.into_iter().collect())
    }

    /// Returns the submodules that the index has below a directory.
    pub fn submodules(&self, directory: &RepoPath) -> Result<BTreeSet<RepoPath>, GitError> {
        let list = self
            .git(format!("list the files of `{directory}` in git's index"), ["ls-files", "--stage", "-z"]);
        let listed = list.below(directory).succeed()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let submodules = listed.split_terminator('\0').filter(|line| line.starts_with("160000 "));
        let paths = submodules.filter_map(|line| line.split_once('\t'));
        Ok(paths.map(|(_, path)| RepoPath::new(path)).collect())
    }

    /// Returns whether git takes from the working tree which files can be run.
    pub fn trusts_file_modes(&self) -> bool {
        self.config.get("core.filemode").is_none() || self.config.is_true("core.filemode")
    }

    /// Returns the tree that git would store of a directory of the working tree, were it added as a whole, or `None` if
    /// there is nothing to store.
    ///
    /// Ignored files, filters and file modes count as git counts them. Nothing is written to the repository: git works on
    /// an index and in an object directory of its own, which are gone afterwards.
    pub fn tree_on_disk(&self, directory: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        let context = format!("read `{directory}` in the working tree");
        let failed = |error| GitError::io(format!("could not {context}"), "a temporary folder", error);
        let scratch = tempfile::tempdir().map_err(failed)?;
        std::fs::create_dir(scratch.path().join("objects")).map_err(failed)?;
        let on_scratch = |program: Program| {
            program
                .env("GIT_INDEX_FILE", scratch.path().join("index"))
                .env("GIT_OBJECT_DIRECTORY", scratch.path().join("objects"))
                .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(self.objects()))
                // Parts of a split index would lie in the git directory.
                .setting("core.splitIndex=false")
                .without_hooks()
        };
        // What git knows of the directory, with the files that a sparse checkout leaves out.
        let known =
            self.git(context.as_str(), ["ls-files", "--stage", "-t", "-z"]).below(directory).succeed()?;
        let (mut staged, mut left_out) = (Vec::new(), Vec::new());
        for line in known.stdout.split(|&byte| byte == 0).filter(|line| line.len() > 2) {
            let (tag, entry) = line.split_at(2);
            staged.extend_from_slice(entry);
            staged.push(0);
            if tag == b"S " {
                left_out.extend(entry.iter().skip_while(|&&byte| byte != b'\t').skip(1));
                left_out.push(0);
            }
        }
        let update = ["update-index", "-z"];
        on_scratch(self.git(context.as_str(), update).arg("--index-info").input(staged)).succeed()?;
        if !left_out.is_empty() {
            let mark = self.git(context.as_str(), update).args(["--skip-worktree", "--stdin"]);
            on_scratch(mark.input(left_out)).succeed()?;
        }
        let add = self.git(context.as_str(), ["add", "--all", "--sparse"]).below(directory);
        let added = on_scratch(add).run()?;
        // Neither the index nor the working tree may have the directory, or a sparse checkout leaves it out.
        if !added.is_success() && !messages::is_unknown_path(&added.stderr) {
            return Err(GitError::new(format!("could not {context}"), added.failure()));
        }
        let prefix = format!("--prefix={directory}/");
        let written =
            on_scratch(self.git(context.as_str(), ["write-tree", "--missing-ok", &prefix])).run()?;
        match written.id() {
            Some(id) if written.is_success() => Ok(Some(id)),
            _ if messages::is_missing_prefix(&written.stderr) => Ok(None),
            _ => {
                let kind = GitErrorKind::Failed { message: written.message() };
                Err(GitError::new(format!("could not {context}"), kind))
            }
        }
    }
}

/// Returns a path as git reads it in a list of paths: in quotes, for it may contain the separator.
fn quoted(path: &std::path::Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) {
        path.into_owned()
    } else {
        format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
