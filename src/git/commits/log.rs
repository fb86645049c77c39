//! The commits in which a file became what it is: the registry's own log.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{
    domain::{ObjectId, RepoPath},
    git::{error::GitError, repository::Repository},
    object::{Commit, Mode, Moment},
};

/// So many commits are asked for first, because most callers want the newest one alone.
const FIRST: usize = 8;

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
    /// As `git log` simplifies it: a merge whose file is the same as in one of its parents is no revision, and only the
    /// history of that parent counts. Commits that removed the file are passed over.
    pub fn history(
        &self,
        newest: ObjectId,
        path: &RepoPath,
        mut visit: impl FnMut(Revision) -> ControlFlow<()>,
    ) -> Result<Completeness, GitError> {
        self.walk(newest, path, |id, commit| {
            let entry = self.entry(commit.tree, path.as_str())?;
            let is_file = |mode| matches!(mode, Mode::Regular | Mode::Executable | Mode::Other(_));
            Ok(match entry.filter(|entry| is_file(entry.mode)) {
                Some(entry) => visit(revision(id, commit, entry.id, self.parent_of(commit))),
                None => ControlFlow::Continue(()),
            })
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
        self.walk(newest, path, |id, commit| Ok(visit(Touch { commit: id, parent: self.parent_of(commit) })))
    }

    /// Asks git for the commits that it shows for the path, in its order.
    fn walk(
        &self,
        newest: ObjectId,
        path: &RepoPath,
        mut visit: impl FnMut(ObjectId, &Commit) -> Result<ControlFlow<()>, GitError>,
    ) -> Result<Completeness, GitError> {
        let mut seen = 0;
        for most in [Some(FIRST), None] {
            let context = format!("read the history of `{path}`");
            let limit = most.map(|most| format!("--max-count={most}"));
            let program = self.git(context, ["rev-list"]).args(limit).arg(newest.to_string());
            let listed = program.below(path).succeed()?.text();
            for id in listed.lines().skip(seen).filter_map(|line| line.parse().ok()) {
                seen += 1;
                if visit(id, &self.commit_at(id)?)?.is_break() {
                    return Ok(Completeness::Stopped);
                }
            }
            if seen < FIRST {
                break;
            }
        }
        Ok(if self.is_shallow() { Completeness::Shallow } else { Completeness::Complete })
    }
}

fn revision(id: ObjectId, commit: &Commit, root_blob: ObjectId, parent: Option<ObjectId>) -> Revision {
    let trailers = git2::message_trailers_strs(&commit.message).ok();
    let trailers = trailers.iter().flat_map(|trailers| trailers.iter());
    Revision {
        commit: id,
        time: commit.time,
        author: commit.author.clone(),
        trailers: trailers.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        message: commit.message.clone(),
        parent,
        root_blob,
    }
}
