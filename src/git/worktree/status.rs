//! What in the working tree and the index is not committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::path_state::{PathState, StatusLine, parse_line};
use crate::{
    domain::{ObjectId, RepoPath},
    git::{error::GitError, objects::read::FileKind, repository::Repository},
};

/// The paths under a directory that are not committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Uncommitted {
    /// The files that contain uncommitted work of the user, sorted.
    pub own: Vec<RepoPath>,
    /// The files that a killed run did not get to bring up to date.
    pub behind: BTreeSet<RepoPath>,
}

impl Repository {
    /// Looks under `directory` for uncommitted work of the user, and for what a killed run left to do.
    ///
    /// A path is the user's own where the index or the working tree has something else than HEAD, than `target` (what a
    /// sync is about to publish) and than every commit of `earlier` (what a killed run did not get to replace). Untracked
    /// files count only where `target` needs their place, or where a file of `earlier` lay.
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
        let earlier = earlier.iter().map(|&commit| self.files_of(Some(commit), directory));
        let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
        let mut lines = self.status(directory, "no", "dirty")?;
        lines.extend(self.overlooked(directory, workdir, &head)?);
        // Git was not asked for untracked files, because it would have to look into every folder.
        let listed: BTreeSet<_> = lines.iter().map(|line| line.path.clone()).collect();
        let wanted: BTreeSet<_> = target.keys().chain(earlier.iter().flat_map(BTreeMap::keys)).collect();
        let unknown = wanted
            .into_iter()
            .filter(|path| !head.contains_key(*path) && !listed.contains(*path))
            // What HEAD has at the place of a folder on the way goes first, and a link there is not followed.
            .filter(|path| !path.ancestors().any(|folder| head.contains_key(&folder)));
        let is_folder = |path: &RepoPath| workdir.join(path.as_str()).is_dir();
        let (folders, unknown): (Vec<_>, Vec<_>) =
            unknown.partition(|path| has_files_below(&head, path) && is_folder(path));
        lines.extend(unknown.into_iter().map(|path| StatusLine {
            path: path.clone(),
            staged: PathState::Absent,
            kind: None,
            is_file_changed: true,
        }));
        let mut contents = self.contents(workdir, &lines)?;
        for (path, content) in &mut contents {
            if content.seen == PathState::Other && self.is_replaced(workdir, path, &earlier)? {
                content.seen = PathState::Absent;
            }
        }
        let mut found = Uncommitted::default();
        for StatusLine { path, staged, .. } in lines {
            let wanted = PathState::regular(target.get(&path));
            let committed = PathState::of(head.get(&path));
            let in_worktree = match contents.get(&path) {
                Some(content) => {
                    let committed = head.get(&path).map(|(_, id)| id);
                    self.seen(content, [target.get(&path), committed])?
                }
                None => staged,
            };
            let is_left = |seen: PathState| {
                seen == PathState::Truncated
                    || earlier.iter().any(|files| seen == PathState::of(files.get(&path)))
            };
            let is_same = |one: PathState, other: PathState| one.content() == other.content();
            let seen = [staged, in_worktree];
            // Where a link or a submodule is committed, having removed it loses no work.
            let is_removed = |seen: PathState| seen == PathState::Absent && committed.is_odd();
            let differing = seen.into_iter().filter(|seen| !is_same(*seen, committed));
            let mut unplanned =
                differing.filter(|seen| !is_same(*seen, wanted) && !is_removed(*seen)).peekable();
            if unplanned.peek().is_none() {
                let has_old_mode =
                    |seen: PathState| seen != committed && is_same(seen, committed) && is_left(seen);
                if seen.into_iter().any(has_old_mode) {
                    found.behind.insert(path);
                }
            } else if unplanned.all(is_left) {
                found.behind.insert(path);
            } else {
                found.own.push(path);
            }
        }
        // The files that HEAD has in a folder at the place of a file go first; what git does not know there would be lost.
        found.own.extend(self.untracked(folders.into_iter().filter(|path| target.contains_key(*path)))?);
        found.own.sort_unstable();
        Ok(found)
    }

    /// Returns whether something that one of these commits has is at the place of a file: a file or a link instead of a
    /// folder on the way to it, or a folder in which there is nothing that git does not know.
    fn is_replaced(
        &self,
        workdir: &Path,
        path: &RepoPath,
        commits: &[BTreeMap<RepoPath, (FileKind, ObjectId)>],
    ) -> Result<bool, GitError> {
        let is_folder = |path: &RepoPath| {
            fs::symlink_metadata(workdir.join(path.as_str())).is_ok_and(|found| found.is_dir())
        };
        let folders: Vec<_> = path.ancestors().collect();
        if let Some(other) = folders.iter().rev().find(|folder| !is_folder(folder)) {
            return Ok(commits.iter().any(|files| files.contains_key(other)));
        }
        let is_known = is_folder(path) && commits.iter().any(|files| has_files_below(files, path));
        Ok(is_known && self.untracked(std::iter::once(path))?.is_empty())
    }

    /// Returns the files in these folders that are not in the index, ignored ones too.
    fn untracked<'a>(&self, folders: impl Iterator<Item = &'a RepoPath>) -> Result<Vec<RepoPath>, GitError> {
        let folders: Vec<_> = folders.map(RepoPath::as_str).collect();
        if folders.is_empty() {
            return Ok(Vec::new());
        }
        let list = self.git("list untracked files", ["ls-files", "--others", "-z", "--"]);
        let listed = list.option("--literal-pathspecs").args(folders).succeed()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        Ok(listed.split_terminator('\0').map(|path| RepoPath::new(path.trim_end_matches('/'))).collect())
    }

    /// Returns the files that exist although git is set to skip them (`skip-worktree`, `assume-unchanged`).
    fn overlooked(
        &self,
        directory: &RepoPath,
        workdir: &Path,
        head: &BTreeMap<RepoPath, (FileKind, ObjectId)>,
    ) -> Result<Vec<StatusLine>, GitError> {
        let context = format!("list the files of `{directory}` in git's index");
        let listed = self.git(context, ["ls-files", "-v", "-z"]).below(directory).succeed()?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let entries = listed.split_terminator('\0').filter_map(|line| line.split_once(' '));
        let is_overlooked = |tag: &str| tag == "S" || tag.chars().all(char::is_lowercase);
        let paths = entries.filter(|(tag, _)| is_overlooked(tag)).map(|(_, path)| RepoPath::new(path));
        let there = paths.filter(|path| fs::symlink_metadata(workdir.join(path.as_str())).is_ok());
        let line = |path: RepoPath| {
            let committed = head.get(&path);
            let kind = committed.map(|(kind, _)| *kind);
            StatusLine { staged: PathState::of(committed), kind, path, is_file_changed: true }
        };
        let is_file = |line: &StatusLine| !matches!(line.kind, Some(FileKind::Symlink | FileKind::Submodule));
        Ok(there.map(line).filter(is_file).collect())
    }

    fn files_of(
        &self,
        commit: Option<ObjectId>,
        directory: &RepoPath,
    ) -> Result<BTreeMap<RepoPath, (FileKind, ObjectId)>, GitError> {
        let tree = commit.map(|commit| self.tree_at(commit, directory.as_str())).transpose()?.flatten();
        let files = tree.map(|tree| self.files(tree, directory)).transpose()?.unwrap_or_default();
        Ok(files.into_iter().map(|file| (file.path, (file.kind, file.id))).collect())
    }

    /// Returns the files under `directory` whose working copy or index entry differs from HEAD, untracked ones too, sorted.
    pub fn uncommitted(&self, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        if self.is_bare() {
            return Ok(Vec::new());
        }
        let paths: BTreeSet<_> =
            self.status(directory, "all", "all")?.into_iter().map(|line| line.path).collect();
        Ok(paths.into_iter().collect())
    }

    /// Runs `git status` for a directory. `ignored` names the states of submodules that are not reported.
    fn status(
        &self,
        directory: &RepoPath,
        untracked: &str,
        ignored: &str,
    ) -> Result<Vec<StatusLine>, GitError> {
        let program = self
            .git(
                format!("compare `{directory}` with HEAD"),
                ["status", "--porcelain=v2", "-z", "--no-renames"],
            )
            .args([format!("--ignore-submodules={ignored}"), format!("--untracked-files={untracked}")])
            .below(directory);
        let printed = program.succeed()?.stdout;
        let text = String::from_utf8_lossy(&printed);
        Ok(text.split_terminator('\0').filter_map(parse_line).collect())
    }

    /// Returns what the files are whose working copy differs, or may differ, from the index; those that are there.
    fn contents(
        &self,
        workdir: &Path,
        lines: &[StatusLine],
    ) -> Result<BTreeMap<RepoPath, Content>, GitError> {
        let changed = lines.iter().filter(|line| line.is_file_changed);
        let mut contents: BTreeMap<_, _> = changed
            .map(|line| {
                let kind = line.kind.unwrap_or(FileKind::Regular);
                (line.path.clone(), Content { kind, ..Content::at(workdir, &line.path) })
            })
            .collect();
        let files = contents.iter().filter(|(_, content)| content.file.is_some()).map(|(path, _)| path);
        for (path, id) in self.hash_files(files)? {
            if let Some(content) = contents.get_mut(&path) {
                content.seen = PathState::File(content.kind, id);
            }
        }
        Ok(contents)
    }

    /// Returns what git would store of these files of the working tree, by its filters and line ends; links and what is
    /// reached through them have no place in the result.
    pub fn ids_on_disk<'a>(
        &self,
        paths: impl IntoIterator<Item = &'a RepoPath>,
    ) -> Result<BTreeMap<RepoPath, ObjectId>, GitError> {
        let Some(workdir) = self.workdir() else { return Ok(BTreeMap::new()) };
        self.hash_files(paths.into_iter().filter(|path| Content::at(workdir, path).file.is_some()))
    }

    fn hash_files<'a>(
        &self,
        files: impl Iterator<Item = &'a RepoPath>,
    ) -> Result<BTreeMap<RepoPath, ObjectId>, GitError> {
        // Git takes one path on each line.
        let files: Vec<_> = files.filter(|path| !path.as_str().contains(['\n', '"'])).collect();
        if files.is_empty() {
            return Ok(BTreeMap::new());
        }
        let names: String = files.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
        let hashed =
            self.git("hash files of the working tree", ["hash-object", "--stdin-paths"]).input(names);
        let ids = hashed.succeed()?.text();
        let ids = ids.lines().map(|id| id.parse().ok());
        Ok(files.into_iter().zip(ids).filter_map(|(path, id)| Some((path.clone(), id?))).collect())
    }

    /// Tells a file that was cut off, while one of these blobs was written to it, from another one.
    fn seen(&self, content: &Content, blobs: [Option<&ObjectId>; 2]) -> Result<PathState, GitError> {
        let (PathState::File(_, id), Some(file)) = (content.seen, &content.file) else {
            return Ok(content.seen);
        };
        let blobs: Vec<_> = blobs.into_iter().flatten().collect();
        if blobs.contains(&&id) {
            return Ok(content.seen);
        }
        let Ok(bytes) = fs::read(file) else { return Ok(PathState::Other) };
        for blob in blobs.into_iter().filter(|blob| self.contains(**blob)) {
            if self.blob(*blob)?.starts_with(&bytes) {
                return Ok(PathState::Truncated);
            }
        }
        Ok(if bytes.is_empty() { PathState::Truncated } else { content.seen })
    }
}

