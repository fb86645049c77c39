//! What in the working tree and the index is not committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    domain::{ObjectId, RepoPath},
    git::{error::GitError, repository::Repository},
};

/// What is at a path, in the index or in the working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    File(ObjectId),
    /// The beginning of a file that git was writing when it was killed, or that a power cut left. It is not the work of a person.
    CutOff,
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
    /// The files that contain uncommitted work of the user, sorted.
    pub own: Vec<RepoPath>,
    /// The files that a killed run did not get to bring up to date.
    pub behind: BTreeSet<RepoPath>,
}

/// A line of `git status --porcelain=v2`.
struct Line {
    path: RepoPath,
    /// What the index has.
    staged: Seen,
    /// Whether the file is, or may be, not what the index has.
    is_file_changed: bool,
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
        let mut lines = self.status(directory, "no")?;
        lines.extend(self.overlooked(directory, workdir, &head)?);
        // Git was not asked for untracked files, because it would have to look into every folder.
        let listed: BTreeSet<_> = lines.iter().map(|line| line.path.clone()).collect();
        let wanted: BTreeSet<_> = target.keys().chain(earlier.iter().flat_map(BTreeMap::keys)).collect();
        let unknown = wanted.into_iter().filter(|path| !head.contains_key(*path) && !listed.contains(*path));
        lines.extend(unknown.map(|path| Line {
            path: path.clone(),
            staged: Seen::Nothing,
            is_file_changed: true,
        }));
        let contents = self.contents(workdir, &lines)?;
        let mut found = Uncommitted::default();
        for Line { path, staged, .. } in lines {
            let wanted = Seen::of(target.get(&path));
            let committed = Seen::of(head.get(&path));
            let in_worktree = match contents.get(&path) {
                Some(content) => self.seen(content, [target.get(&path), head.get(&path)])?,
                None => staged,
            };
            let is_left = |seen: Seen| {
                seen == Seen::CutOff || earlier.iter().any(|files| seen == Seen::of(files.get(&path)))
            };
            let differing = [staged, in_worktree].into_iter().filter(|seen| *seen != committed);
            let mut unplanned = differing.filter(|seen| *seen != wanted).peekable();
            if unplanned.peek().is_none() {
                continue;
            }
            if unplanned.all(is_left) {
                found.behind.insert(path);
            } else {
                found.own.push(path);
            }
        }
        found.own.sort_unstable();
        Ok(found)
    }

    /// The files that are there although git was told not to look at them (`skip-worktree`, `assume-unchanged`).
    fn overlooked(
        &self,
        directory: &RepoPath,
        workdir: &Path,
        head: &BTreeMap<RepoPath, ObjectId>,
    ) -> Result<Vec<Line>, GitError> {
        let context = format!("list `{directory}` in the index");
        let listed = self.git(context, ["ls-files", "-v", "-z"]).below(directory).succeed()?;
        let listed = String::from_utf8_lossy(&listed.out);
        let entries = listed.split_terminator('\0').filter_map(|line| line.split_once(' '));
        let is_overlooked = |tag: &str| tag == "S" || tag.chars().all(char::is_lowercase);
        let paths = entries.filter(|(tag, _)| is_overlooked(tag)).map(|(_, path)| RepoPath::new(path));
        let there = paths.filter(|path| fs::symlink_metadata(workdir.join(path.as_str())).is_ok());
        let line = |path: RepoPath| Line { staged: Seen::of(head.get(&path)), path, is_file_changed: true };
        Ok(there.map(line).collect())
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
        let paths: BTreeSet<_> = self.status(directory, "all")?.into_iter().map(|line| line.path).collect();
        Ok(paths.into_iter().collect())
    }

    /// What `git status` says of a directory.
    fn status(&self, directory: &RepoPath, untracked: &str) -> Result<Vec<Line>, GitError> {
        let program = self
            .git(
                format!("compare `{directory}` with HEAD"),
                ["status", "--porcelain=v2", "-z", "--no-renames"],
            )
            .args(["--ignore-submodules=all", &format!("--untracked-files={untracked}")])
            .below(directory);
        let printed = program.succeed()?.out;
        let text = String::from_utf8_lossy(&printed);
        Ok(text.split_terminator('\0').filter_map(line).collect())
    }

    /// What the files are whose working copy differs, or may differ, from the index; those that are there.
    fn contents(&self, workdir: &Path, lines: &[Line]) -> Result<BTreeMap<RepoPath, Content>, GitError> {
        let changed = lines.iter().filter(|line| line.is_file_changed);
        let mut contents: BTreeMap<_, _> =
            changed.map(|line| (line.path.clone(), Content::at(workdir, &line.path))).collect();
        let files = contents.iter().filter(|(_, content)| content.file.is_some()).map(|(path, _)| path);
        for (path, id) in self.hash_files(files)? {
            if let Some(content) = contents.get_mut(&path) {
                content.seen = Seen::File(id);
            }
        }
        Ok(contents)
    }

    /// What git would store of these files of the working tree, by its filters and line ends; links and what is reached
    /// through them have no place in the result.
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
    fn seen(&self, content: &Content, blobs: [Option<&ObjectId>; 2]) -> Result<Seen, GitError> {
        let (Seen::File(id), Some(file)) = (content.seen, &content.file) else { return Ok(content.seen) };
        let blobs: Vec<_> = blobs.into_iter().flatten().collect();
        if blobs.contains(&&id) {
            return Ok(content.seen);
        }
        let Ok(bytes) = fs::read(file) else { return Ok(Seen::Something) };
        for blob in blobs.into_iter().filter(|blob| self.contains(**blob)) {
            if self.blob(*blob)?.starts_with(&bytes) {
                return Ok(Seen::CutOff);
            }
        }
        Ok(if bytes.is_empty() { Seen::CutOff } else { content.seen })
    }
}

