//! The plan of the next snapshot: a pure function of the previous one and of the compiled manifests.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    compile::{Compiled, Registration},
    diagnostic::Diagnostic,
    diff::Changes,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion, closest},
    registry::{Entry, Held, Inputs, Pin, Root, Snapshot},
    sync::{Scope, SyncError},
};

impl Scope {
    /// Names the pinned modules where none is named, and refuses those that are not pinned.
    pub(super) fn resolved(&self, previous: &Snapshot) -> Result<Self, SyncError> {
        let Self::Pinned(names) = self else { return Ok(self.clone()) };
        let pinned = previous.pinned();
        if names.is_empty() {
            return Ok(Self::Pinned(pinned.into_keys().collect()));
        }
        match names.iter().find(|name| !pinned.contains_key(*name)) {
            None => Ok(self.clone()),
            Some(name) => {
                let closest = closest(name.as_str(), pinned.keys().map(ModuleName::as_str));
                let closest = closest.and_then(|name| name.parse().ok());
                Err(SyncError::NotPinned { name: name.clone(), closest })
            }
        }
    }

    /// Returns whether the entry of `name` may be added or updated.
    fn compiles(&self, name: &ModuleName) -> bool {
        match self {
            Self::All => true,
            Self::Modules(names) | Self::Pinned(names) => names.contains(name),
            Self::Orphans | Self::Rollback(_) => false,
        }
    }

    /// Returns whether the entry of `name` may be removed.
    fn removes(&self, name: &ModuleName) -> bool {
        match self {
            Self::All | Self::Orphans => true,
            Self::Modules(names) | Self::Pinned(names) => names.contains(name),
            Self::Rollback(_) => false,
        }
    }

    /// Returns the pins that stay.
    pub(super) fn pinned(&self, previous: &Snapshot) -> BTreeMap<ModuleName, Pin> {
        let mut pinned = previous.pinned();
        if let Self::Pinned(names) = self {
            pinned.retain(|name, _| !names.contains(name));
        }
        pinned
    }
}

/// The input of a plan.
#[derive(Debug)]
pub(super) struct PlanInput<'a> {
    /// The snapshot before.
    pub(super) previous: &'a Snapshot,
    /// The number of the next one.
    pub(super) next: SnapshotVersion,
    /// The entries that may change.
    pub(super) scope: &'a Scope,
    /// The manifests that were compiled, after all checks; none of a pinned module.
    pub(super) compiled: Vec<Compiled>,
    /// The modules whose manifest is what it was when their entry was compiled.
    pub(super) unchanged: BTreeSet<ModuleName>,
}

/// The counts of a report. Every manifest counts once, and so does every removed entry: they add up to what was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Entries that are new.
    pub added: usize,
    /// Entries with another content.
    pub updated: usize,
    /// Entries that are gone.
    pub removed: usize,
    /// Entries that stay as they are, pinned ones among them.
    pub unchanged: usize,
    /// Valid manifests that do not belong in the registry, or are pinned to have no entry.
    pub skipped: usize,
    /// Entries that stay at their last good content because their manifest is invalid.
    pub held: usize,
    /// Invalid manifests that have no entry to hold.
    pub errors: usize,
}

impl Summary {
    /// Counts what the step from one published snapshot to `new` changed.
    pub fn between(new: &Snapshot, changes: &Changes) -> Self {
        let (added, updated, removed) = (changes.added(), changes.updated(), changes.removed());
        let unchanged = new.entries.len() - added - updated;
        Self { added, updated, removed, unchanged, ..Self::default() }
    }

    /// Returns how many modules were seen.
    pub fn total(&self) -> usize {
        let Self { added, updated, removed, unchanged, skipped, held, errors } = *self;
        added + updated + removed + unchanged + skipped + held + errors
    }
}

