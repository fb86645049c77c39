//! Comparing the entries with what their manifests compile to.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    state::State,
    verification::{Discrepancy, Verification, is_at_or_below},
};
use crate::{
    compile::Registration,
    domain::{ModuleName, ObjectId, RepoPath},
    git::Range,
    object::{empty_tree, is_empty_tree},
    registry::{Snapshot, entry_repo_path, root_path},
    rules::registry as rules,
    sync::{
        CommittedSources, Draft, DraftInput, Previous, Scope, Sources as _, Started, SyncError,
        VersionedSnapshot, draft,
        log::{compiler::compiler_at, snapshots::is_present},
        plan::select,
    },
};

/// A file, and where that is the root the module that it is about.
type Place = (RepoPath, Option<ModuleName>);

/// Compiles the sources anew and compares.
///
/// The root names the tree that was compiled. A sync of a few modules leaves the others as they were, so an entry is right
/// as well if it is that of the version before and the manifest beside the commit that brought it in compiles to it.
pub(in crate::sync) fn check(
    state: &State<'_>,
    started: Started<'_>,
    found: &mut Verification,
) -> Result<(), SyncError> {
    let State { repository, commit, root, compiler, .. } = state;
    if compiler.inputs() != root.inputs {
        found.add_unverifiable(format!(
            "version {}: schemas, settings or modreg changed since it was compiled: the sources were not compared",
            root.version
        ));
        return Ok(());
    }
    let modules = &compiler.settings.modules;
    let beside =
        repository.tree_at(*commit, modules.as_str())?.unwrap_or_else(|| empty_tree(repository.format()));
    let source_is_here = is_present(repository, root.source_tree);
    let trees: BTreeSet<ObjectId> =
        [Some(beside), source_is_here.then_some(root.source_tree)].into_iter().flatten().collect();
    let mut common: Option<BTreeMap<Place, Discrepancy>> = None;
    for tree in trees {
        let mut differences = differences(&recompile(state, tree, started)?, state);
        if let Some(before) = common {
            differences.retain(|place, _| before.contains_key(place));
        }
        common = Some(differences);
    }
    let mut differences = common.unwrap_or_default();
    if !differences.is_empty() {
        let before = before(state)?;
        let is_left = |place: &Place| match place {
            (_, Some(name)) => is_left_alone(state, before.as_ref(), name),
            (_, None) => Ok(false),
        };
        let mut left = Vec::new();
        for place in differences.keys() {
            if is_left(place)? {
                left.push(place.clone());
            }
        }
        differences.retain(|place, _| !left.contains(place));
    }
    if source_is_here {
        // A finding about the place of a file is more exact than the finding that the file is missing.
        let named = found.discrepancy_paths();
        let is_named = |discrepancy: &Discrepancy| {
            discrepancy.rule.code == rules::ENTRY_MISSING.code && is_at_or_below(&named, &discrepancy.path)
        };
        differences.retain(|_, discrepancy| !is_named(discrepancy));
        found.discrepancies.extend(differences.into_values());
    } else if !differences.is_empty() {
        found.add_unverifiable(format!(
            "version {}: {} entries were compiled from source tree {}, which is not in this clone",
            root.version,
            differences.len(),
            root.source_tree
        ));
    }
    Ok(())
}

