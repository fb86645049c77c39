//! Whether the registry is whole, and what its sources compile to; of one commit, or of every version there was.

mod blame;
mod history;
mod past;
mod records;
mod sources;

use super::{SyncError, base, publish::Started};
use crate::{
    compile::Compiler,
    diagnostic::Rule,
    domain::{ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::empty_tree,
    registry::{Root, RootError, Snapshot, entries_path, root_path},
    rules::registry as rules,
};
use past::Past;

/// How much to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The registry at HEAD.
    Head,
    /// Every version that HEAD's history holds, and every commit between them that touches the registry.
    History,
}

/// What a verification found.
#[derive(Debug)]
pub struct Verification {
    /// The version that was checked, of many the latest.
    pub version: SnapshotVersion,
    /// The tree of its entries.
    pub tree: Option<ObjectId>,
    /// How many entries there are.
    pub entries: usize,
    /// How many versions were checked.
    pub versions: usize,
    /// What is wrong, by path.
    pub problems: Vec<Problem>,
    /// What could not be checked, and why.
    pub unverifiable: Vec<String>,
}

/// Something that is wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: RepoPath,
    /// The rule that it breaks, one of [`crate::rules::registry`].
    pub rule: &'static Rule,
    /// What is wrong.
    pub message: String,
    /// The commit that brought it in, where that is known.
    pub commit: Option<ObjectId>,
}

/// Checks the registry at HEAD, or all its versions.
pub fn verify(
    repository: &Repository,
    extent: Extent,
    started: Started<'_>,
) -> Result<Verification, SyncError> {
    let head = repository.head()?.require_commit()?;
    let past = Past::read(repository, head)?;
    let mut found = Verification::of(repository, head)?;
    found.state(repository, head, &past, started)?;
    blame::name_commits(repository, head, &mut found.problems)?;
    if extent == Extent::History {
        history::walk(repository, head, &past, started, &mut found)?;
    }
    found.problems.sort_by(|a, b| a.key().cmp(&b.key()));
    found.problems.dedup();
    Ok(found)
}

impl Problem {
    /// Their order: by path, then by code.
    fn key(&self) -> (&RepoPath, &str, &str, Option<ObjectId>) {
        (&self.path, self.rule.code, &self.message, self.commit)
    }
}

impl Verification {
    fn of(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        Ok(Self {
            version: SnapshotVersion::EMPTY,
            tree: repository.tree_at(commit, entries_path().as_str())?,
            entries: 0,
            versions: 0,
            problems: Vec::new(),
            unverifiable: Vec::new(),
        })
    }

    /// Checks what one commit holds.
    fn state(
        &mut self,
        repository: &Repository,
        commit: ObjectId,
        past: &Past,
        started: Started<'_>,
    ) -> Result<(), SyncError> {
        self.versions += 1;
        let snapshot = match base::snapshot_at(repository, commit) {
            Ok(snapshot) => snapshot,
            Err(SyncError::Root { error, .. }) => {
                self.root(&error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.version = snapshot.version();
        self.entries = snapshot.entries.len();
        let Some(root) = &snapshot.root else {
            if snapshot.latest > SnapshotVersion::EMPTY {
                let message = format!("it is gone, but version {} was published", snapshot.latest);
                self.problem(root_path(), &rules::ROOT_MISSING, message);
            }
            return Ok(());
        };
        let compiler = base::compiler_at(repository, commit)?;
        let state = State { repository, commit, snapshot: &snapshot, root, compiler: &compiler };
        records::form(&state, self)?;
        records::holds(&state, past, self)?;
        records::pins(&state, past, self)?;
        sources::check(&state, started, self)?;
        self.tree(&state)
    }

    fn problem(&mut self, path: RepoPath, rule: &'static Rule, message: impl Into<String>) {
        self.problems.push(Problem { path, rule, message: message.into(), commit: None });
    }

    fn unverifiable(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.unverifiable.contains(&reason) {
            self.unverifiable.push(reason);
        }
    }

    fn root(&mut self, error: &RootError) {
        let rule = match error {
            RootError::Malformed(_) => &rules::ROOT_MALFORMED,
            RootError::NewerFormat { .. } => &rules::ROOT_NEWER_FORMAT,
            RootError::Edited => &rules::ROOT_EDITED,
            RootError::Inconsistent(_) => &rules::ROOT_INCONSISTENT,
        };
        self.problem(root_path(), rule, error.to_string());
    }

    /// Checks the entries against the tree that the root names.
    fn tree(&mut self, state: &State<'_>) -> Result<(), SyncError> {
        let State { repository, snapshot, root, .. } = state;
        let actual = snapshot.tree.unwrap_or_else(|| empty_tree(repository.format()));
        if actual == root.tree {
            return Ok(());
        }
        let message = format!("the entries have tree {actual}, but the root says {}", root.tree);
        self.problem(root_path(), &rules::ROOT_TREE, message);
        if base::is_at_hand(repository, root.tree) {
            for file in repository.differences(Some(root.tree), Some(actual))? {
                let path = entries_path().join(file.path.as_str());
                if !self.problems.iter().any(|problem| problem.path == path) {
                    let message = format!("it is not what version {} published", root.version);
                    self.problem(path, &rules::ENTRY_EDITED, message);
                }
            }
        }
        Ok(())
    }
}

/// What one commit holds, with a root that can be read.
struct State<'a> {
    repository: &'a Repository,
    commit: ObjectId,
    snapshot: &'a Snapshot,
    root: &'a Root,
    compiler: &'a Compiler,
}
