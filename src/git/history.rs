//! The commits in which a file became what it is: the registry's own log.

use std::{
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fs,
    ops::ControlFlow,
};

use super::{Moment, Repository, error::GitError, from_oid};
use crate::{
    domain::{ObjectId, RepoPath},
    object::Mode,
};

/// A commit that changed the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: ObjectId,
    /// When it was made.
    pub time: Moment,
    /// Who wrote it: `name <address>`.
    pub author: String,
    /// Its whole message.
    pub message: String,
    /// Its first parent; `None` for a first commit and where a shallow clone ends.
    pub parent: Option<ObjectId>,
    /// The file's blob.
    pub root_blob: ObjectId,
    /// The trailers at the end of the message; of a repeated one the last.
    pub trailers: BTreeMap<String, String>,
}

/// A commit that changed or removed what lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: ObjectId,
    /// Its first parent; `None` for a first commit and where a shallow clone ends.
    pub parent: Option<ObjectId>,
}

/// Whether a walk saw everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// It reached the first commits.
    Complete,
    /// The caller ended it.
    Stopped,
    /// The clone is shallow, and older history is not here. The oldest revision seen may really be an older one's.
    Shallow,
}

impl Repository {
    /// Visits the commits from `newest` back that gave the file `path` its content, newest first, until `visit` breaks.
    ///
    /// As `git log` simplifies it: a merge that has the file as one of its parents has it is no revision, and only that
    /// parent's history counts. Commits that removed the file are passed over.
    pub fn history(
        &self,
        newest: ObjectId,
        path: &RepoPath,
        mut visit: impl FnMut(Revision) -> ControlFlow<()>,
    ) -> Result<Completeness, GitError> {
        let is_file = |mode| matches!(mode, Mode::Regular | Mode::Executable | Mode::Other(_));
        self.walk(newest, path, is_file, |commit, blob, parent| match blob {
            Some(blob) => visit(revision(commit, blob, parent)),
            None => ControlFlow::Continue(()),
        })
    }

    /// Visits the commits from `newest` back that changed or removed what lies at `path`, a file or a directory, newest
    /// first and simplified as by [`Repository::history`], until `visit` breaks.
    pub fn touches(
        &self,
        newest: ObjectId,
        path: &RepoPath,
        mut visit: impl FnMut(Touch) -> ControlFlow<()>,
    ) -> Result<Completeness, GitError> {
        self.walk(
            newest,
            path,
            |_| true,
            |commit, _, parent| visit(Touch { commit: from_oid(commit.id()), parent }),
        )
    }

    fn walk(
        &self,
        newest: ObjectId,
        path: &RepoPath,
        counts: fn(Mode) -> bool,
        mut visit: impl FnMut(&git2::Commit<'_>, Option<ObjectId>, Option<ObjectId>) -> ControlFlow<()>,
    ) -> Result<Completeness, GitError> {
        let shallow = self.shallow_boundary()?;
        let mut blobs = Blobs { repository: self, path, counts, known: BTreeMap::new() };
        let mut completeness = Completeness::Complete;
        let (mut queue, mut seen) = (BinaryHeap::new(), BTreeSet::from([newest]));
        queue.push((self.time_of(newest)?, newest));
        while let Some((_, id)) = queue.pop() {
            let commit = self.find_commit(id)?;
            let blob = blobs.at(&commit)?;
            let mut parents = Vec::new();
            let mut same = None;
            if shallow.contains(&id) {
                completeness = Completeness::Shallow;
            } else {
                for parent in commit.parent_ids().map(from_oid) {
                    let parent_commit = self.find_commit(parent)?;
                    if same.is_none() && blobs.at(&parent_commit)? == blob {
                        same = Some(parent);
                    }
                    parents.push(parent);
                }
            }
            let began_without = parents.is_empty() && blob.is_none();
            if let Some(parent) = same {
                parents = vec![parent];
            } else if !began_without && visit(&commit, blob, parents.first().copied()).is_break() {
                return Ok(Completeness::Stopped);
            }
            for parent in parents {
                if seen.insert(parent) {
                    queue.push((self.time_of(parent)?, parent));
                }
            }
        }
        Ok(completeness)
    }

    fn time_of(&self, commit: ObjectId) -> Result<i64, GitError> {
        Ok(self.find_commit(commit)?.time().seconds())
    }

    /// The commits whose parents were left out when the repository was cloned.
    fn shallow_boundary(&self) -> Result<BTreeSet<ObjectId>, GitError> {
        let path = self.common_dir().join("shallow");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().filter_map(|line| line.parse().ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(GitError::io("could not read the limits of the shallow clone", path, error)),
        }
    }
}

/// The file's blob by the tree of its directory: most commits leave that as it is.
struct Blobs<'a> {
    repository: &'a Repository,
    path: &'a RepoPath,
    /// What may lie at the path; anything else counts as nothing.
    counts: fn(Mode) -> bool,
    known: BTreeMap<ObjectId, Option<ObjectId>>,
}

impl Blobs<'_> {
    fn at(&mut self, commit: &git2::Commit<'_>) -> Result<Option<ObjectId>, GitError> {
        let (directory, name) = self.path.as_str().rsplit_once('/').unwrap_or(("", self.path.as_str()));
        let root = from_oid(commit.tree_id());
        let tree = if directory.is_empty() {
            Some(root)
        } else {
            let entry = self.repository.entry(root, directory)?;
            entry.filter(|entry| entry.mode == Mode::Directory).map(|entry| entry.id)
        };
        let Some(tree) = tree else {
            return Ok(None);
        };
        if let Some(blob) = self.known.get(&tree) {
            return Ok(*blob);
        }
        let entry = self.repository.entry(tree, name)?;
        let blob = entry.filter(|entry| (self.counts)(entry.mode)).map(|entry| entry.id);
        self.known.insert(tree, blob);
        Ok(blob)
    }
}

fn revision(commit: &git2::Commit<'_>, root_blob: ObjectId, parent: Option<ObjectId>) -> Revision {
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let trailers = git2::message_trailers_strs(&message).ok();
    let trailers = trailers.iter().flat_map(|trailers| trailers.iter());
    let author = commit.author();
    Revision {
        commit: from_oid(commit.id()),
        time: Moment { seconds: commit.time().seconds(), offset_minutes: commit.time().offset_minutes() },
        author: format!("{} <{}>", text(author.name_bytes()), text(author.email_bytes())),
        trailers: trailers.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        message,
        parent,
        root_blob,
    }
}
