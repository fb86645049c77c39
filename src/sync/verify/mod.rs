//! Whether the registry is whole, and what its sources compile to; of one commit, or of every version there was.

mod blame;
mod history;
mod records;
mod sources;

use std::collections::BTreeSet;

use super::{
    Deviation, Started, SyncError,
    log::{
        compiler::compiler_at,
        past::Past,
        published::Log,
        snapshots::{is_present, root_deviation, snapshot_at},
    },
};
use crate::{
    compile::Compiler,
    diagnostic::Rule,
    domain::{ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::empty_tree,
    registry::{Root, RootError, Snapshot, entries_path, root_path},
    rules::registry as rules,
};

/// How much to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The registry at HEAD.
    Head,
    /// Every published version, and every commit of the main line that changed the registry.
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
    /// What is wrong now, by path.
    pub problems: Vec<Problem>,
    /// What was wrong at earlier commits and no longer is, oldest commit first.
    pub repaired: Vec<Problem>,
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
    let log = Log::read(repository, head)?;
    let mut found = Verification::of(repository, head)?;
    found.head(repository, head, &log, started)?;
    blame::name_commits(repository, head, &mut found.problems)?;
    if extent == Extent::History {
        history::walk(repository, head, log, started, &mut found)?;
    } else {
        log.remarks().into_iter().for_each(|remark| found.unverifiable(remark));
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
            repaired: Vec::new(),
            unverifiable: Vec::new(),
        })
    }

    /// Checks what HEAD contains.
    fn head(
        &mut self,
        repository: &Repository,
        head: ObjectId,
        log: &Log,
        started: Started<'_>,
    ) -> Result<(), SyncError> {
        self.versions = 1;
        let odd_root = root_deviation(repository, head)?;
        let snapshot = match snapshot_at(repository, head) {
            Ok(snapshot) => snapshot,
            Err(SyncError::Root { error, .. }) => {
                self.root(&error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let latest = log.newest_first().next().map(|known| known.version).unwrap_or_default();
        let Some(root) = &snapshot.root else {
            if latest > SnapshotVersion::EMPTY {
                let is = odd_root.map_or_else(|| "is missing".to_owned(), Deviation::present);
                let message = format!("it {is}, but version {latest} was published");
                self.problem(root_path(), &rules::ROOT_MISSING, message);
            }
            return Ok(());
        };
        if let Some(odd) = odd_root {
            let message = format!("it {}, not a regular file", odd.present());
            self.problem(root_path(), &rules::ROOT_EDITED, message);
        }
        self.version = root.version;
        self.entries = snapshot.entries.len();
        let blob = repository.blob_at(head, root_path().as_str())?;
        if let Some(published) = log.get(root.version).filter(|published| Some(published.root) != blob) {
            let message = format!(
                "version {} was published by {} with another content",
                root.version, published.commit
            );
            self.problem(root_path(), &rules::ROOT_INCONSISTENT, message);
        }
        self.state(repository, head, &snapshot, root, log, started)?;
        self.tree(repository, &snapshot, root)
    }

    /// Checks the entries of a snapshot, and what its root says of them.
    fn state(
        &mut self,
        repository: &Repository,
        commit: ObjectId,
        snapshot: &Snapshot,
        root: &Root,
        log: &Log,
        started: Started<'_>,
    ) -> Result<(), SyncError> {
        let compiler = compiler_at(repository, commit)?;
        let past = Past::new(repository, log);
        let state = State { repository, commit, snapshot, root, log, past: &past, compiler: &compiler };
        let folder = entries_path();
        let place = repository.place_at(commit, folder.as_str())?;
        if let Some(odd) = place.and_then(|(mode, _)| Deviation::of_folder_mode(mode)) {
            let message = format!("it {}, not the folder of the entries", odd.present());
            self.problem(folder, &rules::ENTRY_STRAY, message);
            return Ok(());
        }
        records::form(&state, self)?;
        records::holds(&state, self)?;
        records::pins(&state, self)?;
        sources::check(&state, started, self)
    }

    fn problem(&mut self, path: RepoPath, rule: &'static Rule, message: impl Into<String>) {
        self.problems.push(Problem { path, rule, message: message.into(), commit: None });
    }

    /// The paths with which something is wrong so far.
    fn problem_paths(&self) -> BTreeSet<RepoPath> {
        self.problems.iter().map(|problem| problem.path.clone()).collect()
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
    fn tree(&mut self, repository: &Repository, snapshot: &Snapshot, root: &Root) -> Result<(), SyncError> {
        let actual = snapshot.tree.unwrap_or_else(|| empty_tree(repository.format()));
        if actual == root.tree {
            return Ok(());
        }
        let message = format!("the entries have tree {actual}, but the root says {}", root.tree);
        self.problem(root_path(), &rules::ROOT_TREE, message);
        if is_present(repository, root.tree) {
            let named = self.problem_paths();
            for file in repository.differences(Some(root.tree), Some(actual))? {
                let path = entries_path().join(file.path.as_str());
                if !is_at_or_below(&named, &path) {
                    let message = format!("it is not what version {} published", root.version);
                    self.problem(path, &rules::ENTRY_EDITED, message);
                }
            }
        }
        Ok(())
    }
}

/// Whether a file, or one of its folders, is among these paths.
fn is_at_or_below(paths: &BTreeSet<RepoPath>, file: &RepoPath) -> bool {
    paths.contains(file) || file.ancestors().any(|folder| paths.contains(&folder))
}

/// What is checked, with a root that can be read.
struct State<'a> {
    repository: &'a Repository,
    commit: ObjectId,
    snapshot: &'a Snapshot,
    root: &'a Root,
    log: &'a Log,
    past: &'a Past<'a>,
    compiler: &'a Compiler,
}
