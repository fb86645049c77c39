//! What in the working tree and the index is not committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use rayon::prelude::*;

use super::{
    Repository,
    error::{Context, GitError},
    from_oid,
    index::{is_fresh, modified},
    worktree::{is_left_out, parents_are_directories},
};
use crate::{
    domain::{ObjectId, RepoPath},
    object::blob_id,
};

/// What stands at a path, in the index or in the working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    File(ObjectId),
    /// A file without content: what a power cut can leave of one that was just written. It is nobody's work.
    Emptied,
    /// A link, a directory, an unmerged entry: nothing that a sync could have left there.
    Something,
}

impl Seen {
    fn of(id: Option<&ObjectId>) -> Self {
        id.map_or(Self::Nothing, |id| Self::File(*id))
    }
}

/// What under a directory is not committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Uncommitted {
    /// The files that hold somebody's own work, sorted.
    pub own: Vec<RepoPath>,
    /// Whether some file is still what a killed run did not get to replace.
    pub is_behind: bool,
}

impl Repository {
    /// Looks under `directory` for somebody's own uncommitted work, and for what a killed run left to do.
    ///
    /// A path is somebody's own where the index or the working tree has something else than `head`, than `target` (what a sync is
    /// about to publish) and than every commit of `earlier` (what a killed run did not get to replace). Untracked files
    /// count only where `target` needs their place, or where a file of `earlier` lay.
    pub fn dirty(
        &self,
        directory: &RepoPath,
        head: Option<ObjectId>,
        target: &BTreeMap<RepoPath, ObjectId>,
        earlier: &[ObjectId],
    ) -> Result<Uncommitted, GitError> {
        let Some(workdir) = self.workdir() else {
            return Ok(Uncommitted::default());
        };
        let head = self.files_of(head, directory)?;
        let mut index = self.git.index().map_err(|error| self.index_error(error))?;
        index.read(true).map_err(|error| self.index_error(error))?;
        let written = fs::metadata(self.git.path().join("index")).ok().map(|metadata| modified(&metadata));
        let prefix = format!("{directory}/");
        let mut entries = BTreeMap::new();
        let mut unmerged = BTreeSet::new();
        for entry in index.iter().filter(|entry| entry.path.starts_with(prefix.as_bytes())) {
            let path = RepoPath::new(String::from_utf8_lossy(&entry.path).into_owned());
            match entry.flags >> 12 & 3 {
                0 => drop(entries.insert(path, entry)),
                _ => drop(unmerged.insert(path)),
            }
        }
        let earlier = earlier.iter().map(|&commit| self.files_of(Some(commit), directory));
        let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
        let known = earlier.iter().flat_map(BTreeMap::keys);
        let paths: BTreeSet<_> =
            head.keys().chain(entries.keys()).chain(&unmerged).chain(target.keys()).chain(known).collect();
        let paths: Vec<_> = paths.into_iter().collect();
        let outside = outside(workdir, &paths);
        let differing: Vec<_> = paths
            .into_par_iter()
            .map(|path| {
                let committed = Seen::of(head.get(path));
                let entry = entries.get(path);
                let staged = match entry {
                    _ if unmerged.contains(path) => Seen::Something,
                    Some(entry) => Seen::File(from_oid(entry.id)),
                    None => Seen::Nothing,
                };
                let seen = [staged, in_worktree(workdir, &outside, path, entry, written)];
                (path, seen.into_iter().filter(|seen| *seen != committed).collect::<Vec<_>>())
            })
            .filter(|(path, seen)| seen.iter().any(|seen| *seen != Seen::of(target.get(path))))
            .collect();
        if differing.is_empty() {
            return Ok(Uncommitted::default());
        }
        let is_left = |path: &RepoPath, seen: Seen| {
            seen == Seen::Emptied || earlier.iter().any(|files| seen == Seen::of(files.get(path)))
        };
        let mut found = Uncommitted::default();
        for (path, seen) in differing {
            let mut unplanned = seen.into_iter().filter(|seen| *seen != Seen::of(target.get(path)));
            if unplanned.all(|seen| is_left(path, seen)) {
                found.is_behind = true;
            } else {
                found.own.push(path.clone());
            }
        }
        Ok(found)
    }