/// A path of the working tree.
struct Content {
    seen: Seen,
    /// The file, where one is there that is reached without a link.
    file: Option<PathBuf>,
}

impl Content {
    fn at(workdir: &Path, path: &RepoPath) -> Self {
        let file = workdir.join(path.as_str());
        let Ok(metadata) = fs::symlink_metadata(&file) else {
            return Self { seen: Seen::Nothing, file: None };
        };
        let is_inside = metadata.is_file() && parents_are_directories(workdir, path);
        Self { seen: Seen::Something, file: is_inside.then_some(file) }
    }
}

/// Reads a line of `git status --porcelain=v2 -z` (`git help status`, "Porcelain Format Version 2").
fn line(text: &str) -> Option<Line> {
    let mut fields = text.splitn(2, ' ');
    let (kind, rest) = (fields.next()?, fields.next()?);
    let fields = |count: usize| rest.splitn(count, ' ').collect::<Vec<_>>();
    let line =
        |path: &str, staged, is_file_changed| Line { path: RepoPath::new(path), staged, is_file_changed };
    match kind {
        // XY sub mH mI mW hH hI path
        "1" => {
            let [states, _, _, mode, _, _, id, path] = fields(8).try_into().ok()?;
            let (in_index, in_worktree) = states.split_at_checked(1)?;
            let staged = match (in_index, mode) {
                ("D", _) => Seen::Nothing,
                (_, "100644" | "100755") => id.parse().map_or(Seen::Something, Seen::File),
                (_, _) => Seen::Something,
            };
            // Of a file that is not in the index git says nothing here.
            Some(line(path, staged, in_worktree != "." || in_index == "D"))
        }
        // XY sub m1 m2 m3 mW h1 h2 h3 path
        "u" => fields(10).last().map(|path| line(path, Seen::Something, true)),
        "?" => Some(line(rest, Seen::Nothing, true)),
        _ => None,
    }
}

/// Whether the path stays inside the working tree: no directory on the way is a link.
pub(super) fn parents_are_directories(workdir: &Path, path: &RepoPath) -> bool {
    path.ancestors()
        .all(|folder| fs::symlink_metadata(workdir.join(folder.as_str())).is_ok_and(|found| found.is_dir()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_status_are_read() {
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        let file = Seen::File(id.parse().unwrap());
        for (text, expected) in [
            (format!("1 .M N... 100644 100644 100644 {id} {id} a b"), Some(("a b", file, true))),
            (format!("1 A. N... 000000 100644 100644 {id} {id} a"), Some(("a", file, false))),
            (format!("1 D. N... 100644 000000 000000 {id} {id} a"), Some(("a", Seen::Nothing, true))),
            (format!("1 T. N... 100644 120000 120000 {id} {id} a"), Some(("a", Seen::Something, false))),
            (
                format!("u UU N... 100644 100644 100644 100644 {id} {id} {id} a b"),
                Some(("a b", Seen::Something, true)),
            ),
            ("? new file".to_owned(), Some(("new file", Seen::Nothing, true))),
            ("# branch.oid x".to_owned(), None),
        ] {
            let read = line(&text);
            let read = read.as_ref().map(|line| (line.path.as_str(), line.staged, line.is_file_changed));
            assert_eq!(read, expected, "{text}");
        }
    }
}
