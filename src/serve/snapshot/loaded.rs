//! A snapshot in memory, with prepared responses for the whole registry, the list and every entry.
//!
//! Invariant: it is complete before any request can see it, and does not change. Each request uses only one.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use jiff::Timestamp;

use super::json::{self, JsonDocument, ListItem, ListedFields};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::Repository,
    registry::{Root, Snapshot},
    serve::http::prepared_response::{Audience, PreparedResponse},
    sync::{Log, SyncError},
};

/// One version of the registry with its prepared responses.
#[derive(Debug)]
pub(crate) struct LoadedSnapshot {
    /// The root of the registry.
    pub(crate) root: Root,
    /// The time of its commit, or `None` if the clone does not contain it.
    pub(crate) published: Option<Timestamp>,
    /// The whole registry as one document.
    pub(crate) document: PreparedResponse,
    /// The list of all modules.
    pub(crate) list: PreparedResponse,
    /// The modules by name.
    pub(crate) modules: BTreeMap<Box<str>, Module>,
    /// The changes from older versions that were already requested.
    pub(crate) changes: ChangesCache,
}

/// A cache of the changes from older versions to the served one. Clients that poll ask for the same few versions.
#[derive(Debug, Default)]
pub(crate) struct ChangesCache(Mutex<BTreeMap<SnapshotVersion, Arc<PreparedResponse>>>);

/// The number of versions for which the changes are cached.
const MAX_CACHED_CHANGES: usize = 64;

impl ChangesCache {
    /// Returns the changes since a version if they are cached.
    pub(crate) fn get(&self, since: SnapshotVersion) -> Option<Arc<PreparedResponse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&since).cloned()
    }

    /// Caches the changes since a version. If the cache is full, those since the oldest version are removed.
    pub(crate) fn insert(&self, since: SnapshotVersion, changes: PreparedResponse) -> Arc<PreparedResponse> {
        let changes = Arc::new(changes);
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.insert(since, Arc::clone(&changes));
        if cached.len() > MAX_CACHED_CHANGES {
            cached.pop_first();
        }
        changes
    }
}

/// A module in a loaded snapshot.
#[derive(Debug)]
pub(crate) struct Module {
    id: ObjectId,
    /// The entry.
    pub(crate) entry: PreparedResponse,
    /// The bytes of the module in the list.
    pub(crate) list_item: Bytes,
    /// The category.
    pub(crate) category: Box<str>,
    /// The keywords in lower case.
    pub(crate) keywords: Box<[Box<str>]>,
}

impl LoadedSnapshot {
    /// Loads a snapshot with this root from the repository. Entries that `before` contains too are taken from there.
    pub(crate) fn read(
        repository: &Repository,
        commit: ObjectId,
        snapshot: &Snapshot,
        root: &Root,
        before: Option<&Self>,
        audience: Audience,
    ) -> Result<Self, SyncError> {
        let entries = read_entries(repository, snapshot, before)?;
        let log = Log::read(repository, commit)?;
        let published = match log.get(root.version) {
            Some(publication) => Some(repository.commit_info(publication.commit)?.time.timestamp()),
            None => None,
        };
        Ok(Self::new(root.clone(), published, &entries, audience))
    }

    fn new(root: Root, published: Option<Timestamp>, entries: &[Entry<'_>], audience: Audience) -> Self {
        let fields: Vec<_> = entries.iter().map(|(_, _, bytes)| listed_fields(bytes)).collect();
        let lines = entries.iter().zip(&fields).map(|((name, _, _), fields)| list_item(&root, name, fields));
        let JsonDocument { bytes, parts: lines } = json::list(root.version, lines.map(Cow::Owned));
        let list = Bytes::from(bytes);
        let whole = entries.iter().map(|(_, _, bytes)| Cow::Borrowed(bytes.as_ref()));
        let JsonDocument { bytes, parts } = json::snapshot(&root, whole);
        let whole = Bytes::from(bytes);
        let modules = entries.iter().zip(fields).zip(parts.into_iter().zip(lines));
        let modules = modules.map(|(((name, id, _), fields), (part, line))| {
            let context = fields.ai_context;
            let module = Module {
                id: *id,
                entry: PreparedResponse::uncompressed(whole.slice(part), &id.to_string(), audience),
                list_item: list.slice(line),
                category: context.category.into(),
                keywords: context.keywords.iter().map(|keyword| keyword.to_lowercase().into()).collect(),
            };
            (Box::from(name.as_str()), module)
        });
        let modules = modules.collect();
        let document = PreparedResponse::compressed(&whole, audience);
        let list = PreparedResponse::compressed(&list, audience);
        Self { root, published, document, list, modules, changes: ChangesCache::default() }
    }

    /// Returns the version.
    pub(crate) fn version(&self) -> SnapshotVersion {
        self.root.version
    }

    /// Returns whether the snapshot was loaded from an equal root.
    pub(crate) fn has_root(&self, root: &Root) -> bool {
        let Root { version, tree, held, pinned, .. } = &self.root;
        (version, tree, held, pinned) == (&root.version, &root.tree, &root.held, &root.pinned)
    }
}

/// The name of a module, the id of its entry, and the bytes of the entry.
type Entry<'a> = (&'a ModuleName, ObjectId, Cow<'a, [u8]>);

/// Reads the bytes of all entries, in the order of their names.
fn read_entries<'a>(
    repository: &Repository,
    snapshot: &'a Snapshot,
    before: Option<&'a LoadedSnapshot>,
) -> Result<Vec<Entry<'a>>, SyncError> {
    let mut entries = Vec::with_capacity(snapshot.entries.len());
    for (name, &id) in &snapshot.entries {
        let known =
            before.and_then(|before| before.modules.get(name.as_str())).filter(|known| known.id == id);
        let bytes = match known {
            Some(known) => Cow::Borrowed(known.entry.body().as_ref()),
            None => Cow::Owned(repository.blob(id)?),
        };
        entries.push((name, id, bytes));
    }
    Ok(entries)
}

/// Parses the fields of an entry that the list contains. Fields that are missing or have another type get their defaults.
fn listed_fields(entry: &[u8]) -> ListedFields<'_> {
    serde_json::from_slice(entry).unwrap_or_default()
}

fn list_item(root: &Root, name: &ModuleName, fields: &ListedFields<'_>) -> Vec<u8> {
    let ListedFields { display_name, version, deprecated, ai_context } = fields;
    json::list_item(&ListItem {
        name: name.as_str(),
        display_name: display_name.as_deref(),
        version,
        category: &ai_context.category,
        purpose: &ai_context.purpose,
        keywords: &ai_context.keywords,
        held: root.held.contains_key(name),
        pinned: root.pinned.contains_key(name),
        deprecated: deprecated.is_some(),
    })
}
