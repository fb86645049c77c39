//! Checks of single entries: their form, and the origin of held and pinned ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{state::State, verification::Verification};
use crate::{
    domain::{ModuleName, RepoPath, SnapshotVersion},
    git::FileKind,
    registry::{entries_path, entry_repo_path, module_of, root_path},
    rules::registry as rules,
    schema::Schemas,
    source,
    sync::{
        Deviation, SyncError,
        log::{
            compiler::schemas_at,
            past::{LastGood, PastEntry},
        },
    },
};

/// Checks each entry by itself.
///
/// Held and pinned ones may be older than the schemas, and so may all be after these changed.
pub(in crate::sync) fn form(state: &State<'_>, found: &mut Verification) -> Result<(), SyncError> {
    let State { repository, commit, snapshot, root, compiler, .. } = state;
    let Some(tree) = snapshot.tree else { return Ok(()) };
    let schema = if compiler.inputs() == root.inputs {
        // A registry's own schemas may lack what the entry's refers to; the built-in ones do not.
        let own = Schemas::compile("entry", &schemas_at(repository, *commit)?);
        Some(own.or_else(|_| Schemas::compile("entry", &BTreeMap::new()))?)
    } else {
        None
    };
    for file in repository.files(tree, &RepoPath::new(""))? {
        let path = entries_path().join(file.path.as_str());
        let Some(name) = module_of(file.path.as_str()) else {
            found.add(path, &rules::ENTRY_STRAY, "no entry belongs here");
            continue;
        };
        if let Some(odd) = odd_file(file.kind) {
            found.add(path, &rules::ENTRY_FORM, format!("it {}, not a regular file", odd.present()));
            continue;
        }
        let is_fresh = !root.held.contains_key(&name) && !root.pinned.contains_key(&name);
        let bytes = repository.blob(file.id)?;
        let checked = check_layout(&name, &bytes).and_then(|()| match &schema {
            Some(schema) if is_fresh => check_schema(schema, state, &path, &bytes),
            Some(_) | None => Ok(()),
        });
        if let Err(reason) = checked {
            found.add(path, &rules::ENTRY_FORM, reason);
        }
    }
    Ok(())
}

/// Returns what a file is where it is not a regular one.
const fn odd_file(kind: FileKind) -> Option<Deviation> {
    match kind {
        FileKind::Regular => None,
        FileKind::Executable => Some(Deviation::Executable),
        FileKind::Symlink => Some(Deviation::Symlink),
        FileKind::Submodule => Some(Deviation::Submodule),
    }
}

/// Checks an entry by itself: JSON, in canonical layout, and of the module that its path names.
fn check_layout(name: &ModuleName, bytes: &[u8]) -> Result<(), String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let mut canonical = serde_json::to_vec_pretty(&value).map_err(|error| error.to_string())?;
    canonical.push(b'\n');
    if canonical != bytes {
        return Err("its layout is not the canonical one".to_owned());
    }
    if value.get("name").and_then(Value::as_str) != Some(name.as_str()) {
        return Err(format!("its `name` is not `{name}`"));
    }
    Ok(())
}

fn check_schema(schema: &Schemas, state: &State<'_>, path: &RepoPath, bytes: &[u8]) -> Result<(), String> {
    let mut limits = state.compiler.settings.limits;
    // An entry is laid out more widely than its manifest.
    limits.bytes = usize::MAX;
    let Some(document) = source::parse(path, bytes, &limits).document else {
        return Err("it does not parse under the strict rules for manifests".to_owned());
    };
    match schema.check(&document).into_iter().next() {
        Some(finding) => Err(format!("it breaks the schema of entries: {}", finding.message)),
        None => Ok(()),
    }
}

/// Checks that a held entry is one that was published before the hold began.
pub(in crate::sync) fn holds(state: &State<'_>, found: &mut Verification) -> Result<(), SyncError> {
    let State { snapshot, root, past, .. } = state;
    for (name, held) in root.held.iter().filter(|(name, _)| !root.pinned.contains_key(*name)) {
        let since = held.since;
        if since > root.version {
            let message = format!("`{name}` is held since version {since}, which does not exist yet");
            found.add(root_path(), &rules::ROOT_HELD, message);
            continue;
        }
        match past.last_good(name, root.version, snapshot.entries.get(name).copied())? {
            LastGood::Same => {}
            LastGood::Other(_) => {
                let message =
                    format!("it is held since version {since}, but no earlier version contains this entry");
                found.add(entry_repo_path(name), &rules::ENTRY_HELD, message);
            }
            LastGood::Unknown => {
                let before = SnapshotVersion::new(since.get().saturating_sub(1));
                found.add_unverifiable(unknown(before, &format!("`{name}` is held since version {since}")));
            }
        }
    }
    Ok(())
}

/// Checks that a pinned entry is that of the version it is pinned to.
pub(in crate::sync) fn pins(state: &State<'_>, found: &mut Verification) -> Result<(), SyncError> {
    let State { snapshot, root, past, log, .. } = state;
    for (name, pin) in &root.pinned {
        let version = pin.version;
        if version >= root.version || version == SnapshotVersion::EMPTY {
            let message = format!("`{name}` is pinned to version {version}, which is not an earlier version");
            found.add(root_path(), &rules::ROOT_PINNED, message);
            continue;
        }
        let entry = match log.find(version) {
            Some(publication) => past.entry(publication, name)?,
            None if past.has_first_version_pin(name, root)? => PastEntry::Missing,
            None => {
                let message = format!("`{name}` is pinned to version {version}, which was never published");
                found.add(root_path(), &rules::ROOT_PINNED, message);
                continue;
            }
        };
        let now = snapshot.entries.get(name).map_or(PastEntry::Absent, |id| PastEntry::Present(*id));
        match entry {
            PastEntry::Missing => {
                found.add_unverifiable(unknown(version, &format!("`{name}` is pinned to it")));
            }
            entry if entry != now => {
                let message =
                    format!("it is pinned to version {version}, but differs from the entry of that version");
                found.add(entry_repo_path(name), &rules::ENTRY_PINNED, message);
            }
            PastEntry::Present(_) | PastEntry::Absent => {}
        }
    }
    Ok(())
}

fn unknown(version: SnapshotVersion, use_of_it: &str) -> String {
    format!("version {version} is not in this history, and {use_of_it}")
}
