//! Bringing the checked-out registry and the index up to date after the branch moved, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use super::status::parents_are_directories;
use crate::{
    domain::{ObjectId, RepoPath},
    git::{
        error::{GitError, GitErrorKind},
        locks::{lock_file, sync_lock::SyncLock},
        program::command::Program,
        repository::Repository,
    },
};

/// The state that the working tree and the index have to reach.
#[derive(Debug)]
pub struct Checkout<'a> {
    /// The directory that contains all these paths: `registry`.
    pub directory: &'a RepoPath,
    /// The files that must be there, with their blobs, which are written by then.
    pub write: &'a BTreeMap<RepoPath, ObjectId>,
    /// The files that must not be there.
    pub remove: &'a BTreeSet<RepoPath>,
}

impl Repository {
    /// Writes and removes the files and their index entries as git checks them out: with the user's filters, line ends and
    /// modes. Every other path, staged or not, stays as it was.
    ///
    /// What a sparse checkout leaves out stays left out. In a bare repository there is nothing to do.
    pub fn check_out(&self, _lock: &SyncLock, checkout: &Checkout<'_>) -> Result<(), GitError> {
        let Some(workdir) = self.workdir() else {
            return Ok(());
        };
        let left_out = self.left_out(checkout)?;
        let is_checked_out = |path: &&RepoPath| !left_out.contains(*path);
        let write: Vec<_> = checkout.write.keys().filter(is_checked_out).collect();
        // First, because a removed file may be where a directory has to be.
        for path in checkout.remove.iter().filter(is_checked_out) {
            if !self.remove_folder(path) {
                remove_file(workdir, path)?;
            }
        }
        for path in &write {
            if parents_are_directories(workdir, path) {
                // Git knows no empty folders, so removing one loses no work.
                let _ = fs::remove_dir(workdir.join(path.as_str()));
            }
            check_place(workdir, path)?;
        }
        let nothing = "0".repeat(self.format().id_length() * 2);
        let removed = checkout.remove.iter().map(|path| format!("0 {nothing}\t{path}\0"));
        let written = checkout.write.iter().map(|(path, id)| format!("100644 {id}\t{path}\0"));
        let entries: String = removed.chain(written).collect();
        self.change_index(
            self.git("change the index", ["update-index", "-z", "--index-info"]).input_file(entries)?,
        )?;
        if !left_out.is_empty() {
            let mark = self.git("change the index", ["update-index", "-z", "--skip-worktree", "--stdin"]);
            self.change_index(
                mark.input_file(paths(checkout.write.keys().filter(|path| left_out.contains(*path))))?,
            )?;
        }
        if !write.is_empty() {
            let check_out =
                self.git("check out the new files", ["checkout-index", "--force", "-u", "-z", "--stdin"]);
            self.change_index(check_out.input(paths(write)))?;
        }
        Ok(())
    }

