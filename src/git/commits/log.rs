//! Walks over commits: the main line, and the commits that changed a path.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{ObjectId, RepoPath},
    git::{error::GitError, repository::Repository},
    object::{Commit, Moment},
};

/// The data of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// The commit.
    pub commit: ObjectId,
    /// The time at which it was made.
    pub time: Moment,
    /// Who wrote it: `name <address>`.
    pub author: String,
    /// Its whole message.
    pub message: String,
    /// Its parents that are in this clone.
    pub parents: Vec<ObjectId>,
    /// The trailers at the end of the message; of a repeated one the last.
    pub trailers: BTreeMap<String, String>,
}

impl CommitInfo {
    /// Returns the first line of the message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// A commit of the main line, with all its parents; the first is the next commit of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCommit {
    /// The commit.
    pub commit: ObjectId,
    /// Its parents that are in this clone.
    pub parents: Vec<ObjectId>,
}

/// The commits that are reachable from some commits and not from another one.
#[derive(Debug, Clone, Copy)]
pub struct Range<'a> {
    /// The commits to start from.
    pub from: &'a [ObjectId],
    /// Neither this commit nor its history is part of the range.
    pub except: Option<ObjectId>,
}

impl Repository {
    /// Returns the commits of the main line, that is the first of `range.from` and its first parents, newest first.
    pub fn main_line(&self, range: Range<'_>) -> Result<Vec<LineCommit>, GitError> {
        let range = Range { from: range.from.get(..1).unwrap_or_default(), ..range };
        let lines = self.rev_list(range, &["--first-parent", "--parents"], None)?;
        let commits = lines.iter().filter_map(|line| {
            let mut ids = line.split(' ').filter_map(|id| id.parse().ok());
            Some(LineCommit { commit: ids.next()?, parents: ids.collect() })
        });
        Ok(commits.collect())
    }

    /// Returns the commits of the main line whose `path` differs from that of their first parent.
    pub fn main_line_changes(
        &self,
        range: Range<'_>,
        path: &RepoPath,
    ) -> Result<BTreeSet<ObjectId>, GitError> {
        let range = Range { from: range.from.get(..1).unwrap_or_default(), ..range };
        let lines = self.rev_list(range, &["--first-parent"], Some(path))?;
        Ok(lines.iter().filter_map(|line| line.parse().ok()).collect())
    }

    /// Returns the newest commit of the main line whose `path` differs from that of its first parent.
    pub fn newest_main_line_change(
        &self,
        range: Range<'_>,
        path: &RepoPath,
    ) -> Result<Option<ObjectId>, GitError> {
        let lines = self.rev_list(range, &["--first-parent", "--max-count=1"], Some(path))?;
        Ok(lines.first().and_then(|line| line.parse().ok()))
    }

    /// Returns all commits of the range in which `path` became what it is, on whatever line, descendants before their
    /// ancestors.
    ///
    /// A merge is one of them where its `path` differs from that of any parent.
    pub fn changes(&self, range: Range<'_>, path: &RepoPath) -> Result<Vec<ObjectId>, GitError> {
        let lines = self.rev_list(range, &["--full-history", "--topo-order"], Some(path))?;
        Ok(lines.iter().filter_map(|line| line.parse().ok()).collect())
    }

    /// Returns the newest commit of the range in which `path` became what it is. Of a merge that took it from one parent
    /// only the history of that parent counts.
    pub fn newest_change(&self, range: Range<'_>, path: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        let lines = self.rev_list(range, &["--max-count=1"], Some(path))?;
        Ok(lines.first().and_then(|line| line.parse().ok()))
    }

    /// Returns all commits of the range, descendants before their ancestors.
    pub fn commits(&self, range: Range<'_>) -> Result<Vec<ObjectId>, GitError> {
        let lines = self.rev_list(range, &["--topo-order"], None)?;
        Ok(lines.iter().filter_map(|line| line.parse().ok()).collect())
    }

    /// Asks git for commits, a line each.
    fn rev_list(
        &self,
        range: Range<'_>,
        options: &[&str],
        path: Option<&RepoPath>,
    ) -> Result<Vec<String>, GitError> {
        let context = match path {
            Some(path) => format!("read the history of `{path}`"),
            None => "read the history".to_owned(),
        };
        let from = range.from.iter().map(ToString::to_string);
        let except = range.except.iter().map(|commit| format!("^{commit}"));
        let program = self.git(context, ["rev-list"]).args(options).args(from.chain(except));
        let program = match path {
            Some(path) => program.below(path),
            None => program,
        };
        Ok(program.succeed()?.text().lines().map(str::to_owned).collect())
    }

    /// Returns the data of a commit.
    pub fn commit_info(&self, id: ObjectId) -> Result<CommitInfo, GitError> {
        let commit = self.commit_at(id)?;
        let trailers = git2::message_trailers_strs(&commit.message).ok();
        let trailers = trailers.iter().flat_map(|trailers| trailers.iter());
        Ok(CommitInfo {
            commit: id,
            time: commit.time,
            author: commit.author.clone(),
            trailers: trailers.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            parents: self.present_parents(&commit),
            message: commit.message,
        })
    }

    /// Returns the parents of a commit, without those that a shallow clone lacks.
    pub fn parents(&self, commit: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        Ok(self.present_parents(&self.commit_at(commit)?))
    }

    fn present_parents(&self, commit: &Commit) -> Vec<ObjectId> {
        let is_present = |parent: &&ObjectId| !self.is_shallow() || self.contains(**parent);
        commit.parents.iter().filter(is_present).copied().collect()
    }

    /// Returns the tips that a merge in progress brings in; none if no merge is in progress.
    pub fn merge_heads(&self) -> Result<Vec<ObjectId>, GitError> {
        if self.is_bare() || !self.path_of("MERGE_HEAD").exists() {
            return Ok(Vec::new());
        }
        // Of several tips, `git rev-parse` prints only the first.
        let text = std::fs::read_to_string(self.path_of("MERGE_HEAD")).unwrap_or_default();
        Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
    }

    /// Returns the commit that a revision names, or `None` if it names none.
    pub fn resolve(&self, revision: &str) -> Result<Option<ObjectId>, GitError> {
        let spec = format!("{revision}^{{commit}}");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", spec.as_str()];
        let ran = self.git(format!("find the revision `{}`", revision.escape_debug()), args).run()?;
        Ok(ran.id().filter(|_| ran.is_success()))
    }
}
