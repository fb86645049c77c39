//! Rollback: a new version with the content of an old one, and pins that keep syncs from undoing it.
//!
//! The bytes of the old entries come back as they are; nothing is compiled. Modules that had no entry then lose theirs,
//! and their pins keep them absent.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    draft::{Draft, entries_tree, parse_entry},
    next_snapshot::{Plan, Summary},
    previous::Previous,
};
use crate::{
    compile::{Compiler, ManifestFile},
    diagnostic::{self, Diagnostic, Severity},
    diff,
    domain::{ModuleName, SnapshotVersion, closest},
    git::Repository,
    registry::{Entry, Pin, Snapshot, entry_repo_path},
    rules,
    sync::{Rollback, SyncError, VersionedSnapshot, log::published::Log},
};

/// Drafts the version after the previous one that brings the old content back.
pub(super) fn draft(
    repository: &Repository,
    before: &Previous,
    log: &Log,
    compiler: &Compiler,
    rollback: &Rollback,
) -> Result<Draft, SyncError> {
    if rollback.version == SnapshotVersion::EMPTY {
        return Err(SyncError::RollbackToNothing);
    }
    let previous = &before.snapshot;
    let target = VersionedSnapshot::find(repository, log, rollback.version)?;
    let read = |id| repository.blob(id);
    let names = rollback.names(previous, &target.snapshot)?;
    let mut plan = plan_rollback(previous, &target.snapshot, &names, rollback);
    let mut values = [BTreeMap::new(), BTreeMap::new()];
    for name in &names {
        let (old, new) = (previous.entries.get(name), target.snapshot.entries.get(name));
        if old == new {
            continue;
        }
        if let Some(id) = old {
            values[0].insert(name.clone(), parse_entry(&read(*id)?));
        }
        if let Some(&id) = new {
            let bytes = read(id)?;
            values[1].insert(name.clone(), parse_entry(&bytes));
            plan.diagnostics.extend(check_old_entry(compiler, name, bytes.clone()));
            plan.written.insert(name.clone(), Entry { name: name.clone(), id, bytes });
        }
    }
    diagnostic::sort(&mut plan.diagnostics);
    let changes = diff::changes(&values[0], &values[1]);
    let tree = entries_tree(&plan, repository.format());
    let is_new = !before.is_current || plan.differs_from(previous);
    // Entries that are not rolled back were compiled from the sources that the last root names. The others are compiled when
    // they are unpinned.
    let compiled = previous.root.as_ref().or(target.snapshot.root.as_ref()).filter(|_| is_new);
    let root =
        compiled.map(|compiled| plan.root(before.next, tree, compiled.source_tree, compiled.inputs.clone()));
    let repaired = before.edited.clone();
    Ok(Draft { read: BTreeSet::new(), plan, changes, repaired, tree, root })
}

impl Rollback {
    /// Returns the modules that go back: those that were named, or all whose entries differ.
    fn names(&self, now: &Snapshot, then: &Snapshot) -> Result<BTreeSet<ModuleName>, SyncError> {
        let known: BTreeSet<&ModuleName> = now.entries.keys().chain(then.entries.keys()).collect();
        if self.modules.is_empty() {
            let differs = |name: &&&ModuleName| now.entries.get(**name) != then.entries.get(**name);
            return Ok(known.iter().filter(differs).map(|name| (*name).clone()).collect());
        }
        let pinned = now.pinned();
        match self.modules.iter().find(|name| !known.contains(name) && !pinned.contains_key(*name)) {
            None => Ok(self.modules.clone()),
            Some(name) => {
                let closest = closest(name.as_str(), known.into_iter().map(ModuleName::as_str));
                let closest = closest.and_then(|name| name.parse().ok());
                Err(SyncError::NeverRegistered { name: name.clone(), version: self.version, closest })
            }
        }
    }
}

/// Plans the way back, except for the contents. A pin takes the place of a hold.
fn plan_rollback(now: &Snapshot, then: &Snapshot, names: &BTreeSet<ModuleName>, rollback: &Rollback) -> Plan {
    let mut plan =
        Plan { entries: now.entries.clone(), held: now.held(), pinned: now.pinned(), ..Plan::default() };
    plan.unchanged = now.entries.keys().cloned().collect();
    let mut summary = Summary::default();
    for name in names {
        let pin = Pin { version: rollback.version, reason: rollback.reason.to_string() };
        plan.pinned.insert(name.clone(), pin);
        plan.held.remove(name);
        match (now.entries.get(name), then.entries.get(name)) {
            (old, new) if old == new => {}
            (None, Some(id)) => {
                plan.entries.insert(name.clone(), *id);
                summary.added += 1;
            }
            (Some(_), Some(id)) => {
                plan.entries.insert(name.clone(), *id);
                summary.updated += 1;
                plan.unchanged.remove(name);
            }
            (Some(id), None) => {
                plan.entries.remove(name);
                plan.removed.insert(name.clone(), *id);
                summary.removed += 1;
                plan.unchanged.remove(name);
            }
            (None, None) => {}
        }
    }
    summary.unchanged = plan.unchanged.len();
    plan.summary = summary;
    plan
}