/// A path of the working tree.
struct Content {
    seen: PathState,
    /// The kind of file, if it is one.
    kind: FileKind,
    /// The file, where one is there that is reached without a link.
    file: Option<PathBuf>,
}

impl Content {
    fn at(workdir: &Path, path: &RepoPath) -> Self {
        let file = workdir.join(path.as_str());
        let Ok(metadata) = fs::symlink_metadata(&file) else {
            return Self { seen: PathState::Absent, kind: FileKind::Regular, file: None };
        };
        let is_inside = metadata.is_file() && parents_are_directories(workdir, path);
        Self { seen: PathState::Other, kind: FileKind::Regular, file: is_inside.then_some(file) }
    }
}

/// Returns whether some of these files are in a folder.
fn has_files_below(files: &BTreeMap<RepoPath, (FileKind, ObjectId)>, folder: &RepoPath) -> bool {
    let first = folder.join("");
    files.range(&first..).next().is_some_and(|(path, _)| path.as_str().starts_with(first.as_str()))
}

/// Returns whether the path stays inside the working tree: no directory on the way is a link.
pub(super) fn parents_are_directories(workdir: &Path, path: &RepoPath) -> bool {
    path.ancestors()
        .all(|folder| fs::symlink_metadata(workdir.join(folder.as_str())).is_ok_and(|found| found.is_dir()))
}