/// The next snapshot, not yet numbered or written.
#[derive(Debug, Default)]
pub struct Plan {
    /// The id of every entry of the next snapshot.
    pub entries: BTreeMap<ModuleName, ObjectId>,
    /// The contents of the entries that are added or updated.
    pub written: BTreeMap<ModuleName, Entry>,
    /// The entries that are removed, with the id that they had.
    pub removed: BTreeMap<ModuleName, ObjectId>,
    /// The held modules, with reasons.
    pub held: BTreeMap<ModuleName, Held>,
    /// What is pinned, and why. A pinned module without an entry stays without one.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// The modules whose entries stay as they are.
    pub unchanged: BTreeSet<ModuleName>,
    /// The valid modules that do not belong in the registry, or are pinned to have no entry.
    pub skipped: BTreeSet<ModuleName>,
    /// The counts.
    pub summary: Summary,
    /// The diagnostics of the manifests.
    pub diagnostics: Vec<Diagnostic>,
    /// The modules whose entry is what their manifest compiles to.
    pub compiled: BTreeSet<ModuleName>,
    /// Manifests that do not parse or break a rule.
    pub invalid: Vec<RepoPath>,
    /// Those of them that have no entry to hold.
    pub left_out: BTreeSet<RepoPath>,
}

/// Decides what the next snapshot is.
pub(super) fn plan(input: PlanInput<'_>) -> Plan {
    let PlanInput { previous, next, scope, compiled, unchanged } = input;
    let pinned = scope.pinned(previous);
    let files = compiled.iter().filter(|module| module.is_file);
    let named_by_path: BTreeSet<ModuleName> =
        unchanged.iter().cloned().chain(files.filter_map(Compiled::named_by_path)).collect();
    let mut plan = Plan { entries: previous.entries.clone(), ..Plan::default() };
    let mut held: BTreeMap<ModuleName, (String, String)> = BTreeMap::new();
    plan.unchanged = unchanged.iter().filter(|name| scope.compiles(name)).cloned().collect();
    for name in pinned.keys().filter(|name| scope.compiles(name)) {
        let has_entry = previous.entries.contains_key(name);
        let names = if has_entry { &mut plan.unchanged } else { &mut plan.skipped };
        names.insert(name.clone());
    }
    plan.compiled.clone_from(&unchanged);
    let mut present = unchanged;

    for module in compiled {
        let in_scope = module.named_by_path().map_or(*scope == Scope::All, |name| scope.compiles(&name));
        match module.registration {
            Registration::Registered(entry) => {
                present.insert(entry.name.clone());
                if in_scope || previous.entries.get(&entry.name) == Some(&entry.id) {
                    plan.compiled.insert(entry.name.clone());
                }
                if in_scope {
                    plan.register(previous, entry);
                }
            }
            Registration::Skipped => {
                let has_entry = |name| previous.entries.contains_key(name) && !pinned.contains_key(name);
                if in_scope && !module.declared.as_ref().is_some_and(has_entry) {
                    plan.skipped.extend(module.declared);
                }
            }
            Registration::Invalid => {
                let names: Vec<_> = holds(&module, previous, &named_by_path)
                    .into_iter()
                    .filter(|name| !held.contains_key(name) && !pinned.contains_key(name))
                    .collect();
                match (in_scope, names.is_empty()) {
                    (true, true) => {
                        plan.summary.errors += 1;
                        plan.left_out.insert(module.path.clone());
                    }
                    (true, false) => plan.summary.held += 1,
                    (false, _) => {}
                }
                let reason = reason(&module.diagnostics);
                held.extend(names.into_iter().map(|name| (name, reason.clone())));
                if in_scope {
                    plan.invalid.push(module.path);
                }
            }
        }
        if in_scope {
            plan.diagnostics.extend(module.diagnostics);
        }
    }

    plan.remove_orphans(previous, |name| {
        let stays = present.contains(name) || held.contains_key(name) || pinned.contains_key(name);
        !stays && scope.removes(name)
    });
    if *scope == Scope::Orphans {
        plan.unchanged = plan.entries.keys().cloned().collect();
    }
    plan.summary.unchanged = plan.unchanged.len();
    plan.summary.skipped = plan.skipped.len();
    plan.held = number_holds(previous, next, scope, held, &plan);
    plan.pinned = pinned;
    crate::diagnostic::sort(&mut plan.diagnostics);
    plan
}

