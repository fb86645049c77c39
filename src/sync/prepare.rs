//! What a sync of a commit would publish, reading no more manifests than it must.

use std::collections::BTreeSet;

use super::{
    CommittedSources, Draft, Order, Scope, Sources as _, Started, SyncError,
    base::{self, Base},
    draft, rollback, select,
};
use crate::{
    compile::Compiler,
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath},
    git::{GitErrorKind, Repository},
    load::LoadError,
    object,
    registry::Snapshot,
    schema,
};

/// The snapshot of a commit, and the one that would follow it.
#[derive(Debug)]
pub struct Prepared {
    /// The snapshot of the commit.
    pub previous: Snapshot,
    /// The next one.
    pub draft: Draft,
    /// Warnings about files that only look like manifests.
    pub remarks: Vec<Diagnostic>,
    /// How many manifests had to be read.
    pub read: usize,
}

/// Drafts the next snapshot after the one at `commit`, reading only the manifests that changed where that can be told.
pub fn prepare(
    repository: &Repository,
    commit: ObjectId,
    compiler: &Compiler,
    scope: &Scope,
    started: Started<'_>,
) -> Result<Prepared, SyncError> {
    if let Scope::Rollback(rollback) = scope {
        return rollback::prepare(repository, commit, compiler, rollback);
    }
    let base = Base::at(repository, commit)?;
    if let (true, Some(root)) = (base.is_lost(), &base.snapshot.root) {
        return Err(SyncError::LostEntries { tree: root.tree });
    }
    let Base { snapshot: previous, edited } = base;
    let scope = &scope.resolved(&previous)?;
    let modules = &compiler.settings.modules;
    let limit = compiler.settings.limits.bytes;
    let tree = repository.tree_at(commit, modules.as_str())?;
    if tree.is_none() && repository.is_taken(commit, modules.as_str())? {
        return Err(LoadError::NotADirectory(modules.clone()).into());
    }
    let sources = CommittedSources::list(repository, tree, modules, limit)?;
    let before = compiled_before(repository, &previous, compiler)?;
    let selection = match &before {
        Some(before) => select::changed(&previous, before.manifests(), sources.manifests()),
        None => select::all(sources.manifests()),
    };
    if let Scope::Modules(names) = scope {
        refuse_unknown(names, &previous, sources.manifests())?;
    }
    let read = selection.read.len();
    let done = started(read);
    let read_entry = |_: &ModuleName, id| Ok(repository.blob(id)?);
    let mut draft = draft(Order {
        previous: &previous,
        read_entry: &read_entry,
        source_tree: sources.tree(),
        sources: &sources,
        compiler,
        selection,
        scope,
        done: &*done,
    })?;
    draft.repaired = edited;
    if let Some(root) = &mut draft.root {
        let before = before.as_ref().map(CommittedSources::manifests);
        match (scope, &previous.root) {
            // An entry may come from a newer tree than the others, so no tree tells what they were compiled from.
            (Scope::Modules(names) | Scope::Pinned(names), _) => {
                if !covers(names, before, sources.manifests()) {
                    root.source_tree = object::empty_tree(repository.format());
                }
            }
            // What stays was compiled as the last root says.
            (Scope::Orphans, Some(last)) => {
                root.source_tree = last.source_tree;
                root.inputs = last.inputs.clone();
            }
            (Scope::Orphans | Scope::All | Scope::Rollback(_), _) => {}
        }
    }
    let remarks = sources.remarks().to_vec();
    Ok(Prepared { previous, draft, remarks, read })
}

/// The manifests that the previous snapshot was compiled from, where they are at hand and nothing else decides its
/// content now.
fn compiled_before<'a>(
    repository: &'a Repository,
    previous: &Snapshot,
    compiler: &Compiler,
) -> Result<Option<CommittedSources<'a>>, SyncError> {
    let Some(root) = &previous.root else { return Ok(None) };
    // What an author committed by hand says of its sources is no proof that it was compiled from them.
    if !previous.is_published || previous.is_tampered() || root.inputs != compiler.inputs() {
        return Ok(None);
    }
    if !base::is_at_hand(repository, root.source_tree) {
        return Ok(None);
    }
    let tree = Some(root.source_tree).filter(|tree| !object::is_empty_tree(*tree));
    let modules = &compiler.settings.modules;
    match CommittedSources::list(repository, tree, modules, compiler.settings.limits.bytes) {
        Ok(sources) => Ok(Some(sources)),
        Err(SyncError::Git(error)) if matches!(error.kind(), GitErrorKind::MissingObject { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn refuse_unknown(
    names: &BTreeSet<ModuleName>,
    previous: &Snapshot,
    manifests: &select::Manifests,
) -> Result<(), SyncError> {
    let known: BTreeSet<ModuleName> = manifests
        .keys()
        .filter_map(|path| path.module_stem().parse().ok())
        .chain(previous.entries.keys().cloned())
        .collect();
    match names.iter().find(|name| !known.contains(*name)) {
        None => Ok(()),
        Some(name) => {
            let closest = schema::closest(name.as_str(), known.iter().map(ModuleName::as_str));
            let closest = closest.and_then(|name| name.parse().ok());
            Err(SyncError::UnknownModule { name: name.clone(), closest })
        }
    }
}

/// Whether a sync of a few modules compiles all that changed, so that the root may name the whole source tree.
///
/// Where it does not, no one tree is what was compiled, and the root names the empty one: the next sync then reads all.
fn covers(names: &BTreeSet<ModuleName>, before: Option<&select::Manifests>, now: &select::Manifests) -> bool {
    let Some(before) = before else { return false };
    let selected = |path: &RepoPath| path.module_stem().parse().is_ok_and(|name| names.contains(&name));
    let rest = |manifests: &select::Manifests| -> select::Manifests {
        manifests.iter().filter(|(path, _)| !selected(path)).map(|(path, id)| (path.clone(), *id)).collect()
    };
    rest(before) == rest(now)
}
