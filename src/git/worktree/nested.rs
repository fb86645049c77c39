//! Whether a folder that is a repository of its own can be removed without losing anything.

use std::{fs, path::Path};

use super::status::parents_are_directories;
use crate::{
    domain::RepoPath,
    git::{program::command::Program, repository::Repository},
};

impl Repository {
    /// Returns whether there is a folder at `path` whose content would be lost if the folder was removed.
    ///
    /// An empty folder has none, and neither has the checkout of a submodule without changes and untracked files, whose
    /// commits are in the git directory of this repository. A folder that contains its own git directory always has.
    pub fn has_content_of_its_own(&self, path: &RepoPath) -> bool {
        let Some(workdir) = self.workdir() else { return false };
        let folder = workdir.join(path.as_str());
        is_folder(&folder) && !is_empty(&folder) && !self.is_unchanged_submodule(&folder)
    }

    /// Removes a folder that has no content of its own, and returns whether a folder is left. A folder behind a link is not
    /// touched.
    pub(super) fn remove_folder(&self, path: &RepoPath) -> bool {
        let Some(workdir) = self.workdir().filter(|workdir| parents_are_directories(workdir, path)) else {
            return false;
        };
        let folder = workdir.join(path.as_str());
        if is_folder(&folder) && !self.has_content_of_its_own(path) {
            // What could not be removed is still there.
            let _ = fs::remove_dir_all(&folder);
        }
        is_folder(&folder)
    }

    /// Returns whether a folder is a checkout whose git directory is inside that of this repository, and has no changes.
    ///
    /// Any other `.git` file is left unused: its repository may belong to another user, and its settings can name programs that
    /// `git status` runs.
    fn is_unchanged_submodule(&self, folder: &Path) -> bool {
        if !fs::symlink_metadata(folder.join(".git")).is_ok_and(|found| found.is_file()) {
            return false;
        }
        let context = "look for changes in a submodule";
        let args = ["rev-parse", "--path-format=absolute", "--git-dir", "--show-toplevel"];
        let Ok(found) = Program::new(context, folder, args).succeed() else { return false };
        let text = found.text();
        let Some((git_dir, top)) = text.split_once('\n') else { return false };
        let is_ours = match (fs::canonicalize(git_dir), fs::canonicalize(&self.common_dir)) {
            (Ok(git_dir), Ok(common_dir)) => git_dir.starts_with(common_dir),
            _ => false,
        };
        let is_top = fs::canonicalize(top).ok() == fs::canonicalize(folder).ok();
        if !is_ours || !is_top {
            return false;
        }
        let args = ["status", "--porcelain", "--ignored", "--untracked-files=all"];
        let status = Program::new(context, folder, args).setting("core.fsmonitor=false");
        status.succeed().is_ok_and(|ran| ran.stdout.is_empty())
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
