//! The next snapshot, ready to be written: reads what must be read, compiles it, plans, and compares with the previous
//! snapshot. Shared by every command that asks "what would change?".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    next_snapshot::{self, Plan, PlanInput},
    previous::Previous,
    select::Selection,
    sources::Sources,
};
use crate::{
    compile::{self, Compiled, Compiler, ManifestFile, Registration},
    diagnostic::Finding,
    diff::{self, Changes},
    domain::{ModuleName, ObjectFormat, ObjectId, RepoPath},
    object,
    registry::{Root, Snapshot, entry_path, entry_repo_path},
    rules,
    sync::{Deviation, Scope, SyncError},
};

/// How many manifests are in memory at once: enough to keep every thread busy, few enough to stay small.
const BATCH: usize = 512;

/// Returns the bytes of an entry of the previous snapshot.
pub type ReadEntry<'a> = dyn Fn(&ModuleName, ObjectId) -> Result<Vec<u8>, SyncError> + 'a;

/// The input of a draft.
pub struct DraftInput<'a> {
    /// The snapshot before.
    pub previous: &'a Previous,
    /// Reads its entries.
    pub read_entry: &'a ReadEntry<'a>,
    /// Returns the git tree of the directory of the manifests, which a new root names.
    pub source_tree: &'a dyn Fn() -> Result<ObjectId, SyncError>,
    /// The manifests.
    pub sources: &'a dyn Sources,
    /// The schemas and settings.
    pub compiler: &'a Compiler,
    /// The manifests to read.
    pub selection: Selection,
    /// The entries that may change.
    pub scope: &'a Scope,
    /// Called for every manifest that is done.
    pub done: &'a (dyn Fn() + Sync),
}

/// The next snapshot, not yet written.
#[derive(Debug)]
pub struct Draft {
    /// The manifests that were read, sorted.
    pub read: BTreeSet<RepoPath>,
    /// The plan: what stays, what changes, and the diagnostics.
    pub plan: Plan,
    /// The changes field by field.
    pub changes: Changes,
    /// The generated paths that are not what was published, and are replaced.
    pub repaired: BTreeMap<RepoPath, Deviation>,
    /// The git tree of the entries.
    pub tree: ObjectId,
    /// The next root, or `None` if the previous snapshot is current.
    pub root: Option<Root>,
}

/// Compiles the selected manifests and drafts the next snapshot.
pub fn draft(input: DraftInput<'_>) -> Result<Draft, SyncError> {
    let DraftInput { previous, read_entry, source_tree, sources, compiler, mut selection, scope, done } =
        input;
    let snapshot = &previous.snapshot;
    let pinned = scope.pinned(snapshot);
    let is_pinned = |name: &ModuleName| pinned.contains_key(name);
    // Pinned modules are left alone, whatever their manifests are.
    let (left_alone, chosen): (Vec<_>, Vec<_>) = selection
        .read
        .into_iter()
        .partition(|path| path.module_stem().parse().is_ok_and(|name| is_pinned(&name)));
    selection.read = chosen;
    let others: Vec<_> = left_alone.into_iter().chain(selection.unchanged.values().cloned()).collect();
    let read = selection.read.iter().cloned().collect();
    let mut compiled = Vec::with_capacity(selection.read.len());
    for batch in selection.read.chunks(BATCH) {
        compiled.extend(compiler.compile_all(sources.read(batch)?, done));
    }
    // Where two manifests hold one entry, the first one is the reason.
    compiled.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let read_again = |path: &RepoPath| read_one(sources, path);
    compile::refuse_duplicates(compiler, &mut compiled, &others, read_again)?;
    let compared = compiled.iter_mut().filter(|module| !module.declared.as_ref().is_some_and(is_pinned));
    check_versions(compiler, snapshot, read_entry, sources, compared)?;

    let next = previous.next;
    let unchanged = selection.unchanged.into_keys().collect();
    let input = PlanInput { previous: snapshot, next, scope, compiled, unchanged };
    let plan = next_snapshot::plan(input);
    let changes = compare(&plan, snapshot, read_entry)?;
    let tree = entries_tree(&plan, compiler.format);
    let is_new = !previous.is_current || plan.differs_from(snapshot);
    let root = if is_new { Some(plan.root(next, tree, source_tree()?, compiler.inputs())) } else { None };
    let mut repaired = previous.edited.clone();
    if snapshot.root.is_none() {
        // What was there before the first version goes, unless it is an entry now.
        repaired.retain(|path, _| !plan.entries.keys().any(|name| entry_repo_path(name) == *path));
    }
    Ok(Draft { read, plan, changes, repaired, tree, root })
}