    fn files_of(
        &self,
        commit: Option<ObjectId>,
        directory: &RepoPath,
    ) -> Result<BTreeMap<RepoPath, ObjectId>, GitError> {
        let tree = commit.map(|commit| self.tree_at(commit, directory.as_str())).transpose()?.flatten();
        let files = tree.map(|tree| self.files(tree, directory)).transpose()?.unwrap_or_default();
        Ok(files.into_iter().map(|file| (file.path, file.id)).collect())
    }

    /// The files under `directory` whose working copy or index entry differs from HEAD, untracked ones too, sorted.
    pub fn uncommitted(&self, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        if self.is_bare() {
            return Ok(Vec::new());
        }
        // What libgit2 is about to read: it never returns from a tree whose file was cut off.
        self.files_of(self.head()?.commit(), directory)?;
        let context = || format!("compare `{directory}` with HEAD");
        let mut options = git2::StatusOptions::new();
        options
            .pathspec(directory.as_str())
            .disable_pathspec_match(true)
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .exclude_submodules(true);
        let index = self.git.index().map_err(|error| self.index_error(error))?;
        let left_out: BTreeSet<_> = index.iter().filter(is_left_out).map(|entry| entry.path).collect();
        let statuses = self.git.statuses(Some(&mut options)).context(context)?;
        // libgit2 takes what a sparse checkout leaves out for deleted.
        let is_real = |entry: &git2::StatusEntry<'_>| {
            entry.status() != git2::Status::WT_DELETED || !left_out.contains(entry.path_bytes())
        };
        let paths = statuses
            .iter()
            .filter(is_real)
            .map(|entry| RepoPath::new(String::from_utf8_lossy(entry.path_bytes()).into_owned()));
        Ok(paths.collect::<BTreeSet<_>>().into_iter().collect())
    }
}

/// The folders that are not inside the working tree, for there is a link on the way to them, or no folder at all.
///
/// Each is looked at once, however many files it holds.
fn outside(workdir: &Path, paths: &[&RepoPath]) -> BTreeSet<RepoPath> {
    let folders: BTreeSet<_> = paths.iter().filter_map(|path| path.ancestors().next()).collect();
    folders.into_iter().filter(|folder| !parents_are_directories(workdir, &folder.join("file"))).collect()
}

fn in_worktree(
    workdir: &Path,
    outside: &BTreeSet<RepoPath>,
    path: &RepoPath,
    entry: Option<&git2::IndexEntry>,
    written: Option<(i64, u32)>,
) -> Seen {
    if let Some(entry) = entry.filter(|entry| is_left_out(entry)) {
        return Seen::File(from_oid(entry.id));
    }
    let file = workdir.join(path.as_str());
    let Ok(metadata) = fs::symlink_metadata(&file) else {
        return Seen::Nothing;
    };
    if !metadata.is_file() || path.ancestors().next().is_some_and(|folder| outside.contains(&folder)) {
        return Seen::Something;
    }
    if let Some(entry) = entry
        && is_fresh(entry, &metadata, written)
    {
        return Seen::File(from_oid(entry.id));
    }
    let Ok(bytes) = fs::read(&file) else {
        return Seen::Something;
    };
    if bytes.is_empty() {
        return Seen::Emptied;
    }
    let id = blob_id(&bytes);
    match entry {
        // Checked out with CRLF line ends (`core.autocrlf`); generated files have none of their own.
        Some(entry) if from_oid(entry.id) != id => {
            let unix = blob_id(&without_carriage_returns(&bytes));
            Seen::File(if unix == from_oid(entry.id) { unix } else { id })
        }
        Some(_) | None => Seen::File(id),
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut unix = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            unix.push(byte);
        }
    }
    unix
}
