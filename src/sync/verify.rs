//! Whether the registry is whole, and what its sources compile to.

use std::collections::{BTreeMap, BTreeSet};

use super::{CommittedSources, Draft, Order, Scope, SyncError, base, draft, publish::Started, select};
use crate::{
    compile::Compiler,
    diff::ChangeKind,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    object::EMPTY_TREE,
    registry::{ENTRIES, REGISTRY, Root, RootError, Snapshot, entry_repo_path, module_of},
};

/// What a verification found.
#[derive(Debug)]
pub struct Verification {
    /// The version that was checked.
    pub version: SnapshotVersion,
    /// The tree of its entries.
    pub tree: Option<ObjectId>,
    /// How many entries there are.
    pub entries: usize,
    /// What is wrong, by path.
    pub problems: Vec<Problem>,
    /// What could not be checked, and why.
    pub unverifiable: Vec<String>,
}

/// Something that is wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: RepoPath,
    /// What kind of problem it is.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

/// Checks the registry at HEAD.
pub fn verify(repository: &Repository, started: Started<'_>) -> Result<Verification, SyncError> {
    let commit = repository.head()?.born()?;
    let mut found = Verification {
        version: SnapshotVersion::EMPTY,
        tree: repository.tree_at(commit, &format!("{REGISTRY}/{ENTRIES}"))?,
        entries: 0,
        problems: Vec::new(),
        unverifiable: Vec::new(),
    };
    let snapshot = match base::snapshot_at(repository, commit) {
        Ok(snapshot) => snapshot,
        Err(SyncError::Root { error, .. }) => {
            found.root(&error);
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    found.version = snapshot.version();
    found.entries = snapshot.entries.len();
    let Some(root) = &snapshot.root else {
        if snapshot.latest > SnapshotVersion::EMPTY {
            let message = format!("it is gone, but version {} was published", snapshot.latest);
            found.problem(base::root_path(), "root/missing", message);
        }
        return Ok(found);
    };
    found.tree(&snapshot, root);
    found.form(repository, &snapshot)?;
    found.sources(repository, commit, &snapshot, root, started)?;
    found.problems.sort_unstable();
    found.problems.dedup();
    Ok(found)
}

impl Verification {
    fn problem(&mut self, path: RepoPath, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { path, code, message: message.into() });
    }

    fn root(&mut self, error: &RootError) {
        let code = match error {
            RootError::Malformed(_) => "root/malformed",
            RootError::NewerFormat { .. } => "root/newer-format",
            RootError::Edited => "root/edited",
            RootError::Inconsistent(_) => "root/inconsistent",
        };
        self.problem(base::root_path(), code, error.to_string());
    }

    fn tree(&mut self, snapshot: &Snapshot, root: &Root) {
        let actual = snapshot.tree.unwrap_or(EMPTY_TREE);
        if actual != root.tree {
            let message = format!("the entries have tree {actual}, but the root says {}", root.tree);
            self.problem(base::root_path(), "root/tree", message);
        }
        if let Err(error) = root.check(&snapshot.entries) {
            self.root(&error);
        }
    }

    /// Checks each entry by itself.
    fn form(&mut self, repository: &Repository, snapshot: &Snapshot) -> Result<(), SyncError> {
        let Some(tree) = snapshot.tree else { return Ok(()) };
        let prefix = RepoPath::new(format!("{REGISTRY}/{ENTRIES}"));
        for file in repository.files(tree, &RepoPath::new(""))? {
            let path = prefix.join(file.path.as_str());
            match module_of(file.path.as_str()) {
                None => self.problem(path, "entry/stray", "no entry belongs here"),
                Some(name) => {
                    if let Err(reason) = check_entry(&name, &repository.blob(file.id)?) {
                        self.problem(path, "entry/form", reason);
                    }
                }
            }
        }
        Ok(())
    }

    /// Compiles the sources anew and compares.
    ///
    /// The root names the tree that was compiled. A sync of a few modules takes these from a newer tree, so an entry is
    /// right as well if the manifests at HEAD give it.
    fn sources(
        &mut self,
        repository: &Repository,
        commit: ObjectId,
        snapshot: &Snapshot,
        root: &Root,
        started: Started<'_>,
    ) -> Result<(), SyncError> {
        let compiler = base::compiler_at(repository, commit)?;
        if compiler.inputs() != root.inputs {
            let message =
                "schemas or settings changed since the snapshot was compiled: the sources were not compared";
            self.unverifiable.push(message.to_owned());
            return Ok(());
        }
        let modules = &compiler.settings.modules;
        let at_head = repository.tree_at(commit, modules.as_str())?.unwrap_or(EMPTY_TREE);
        let source_is_here = root.source_tree == EMPTY_TREE || repository.contains(root.source_tree)?;
        let trees: BTreeSet<ObjectId> =
            [Some(at_head), source_is_here.then_some(root.source_tree)].into_iter().flatten().collect();
        let mut common: Option<BTreeMap<RepoPath, Problem>> = None;
        for tree in trees {
            let draft = recompile(repository, tree, snapshot, &compiler, started)?;
            let mut differences = differences(&draft, root);
            if let Some(before) = common {
                differences.retain(|path, _| before.contains_key(path));
            }
            common = Some(differences);
        }
        let differences = common.unwrap_or_default();
        if source_is_here {
            self.problems.extend(differences.into_values());
        } else if !differences.is_empty() {
            let tree = root.source_tree;
            self.unverifiable.push(format!(
                "{} entries were compiled from source tree {tree}, which is not in this clone",
                differences.len()
            ));
        }
        Ok(())
    }
}

fn recompile(
    repository: &Repository,
    tree: ObjectId,
    snapshot: &Snapshot,
    compiler: &Compiler,
    started: Started<'_>,
) -> Result<Draft, SyncError> {
    let tree = (tree != EMPTY_TREE).then_some(tree);
    let limit = compiler.settings.limits.bytes;
    let sources = CommittedSources::list(repository, tree, &compiler.settings.modules, limit)?;
    let selection = select::all(sources.manifests());
    let done = started(selection.read.len());
    draft(Order {
        previous: snapshot,
        read_entry: &|_, id| Ok(repository.blob(id)?),
        source_tree: sources.tree(),
        sources: &sources,
        compiler,
        selection,
        scope: &Scope::All,
        done: &*done,
    })
}

/// Where the registry is not what a draft says, by path.
fn differences(draft: &Draft, root: &Root) -> BTreeMap<RepoPath, Problem> {
    let mut differences = BTreeMap::new();
    let mut differ = |path: RepoPath, code, message: &str| {
        let problem = Problem { path: path.clone(), code, message: message.to_owned() };
        differences.insert(path, problem);
    };
    for change in &draft.changes {
        let (code, message) = match change.kind {
            ChangeKind::Added { .. } => ("entry/missing", "its manifest is registrable, but it has no entry"),
            ChangeKind::Updated { .. } => ("entry/differs", "it is not what its manifest compiles to"),
            ChangeKind::Removed { .. } => ("entry/orphan", "no registrable manifest stands for it"),
        };
        differ(entry_repo_path(&change.name), code, message);
    }
    if !draft.plan.held.keys().eq(root.held.keys()) {
        differ(base::root_path(), "root/held", "it does not hold the modules whose manifests are invalid");
    }
    differences
}

/// Checks an entry by itself: JSON, in canonical layout, by the schema, and of the module that its path stands for.
fn check_entry(name: &ModuleName, bytes: &[u8]) -> Result<(), String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let mut canonical = serde_json::to_vec_pretty(&value).map_err(|error| error.to_string())?;
    canonical.push(b'\n');
    if canonical != bytes {
        return Err("its layout is not the canonical one".to_owned());
    }
    if value.get("name").and_then(serde_json::Value::as_str) != Some(name.as_str()) {
        return Err(format!("its `name` is not `{name}`"));
    }
    Ok(())
}