impl Plan {
    fn register(&mut self, previous: &Snapshot, entry: Entry) {
        let counter = match previous.entries.get(&entry.name) {
            None => &mut self.summary.added,
            Some(id) if *id == entry.id => {
                self.unchanged.insert(entry.name);
                return;
            }
            Some(_) => &mut self.summary.updated,
        };
        *counter += 1;
        self.entries.insert(entry.name.clone(), entry.id);
        self.written.insert(entry.name.clone(), entry);
    }

    fn remove_orphans(&mut self, previous: &Snapshot, is_orphan: impl Fn(&ModuleName) -> bool) {
        for (name, id) in previous.entries.iter().filter(|(name, _)| is_orphan(name)) {
            self.entries.remove(name);
            self.removed.insert(name.clone(), *id);
        }
        self.summary.removed = self.removed.len();
    }

    /// Returns whether the next snapshot differs from the previous one: in its content, its held or its pinned modules. A
    /// different message of a hold alone does not count.
    pub fn differs_from(&self, previous: &Snapshot) -> bool {
        let is_same_hold = |(one, other): ((&ModuleName, &Held), (&ModuleName, &Held))| {
            one.0 == other.0 && one.1.since == other.1.since && one.1.code == other.1.code
        };
        let before = previous.held();
        let is_same_held = self.held.len() == before.len() && self.held.iter().zip(&before).all(is_same_hold);
        self.entries != previous.entries || !is_same_held || self.pinned != previous.pinned()
    }

    /// Returns the root of the next snapshot.
    pub fn root(
        &self,
        version: SnapshotVersion,
        tree: ObjectId,
        source_tree: ObjectId,
        inputs: Inputs,
    ) -> Root {
        Root {
            version,
            tree,
            source_tree,
            inputs,
            module_count: self.entries.len(),
            held: self.held.clone(),
            pinned: self.pinned.clone(),
            is_pre_release: false,
        }
    }
}

/// Returns the entries that an invalid manifest keeps where they are: that of the module that its path names, and that of
/// the name that it declares where no other manifest has that name. Where there is no file, a manifest with the name goes
/// first.
fn holds(
    module: &Compiled,
    previous: &Snapshot,
    named_by_path: &BTreeSet<ModuleName>,
) -> BTreeSet<ModuleName> {
    let is_free = |name: &ModuleName| !named_by_path.contains(name);
    let by_path = module.named_by_path().filter(|name| module.is_file || is_free(name));
    let names = by_path.into_iter().chain(module.declared.clone().filter(is_free));
    names.filter(|name| previous.entries.contains_key(name)).collect()
}

fn reason(diagnostics: &[Diagnostic]) -> (String, String) {
    diagnostics
        .iter()
        .find(|diagnostic| diagnostic.is_error())
        .map(|error| (error.rule.code.to_owned(), error.message.clone()))
        .unwrap_or_default()
}

/// Numbers the holds: one that goes on keeps the version that began it, and those outside the scope stay as they are.
fn number_holds(
    previous: &Snapshot,
    next: SnapshotVersion,
    scope: &Scope,
    found: BTreeMap<ModuleName, (String, String)>,
    plan: &Plan,
) -> BTreeMap<ModuleName, Held> {
    let before = previous.held();
    let mut held: BTreeMap<_, _> = before
        .iter()
        .filter(|(name, _)| !scope.compiles(name) && plan.entries.contains_key(*name))
        .map(|(name, held)| (name.clone(), held.clone()))
        .collect();
    for (name, (code, message)) in found.into_iter().filter(|(name, _)| scope.compiles(name)) {
        // A hold that began later than now was made up.
        let since = before.get(&name).map(|held| held.since).filter(|since| *since < next).unwrap_or(next);
        held.insert(name, Held { since, code, message });
    }
    held
}

#[cfg(test)]
mod tests;