    /// Fails if something else is at the place of a file, or of a folder on the way to it.
    pub fn require_free_places<'a>(
        &self,
        mut files: impl Iterator<Item = &'a RepoPath>,
    ) -> Result<(), GitError> {
        let Some(workdir) = self.workdir() else { return Ok(()) };
        files.try_for_each(|path| check_place(workdir, path))
    }

    /// Moves the index and the whole working tree from one commit to another, as `git merge --ff-only` does: where a
    /// changed file would be lost, nothing happens at all. In a bare repository there is nothing to do.
    ///
    /// The branch is the caller's part, and comes after it, as with git.
    pub fn fast_forward(&self, _lock: &SyncLock, from: ObjectId, to: ObjectId) -> Result<(), GitError> {
        if self.is_bare() {
            return Ok(());
        }
        let context = format!("bring the checkout to {to}");
        // A file whose time alone has changed would count as changed. What really has is the next command's affair.
        let refresh = self.git(context.as_str(), ["update-index", "-q", "--refresh"]);
        lock_file::run(refresh.without_hooks(), &[self.path_of("index")])?;
        let (old, new) = (from.to_string(), to.to_string());
        let args = ["read-tree", "-m", "-u", "--no-recurse-submodules", &old, &new];
        let bring = || self.change_index(self.git(context.as_str(), args));
        bring().or_else(|error| if self.adopt_files_of(from, to)? { bring() } else { Err(error) })
    }

    /// Adds to the index the files that a killed run has already written, because git would take them for changes of a user.
    /// Returns whether there were any.
    fn adopt_files_of(&self, from: ObjectId, to: ObjectId) -> Result<bool, GitError> {
        let tree = self.root_tree(to)?;
        let differing = self.differences(Some(self.root_tree(from)?), Some(tree))?;
        let stored = self.ids_on_disk(differing.iter().map(|difference| &difference.path))?;
        let new: BTreeMap<_, _> = differing.iter().map(|file| (&file.path, file.new)).collect();
        let is_new = |path: &RepoPath, id: &ObjectId| new.get(path) == Some(&Some(*id));
        let mut entries = Vec::new();
        for (path, _) in stored.iter().filter(|(path, id)| is_new(path, id)) {
            if let Some(entry) = self.entry(tree, path.as_str())? {
                let line = format!("{:o} {}\t{path}\0", entry.mode.bits(), entry.id);
                entries.extend_from_slice(line.as_bytes());
            }
        }
        if entries.is_empty() {
            return Ok(false);
        }
        let update = self.git("change the index", ["update-index", "-z", "--add", "--index-info"]);
        self.change_index(update.input_file(entries)?)?;
        Ok(true)
    }

    fn change_index(&self, program: Program) -> Result<(), GitError> {
        let context = program.context().to_owned();
        // `update-index` of git 2.47 writes paths twice into a sparse index. The user's next command makes it sparse again.
        let program = program.without_hooks().setting("index.sparse=false");
        let ran = lock_file::run(program, &[self.path_of("index")])?;
        if ran.is_success() {
            return Ok(());
        }
        Err(GitError::new(format!("could not {context}"), ran.failure()))
    }

    /// Returns those of the files that a sparse checkout leaves out. A new file is, where all others of its folder are.
    fn left_out<'a>(&self, checkout: &Checkout<'a>) -> Result<BTreeSet<&'a RepoPath>, GitError> {
        if !self.config.is_true("core.sparsecheckout") {
            return Ok(BTreeSet::new());
        }
        let context = format!("list `{}` in the index", checkout.directory);
        let listed = self.git(context, ["ls-files", "-t", "-z"]).below(checkout.directory).succeed()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let mut is_left_out: BTreeMap<RepoPath, bool> = BTreeMap::new();
        for (tag, path) in listed.split_terminator('\0').filter_map(|line| line.split_once(' ')) {
            let path = RepoPath::new(path);
            for folder in path.ancestors() {
                *is_left_out.entry(folder).or_insert(true) &= tag == "S";
            }
            is_left_out.insert(path, tag == "S");
        }
        let is_out = |path: &&RepoPath| {
            let mut known = std::iter::once((*path).clone()).chain(path.ancestors());
            known.find_map(|place| is_left_out.get(&place).copied()).unwrap_or(false)
        };
        Ok(checkout.write.keys().chain(checkout.remove).filter(is_out).collect())
    }
}

fn paths<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> String {
    paths.into_iter().flat_map(|path| [path.as_str(), "\0"]).collect()
}

/// Refuses to write where git would remove something else, or write through a link.
fn check_place(workdir: &Path, path: &RepoPath) -> Result<(), GitError> {
    let found = |path: &RepoPath| fs::symlink_metadata(workdir.join(path.as_str())).ok();
    let folders: Vec<_> = path.ancestors().collect();
    let in_the_way = folders
        .iter()
        .rev()
        .find(|folder| found(folder).is_some_and(|found| !found.is_dir()))
        .or_else(|| Some(path).filter(|path| found(path).is_some_and(|found| found.is_dir())));
    match in_the_way {
        None => Ok(()),
        Some(other) => {
            let kind = GitErrorKind::InTheWay { path: other.clone() };
            Err(GitError::new(format!("could not write `{path}`"), kind))
        }
    }
}

/// Removes a file, and the folders that become empty.
fn remove_file(workdir: &Path, path: &RepoPath) -> Result<(), GitError> {
    if !parents_are_directories(workdir, path) {
        return Ok(());
    }
    let file = workdir.join(path.as_str());
    match fs::remove_file(&file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(GitError::io(format!("could not remove `{path}`"), &file, error)),
    }
    for folder in path.ancestors() {
        // Fails, as it should, where something is left in it.
        if fs::remove_dir(workdir.join(folder.as_str())).is_err() {
            break;
        }
    }
    Ok(())
}