/// Decides what the next snapshot is, given all manifests that were compiled.
pub(in crate::sync) fn plan_of(previous: &Previous, compiled: Vec<Compiled>) -> Plan {
    let Previous { snapshot, next, .. } = previous;
    let (scope, unchanged) = (&Scope::All, BTreeSet::new());
    next_snapshot::plan(PlanInput { previous: snapshot, next: *next, scope, compiled, unchanged })
}

/// Returns the git tree of the entries of a plan.
pub(super) fn entries_tree(plan: &Plan, format: ObjectFormat) -> ObjectId {
    object::tree_of(format, plan.entries.iter().map(|(name, id)| (entry_path(name), *id))).root
}

fn read_one(sources: &dyn Sources, path: &RepoPath) -> Result<ManifestFile, SyncError> {
    let mut files = sources.read(std::slice::from_ref(path))?;
    Ok(files.pop().expect("as many files as paths"))
}

/// Warns where the content of a module changed and its version did not go up; settings may make that an error.
pub(in crate::sync) fn check_versions<'c>(
    compiler: &Compiler,
    previous: &Snapshot,
    read_entry: &ReadEntry<'_>,
    sources: &dyn Sources,
    compiled: impl Iterator<Item = &'c mut Compiled>,
) -> Result<(), SyncError> {
    for module in compiled {
        let Registration::Registered(entry) = &module.registration else { continue };
        let Some(&old_id) = previous.entries.get(&entry.name).filter(|id| **id != entry.id) else { continue };
        let old = parse_entry(&read_entry(&entry.name, old_id)?);
        let Some(finding) = version_finding(&old, &parse_entry(&entry.bytes)) else { continue };
        let placed = compile::place(compiler, &read_one(sources, &module.path)?, finding);
        module.diagnostics.extend(rules::apply_settings(placed, &compiler.settings));
        if module.diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error) {
            module.registration = Registration::Invalid;
        }
    }
    Ok(())
}

/// Compares the versions of two entries of one module whose contents differ. The place of the manifest is no content.
fn version_finding(old: &Value, new: &Value) -> Option<Finding> {
    let content = |entry: &Value| {
        let mut entry = entry.clone();
        if let Some(fields) = entry.as_object_mut() {
            fields.remove("source");
            fields.remove("version");
        }
        entry
    };
    let version = |entry: &Value| entry.get("version")?.as_str()?.parse::<semver::Version>().ok();
    let (before, now) = (version(old)?, version(new)?);
    let finding = rules::version::check(&before, &now)?;
    (content(old) != content(new) || before != now).then_some(finding)
}

fn compare(plan: &Plan, previous: &Snapshot, read_entry: &ReadEntry<'_>) -> Result<Changes, SyncError> {
    let mut old = BTreeMap::new();
    for name in plan.written.keys().chain(plan.removed.keys()) {
        if let Some(id) = previous.entries.get(name) {
            old.insert(name.clone(), parse_entry(&read_entry(name, *id)?));
        }
    }
    let new = plan.written.iter().map(|(name, entry)| {
        let content = parse_entry(&entry.bytes);
        let is_compared = old.contains_key(name) || !plan.removed.is_empty();
        (name.clone(), if is_compared { content } else { version_and_permissions(&content) })
    });
    Ok(diff::changes(&old, &new.collect()))
}

/// Returns the parts of a new entry that a change shows: its version and the permissions of its actions. The rest is
/// only needed to find renames, so without removed modules it is not kept in memory.
fn version_and_permissions(entry: &Value) -> Value {
    let actions = entry.pointer("/aiContext/actions").and_then(Value::as_array).into_iter().flatten();
    let permissions = actions.filter_map(|action| action.get("permissions"));
    let actions: Vec<Value> = permissions.map(|list| json!({ "permissions": list })).collect();
    json!({ "version": entry.get("version"), "aiContext": { "actions": actions } })
}

/// Reads an entry for comparison. One that was broken by hand compares as the text that it is, so that it differs
/// from any good one.
pub fn parse_entry(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