/// Returns the diagnostics of an old entry under today's schemas and rules. The entry comes back in any case, so that these
/// are only warnings.
fn check_old_entry(compiler: &Compiler, name: &ModuleName, bytes: Vec<u8>) -> Vec<Diagnostic> {
    let path = entry_repo_path(name);
    let mut found = compiler.compile(ManifestFile { path, content: Ok(bytes) }).diagnostics;
    found.retain(|diagnostic| {
        diagnostic.is_error() && diagnostic.rule.code != rules::name_mismatch::MISMATCH.code
    });
    for diagnostic in &mut found {
        diagnostic.severity = Severity::Warning;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        object,
        registry::{Held, Inputs, Root},
        testing::FORMAT,
    };

    fn name(text: &str) -> ModuleName {
        text.parse().unwrap()
    }

    /// Returns a snapshot of entries as `chat=1 drive=2`.
    fn snapshot(entries: &str) -> Snapshot {
        let entry = |pair: &str| {
            let (module, content) = pair.split_once('=').unwrap();
            (name(module), object::blob_id(FORMAT, content.as_bytes()))
        };
        let entries: BTreeMap<_, _> = entries.split_whitespace().map(entry).collect();
        let version = SnapshotVersion::new(7);
        let held = Held { since: version, code: "source/syntax".into(), message: String::new() };
        let root = Root {
            version,
            tree: object::empty_tree(FORMAT),
            source_tree: object::empty_tree(FORMAT),
            inputs: Inputs::from_sha256(&[0; 32]),
            is_pre_release: false,
            module_count: entries.len(),
            held: entries.keys().map(|name| (name.clone(), held.clone())).collect(),
            pinned: BTreeMap::new(),
        };
        Snapshot { root: Some(root), entries, ..Snapshot::default() }
    }

    #[test]
    fn what_differs_or_was_named_goes_back_and_is_pinned() {
        // Counts: added, updated, removed, unchanged.
        for (now, then, modules, after, pinned, expected) in [
            ("chat=1", "chat=1", "", "chat=1", "", [0, 0, 0, 1]),
            ("chat=1", "chat=1", "chat", "chat=1", "chat", [0, 0, 0, 1]),
            ("chat=2 drive=1", "chat=1 drive=1", "", "chat=1 drive=1", "chat", [0, 1, 0, 1]),
            ("chat=2 new=1", "chat=1 old=1", "", "chat=1 old=1", "chat new old", [1, 1, 1, 0]),
            ("chat=2 new=1", "chat=1 old=1", "new", "chat=2", "new", [0, 0, 1, 1]),
            ("chat=2 new=1", "chat=1 old=1", "old", "chat=2 new=1 old=1", "old", [1, 0, 0, 2]),
        ] {
            let (now, then) = (snapshot(now), snapshot(then));
            let modules: BTreeSet<_> = modules.split_whitespace().map(name).collect();
            let rollback = Rollback { version: then.version(), modules, reason: "why".parse().unwrap() };
            let names = rollback.names(&now, &then).unwrap();
            let plan = plan_rollback(&now, &then, &names, &rollback);
            assert_eq!(plan.entries, snapshot(after).entries);
            let pins: Vec<_> = plan.pinned.keys().map(ToString::to_string).collect();
            assert_eq!(pins.join(" "), pinned);
            let Summary { added, updated, removed, unchanged, .. } = plan.summary;
            assert_eq!([added, updated, removed, unchanged], expected, "{after}");
            assert!(plan.held.keys().all(|name| !plan.pinned.contains_key(name)));
        }
    }

    #[test]
    fn a_module_that_never_was_cannot_be_rolled_back() {
        let rollback = |module: &str| Rollback {
            version: SnapshotVersion::new(3),
            modules: [name(module)].into(),
            reason: "why".parse().unwrap(),
        };
        let (now, then) = (snapshot("chat=1"), snapshot("drive=1"));
        let error = rollback("chatt").names(&now, &then).unwrap_err();
        assert!(
            matches!(error, SyncError::NeverRegistered { closest: Some(closest), .. } if closest == name("chat"))
        );
        assert!(rollback("drive").names(&now, &then).is_ok());
    }
}
