//! Whether the entries are what their manifests compile to.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{Problem, State, Verification};
use crate::{
    compile::Outcome,
    domain::{ModuleName, ObjectId, RepoPath},
    object::{empty_tree, is_empty_tree},
    registry::{entry_repo_path, root_path},
    rules::registry as rules,
    sync::{
        CommittedSources, Draft, Order, Scope, Sources as _, SyncError, base, draft, publish::Started, select,
    },
};

/// A file, and where that is the root the module that it is about.
type Place = (RepoPath, Option<ModuleName>);

/// Compiles the sources anew and compares.
///
/// The root names the tree that was compiled. A sync of a few modules takes these from a newer tree, so an entry is
/// right as well if the manifests beside it give it, or those beside the commit that brought it in.
pub(super) fn check(
    state: &State<'_>,
    started: Started<'_>,
    found: &mut Verification,
) -> Result<(), SyncError> {
    let State { repository, commit, root, compiler, .. } = state;
    if compiler.inputs() != root.inputs {
        found.unverifiable(format!(
            "version {}: schemas, settings or modreg changed since it was compiled: the sources were not compared",
            root.version
        ));
        return Ok(());
    }
    let modules = &compiler.settings.modules;
    let beside =
        repository.tree_at(*commit, modules.as_str())?.unwrap_or_else(|| empty_tree(repository.format()));
    let source_is_here = base::is_at_hand(repository, root.source_tree);
    let trees: BTreeSet<ObjectId> =
        [Some(beside), source_is_here.then_some(root.source_tree)].into_iter().flatten().collect();
    let mut common: Option<BTreeMap<Place, Problem>> = None;
    for tree in trees {
        let mut differences = differences(&recompile(state, tree, started)?, state);
        if let Some(before) = common {
            differences.retain(|place, _| before.contains_key(place));
        }
        common = Some(differences);
    }
    let mut differences = common.unwrap_or_default();
    let places: Vec<_> = differences.keys().cloned().collect();
    for place in places {
        if let (path, Some(name)) = &place
            && *path != root_path()
            && is_of_its_origin(state, name)?
        {
            differences.remove(&place);
        }
    }
    if source_is_here {
        found.problems.extend(differences.into_values());
    } else if !differences.is_empty() {
        found.unverifiable(format!(
            "version {}: {} entries were compiled from source tree {}, which is not in this clone",
            root.version,
            differences.len(),
            root.source_tree
        ));
    }
    Ok(())
}

fn recompile(state: &State<'_>, tree: ObjectId, started: Started<'_>) -> Result<Draft, SyncError> {
    let State { repository, snapshot, compiler, .. } = state;
    let sources = sources_of(state, tree)?;
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

fn sources_of<'a>(state: &State<'a>, tree: ObjectId) -> Result<CommittedSources<'a>, SyncError> {
    let settings = &state.compiler.settings;
    let tree = (!is_empty_tree(tree)).then_some(tree);
    CommittedSources::list(state.repository, tree, &settings.modules, settings.limits.bytes)
}

/// Where the registry is not what a draft says.
fn differences(draft: &Draft, state: &State<'_>) -> BTreeMap<Place, Problem> {
    let State { snapshot, root, .. } = state;
    let mut differences = BTreeMap::new();
    let mut differ = |path: RepoPath, name: &ModuleName, rule, message: String| {
        let problem = Problem { path: path.clone(), rule, message, commit: None };
        differences.insert((path, Some(name.clone())), problem);
    };
    for name in draft.plan.written.keys() {
        let (rule, message) = if snapshot.entries.contains_key(name) {
            (&rules::ENTRY_DIFFERS, "it is not what its manifest compiles to")
        } else {
            (&rules::ENTRY_MISSING, "its manifest is registrable, but it has no entry")
        };
        differ(entry_repo_path(name), name, rule, message.to_owned());
    }
    for name in draft.plan.removed.keys() {
        let message = "no registrable manifest stands for it";
        differ(entry_repo_path(name), name, &rules::ENTRY_ORPHAN, message.to_owned());
    }
    for (name, held) in &draft.plan.held {
        // A pinned module may have been rolled back since its manifest broke; the next sync holds it again.
        if !root.held.contains_key(name) && !root.pinned.contains_key(name) {
            let message = format!("`{name}` is not held, but its manifest is invalid ({})", held.code);
            differ(root_path(), name, &rules::ROOT_HELD, message);
        }
    }
    for name in root.held.keys().filter(|name| !draft.plan.held.contains_key(*name)) {
        let message = format!("`{name}` is held, but its manifest is not invalid");
        differ(root_path(), name, &rules::ROOT_HELD, message);
    }
    differences
}

/// Whether an entry is what the manifest beside the commit that brought it in compiles to.
fn is_of_its_origin(state: &State<'_>, name: &ModuleName) -> Result<bool, SyncError> {
    let State { repository, commit, snapshot, .. } = *state;
    let Some(entry) = snapshot.entries.get(name) else { return Ok(false) };
    let mut origin = None;
    repository.touches(commit, &entry_repo_path(name), |touch| {
        origin = Some(touch.commit);
        ControlFlow::Break(())
    })?;
    let Some(origin) = origin.filter(|origin| *origin != commit) else { return Ok(false) };
    let Ok(compiler) = base::compiler_at(repository, origin) else { return Ok(false) };
    let Some(tree) = repository.tree_at(origin, compiler.settings.modules.as_str())? else {
        return Ok(false);
    };
    let origin = State { compiler: &compiler, ..*state };
    let sources = sources_of(&origin, tree)?;
    let is_its = |path: &&RepoPath| path.module_stem() == name.as_str();
    let paths: Vec<_> = sources.manifests().keys().filter(is_its).cloned().collect();
    let compiled = compiler.compile_all(sources.read(&paths)?, &|| {});
    Ok(compiled
        .iter()
        .any(|module| matches!(&module.outcome, Outcome::Registered(compiled) if compiled.id == *entry)))
}
