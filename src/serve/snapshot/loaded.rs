//! One snapshot in memory, with everything that can be said of it ready to be sent.
//!
//! Invariant: it is built whole before anybody sees it, and never changes. A request takes one and answers from it alone.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use jiff::Timestamp;

use super::json::{self, JsonList, ListItem, ListedFields};
use crate::{
    domain::{ModuleName, ObjectId, SnapshotVersion},
    git::Repository,
    registry::{Root, Snapshot},
    serve::http::prepared_response::{Audience, PreparedResponse},
    sync::{Log, SyncError},
};

/// One version of the registry, ready to be served.
#[derive(Debug)]
pub(crate) struct LoadedSnapshot {
    /// What the root says.
    pub(crate) root: Root,
    /// When its commit was made, where the history is at hand.
    pub(crate) published: Option<Timestamp>,
    /// The whole registry.
    pub(crate) document: PreparedResponse,
    /// The list of all modules.
    pub(crate) list: PreparedResponse,
    /// The modules by name.
    pub(crate) modules: BTreeMap<Box<str>, Module>,
    /// What was asked for since it is served.
    pub(crate) changes: ChangesCache,
}

/// The changes from older versions to the one that is served, as far as somebody asked for them: clients that poll ask
/// from the same few versions.
#[derive(Debug, Default)]
pub(crate) struct ChangesCache(Mutex<BTreeMap<SnapshotVersion, Arc<PreparedResponse>>>);

/// So many are cached.
const MAX_CACHED_CHANGES: usize = 64;

impl ChangesCache {
    /// The changes since a version, where they are cached.
    pub(crate) fn get(&self, since: SnapshotVersion) -> Option<Arc<PreparedResponse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&since).cloned()
    }

    /// Keeps the changes since a version in the place of the oldest ones.
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

/// One module.
#[derive(Debug)]
pub(crate) struct Module {
    id: ObjectId,
    /// Its entry.
    pub(crate) entry: PreparedResponse,
    /// What the list says of it.
    pub(crate) list_item: Bytes,
    /// Its category.
    pub(crate) category: Box<str>,
    /// Its keywords, in lower case.
    pub(crate) keywords: Box<[Box<str>]>,
}

impl LoadedSnapshot {
    /// Reads a snapshot with this root from the repository. Entries that `before` has too are taken from there.
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
        let JsonList { bytes, parts: lines } = json::list(root.version, lines.map(Cow::Owned));
        let list = Bytes::from(bytes);
        let whole = entries.iter().map(|(_, _, bytes)| Cow::Borrowed(bytes.as_ref()));
        let JsonList { bytes, parts } = json::snapshot(&root, whole);
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

    /// The version.
    pub(crate) fn version(&self) -> SnapshotVersion {
        self.root.version
    }

    /// Whether it says all that this root says.
    pub(crate) fn has_root(&self, root: &Root) -> bool {
        let Root { version, tree, held, pinned, .. } = &self.root;
        (version, tree, held, pinned) == (&root.version, &root.tree, &root.held, &root.pinned)
    }
}

/// A module, the id of its entry, and the entry.
type Entry<'a> = (&'a ModuleName, ObjectId, Cow<'a, [u8]>);

/// The bytes of every entry, by name.
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

/// What the list says of an entry. A registry's own schema decides what entries hold, so nothing has to be there.
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