/// Returns the version before the one that is checked; `None` if it is not in this clone.
fn before(state: &State<'_>) -> Result<Option<Snapshot>, SyncError> {
    let State { repository, log, root, .. } = state;
    let Some(publication) = log.before(root.version) else {
        return Ok((!log.is_cut_off()).then(Snapshot::default));
    };
    match VersionedSnapshot::of(repository, publication) {
        Ok(before) => Ok(Some(before.snapshot)),
        Err(SyncError::LostEntries { .. } | SyncError::Root { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns whether the run that made this version left a module as the version before had it.
fn is_left_alone(state: &State<'_>, before: Option<&Snapshot>, name: &ModuleName) -> Result<bool, SyncError> {
    let State { snapshot, root, .. } = state;
    let held = root.held.get(name);
    if let Some(before) = before {
        let is_held_alike = before.held().get(name).map(|held| held.since) == held.map(|held| held.since);
        if before.entries.get(name) != snapshot.entries.get(name) || !is_held_alike {
            return Ok(false);
        }
    }
    let is_absent = !snapshot.entries.contains_key(name) && !snapshot.is_tampered();
    Ok(held.is_some() || is_absent || is_of_its_origin(state, name)?)
}

fn recompile(state: &State<'_>, tree: ObjectId, started: Started<'_>) -> Result<Draft, SyncError> {
    let State { repository, snapshot, root, compiler, .. } = state;
    let sources = sources_of(state, tree)?;
    let selection = select::all(sources.manifests());
    let done = started(selection.read.len());
    let snapshot = Snapshot { root: Some((*root).clone()), ..(*snapshot).clone() };
    let previous = Previous { snapshot, next: root.version.next(), is_current: true, ..Previous::default() };
    draft(DraftInput {
        previous: &previous,
        read_entry: &|_, id| Ok(repository.blob(id)?),
        source_tree: &|| Ok(sources.tree()),
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

/// Returns the differences between the registry and a draft.
fn differences(draft: &Draft, state: &State<'_>) -> BTreeMap<Place, Discrepancy> {
    let State { snapshot, root, .. } = state;
    let mut differences = BTreeMap::new();
    let mut differ = |path: RepoPath, name: &ModuleName, rule, message: String| {
        let discrepancy = Discrepancy { path: path.clone(), rule, message, commit: None };
        differences.insert((path, Some(name.clone())), discrepancy);
    };
    for name in draft.plan.written.keys() {
        let (rule, message) = if snapshot.entries.contains_key(name) {
            (&rules::ENTRY_DIFFERS, "it is not what its manifest compiles to")
        } else {
            (&rules::ENTRY_MISSING, "its manifest is registrable, but the entry is missing")
        };
        differ(entry_repo_path(name), name, rule, message.to_owned());
    }
    for name in draft.plan.removed.keys() {
        let message = "it has no registrable manifest";
        differ(entry_repo_path(name), name, &rules::ENTRY_ORPHAN, message.to_owned());
    }
    for (name, held) in &draft.plan.held {
        if !root.held.contains_key(name) && !root.pinned.contains_key(name) {
            let message = format!("`{name}` is not held, but its manifest is invalid ({})", held.code);
            differ(root_path(), name, &rules::ROOT_HELD, message);
        }
    }
    for name in root.held.keys().filter(|name| !draft.plan.held.contains_key(*name)) {
        let message = format!("`{name}` is held, but its manifest is valid");
        differ(root_path(), name, &rules::ROOT_HELD, message);
    }
    differences
}

/// Returns whether an entry is what the manifest beside the commit that brought it in compiles to.
fn is_of_its_origin(state: &State<'_>, name: &ModuleName) -> Result<bool, SyncError> {
    let State { repository, commit, snapshot, .. } = *state;
    let Some(entry) = snapshot.entries.get(name) else { return Ok(false) };
    let range = Range { from: &[commit], except: None };
    let Some(origin) = repository.newest_change(range, &entry_repo_path(name))? else { return Ok(false) };
    let Ok(compiler) = compiler_at(repository, origin) else { return Ok(false) };
    let Some(tree) = repository.tree_at(origin, compiler.settings.modules.as_str())? else {
        return Ok(false);
    };
    let origin = State { compiler: &compiler, ..*state };
    let sources = sources_of(&origin, tree)?;
    let is_its = |path: &&RepoPath| path.module_stem() == name.as_str();
    let paths: Vec<_> = sources.manifests().keys().filter(is_its).cloned().collect();
    let compiled = compiler.compile_all(sources.read(&paths)?, &|| {});
    Ok(compiled.iter().any(
        |module| matches!(&module.registration, Registration::Registered(compiled) if compiled.id == *entry),
    ))
}
