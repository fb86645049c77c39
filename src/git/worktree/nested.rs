//! Whether a folder that is a repository of its own can be removed without losing anything.

use std::{fs, path::Path};

use crate::{
    domain::RepoPath,
    git::{program::Program, repository::Repository},
};

impl Repository {
    /// Whether there is a folder at `path` whose content would be lost if the folder was removed.
    ///
    /// An empty folder has none, and neither has the checkout of a submodule without changes and untracked files, whose
    /// commits are in the git directory of this repository. A folder that contains its own git directory always has.
    pub fn has_content_of_its_own(&self, path: &RepoPath) -> bool {
        let Some(workdir) = self.workdir() else { return false };
        let folder = workdir.join(path.as_str());
        is_folder(&folder) && !is_empty(&folder) && !is_unchanged_submodule(&folder)
    }

    /// Removes a folder that has no content of its own, and tells whether there is a folder left.
    pub(super) fn remove_folder(&self, path: &RepoPath) -> bool {
        let Some(folder) = self.workdir().map(|workdir| workdir.join(path.as_str())) else { return false };
        if is_folder(&folder) && !self.has_content_of_its_own(path) {
            // What could not be removed is still there.
            let _ = fs::remove_dir_all(&folder);
        }
        is_folder(&folder)
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Whether a folder is the checkout of a repository whose git directory is elsewhere, and is as that has it.
fn is_unchanged_submodule(folder: &Path) -> bool {
    let is_elsewhere = fs::symlink_metadata(folder.join(".git")).is_ok_and(|found| found.is_file());
    let args = ["status", "--porcelain", "--ignored", "--untracked-files=all"];
    let status = Program::new("look for changes in a submodule", folder, args).option("--git-dir=.git");
    is_elsewhere && status.run().is_ok_and(|ran| ran.is_success() && ran.out.is_empty())
}
