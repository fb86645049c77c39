//! What a commit says: its snapshot, its settings and its schemas.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{SyncError, message::REGISTRY_VERSION};
use crate::{
    compile::Compiler,
    domain::{ModuleName, ObjectFormat, ObjectId, RepoPath, SnapshotVersion},
    git::{FileKind, Repository, Revision},
    object::is_empty_tree,
    registry::{Root, RootError, Snapshot, entries_path, module_of, root_path},
    rules,
    schema::Schemas,
    settings::{self, Settings},
};

/// The directory of a registry's own schemas.
pub const SCHEMAS: &str = "schema";

/// Reads the snapshot that a commit holds. A registry that is not there is empty; one that cannot be trusted is an error.
pub fn snapshot_at(repository: &Repository, commit: ObjectId) -> Result<Snapshot, SyncError> {
    let tree = entries_tree(repository, commit)?;
    let root = repository.file_at(commit, root_path().as_str())?;
    let entries = entries_of(repository, tree)?;
    let untrusted = |error| SyncError::Root { commit: Some(commit), error };
    let (blob, root) = match root {
        Some((blob, bytes)) => (blob, Root::parse(&bytes).map_err(untrusted)?),
        None if entries.is_empty() => {
            return Ok(Snapshot { latest: latest(repository, commit)?, ..Snapshot::default() });
        }
        None => {
            let lost = "there is no such file, but there are entries".to_owned();
            return Err(untrusted(RootError::Inconsistent(lost)));
        }
    };
    let (latest, is_published) = check_provenance(repository, commit, blob, &root)?.map_err(untrusted)?;
    let snapshot = Snapshot { latest, is_published, root: Some(root), tree, entries };
    if let Some(root) = snapshot.root.as_ref().filter(|_| !snapshot.is_tampered()) {
        root.check(&snapshot.entries).map_err(untrusted)?;
    }
    Ok(snapshot)
}

/// Reads the snapshot that a commit holds with the entries that were published, and the files below `registry/modules`
/// that somebody changed by hand. Where the published ones are not in this clone, that is an error.
pub fn published_at(
    repository: &Repository,
    commit: ObjectId,
) -> Result<(Snapshot, BTreeSet<RepoPath>), SyncError> {
    let base = Base::at(repository, commit)?;
    match &base.snapshot.root {
        Some(root) if base.is_lost() => Err(SyncError::LostEntries { tree: root.tree }),
        Some(_) | None => Ok((base.snapshot, base.edited)),
    }
}

/// What a sync starts from.
pub(super) struct Base {
    /// The snapshot, with the entries that were published: those that somebody changed by hand count as what they were.
    /// Where the published ones are not in this clone, it has the changed ones.
    pub(super) snapshot: Snapshot,
    /// The files below `registry/modules` that somebody changed by hand.
    pub(super) edited: BTreeSet<RepoPath>,
}

impl Base {
    /// Reads what a commit holds, and undoes what was done to the entries by hand.
    ///
    /// So the guards and the report speak of what the manifests changed, and no sync vouches for an edited entry.
    pub(super) fn at(repository: &Repository, commit: ObjectId) -> Result<Self, SyncError> {
        let mut snapshot = snapshot_at(repository, commit)?;
        let Some(root) = snapshot.root.clone().filter(|_| snapshot.is_tampered()) else {
            return Ok(Self { snapshot, edited: BTreeSet::new() });
        };
        if !is_at_hand(repository, root.tree) {
            return Ok(Self { snapshot, edited: BTreeSet::new() });
        }
        let published = Some(root.tree).filter(|tree| !is_empty_tree(*tree));
        let folder = entries_path();
        let edited = repository.differences(published, snapshot.tree)?;
        let edited = edited.into_iter().map(|file| folder.join(file.path.as_str())).collect();
        snapshot.entries = entries_of(repository, published)?;
        root.check(&snapshot.entries).map_err(|error| SyncError::Root { commit: Some(commit), error })?;
        Ok(Self { snapshot, edited })
    }

    /// Whether the entries were changed by hand, and nobody here knows what they were.
    pub(super) fn is_lost(&self) -> bool {
        self.snapshot.is_tampered() && self.edited.is_empty()
    }
}

/// Whether a tree is in this clone; the empty one always is.
pub(super) fn is_at_hand(repository: &Repository, tree: ObjectId) -> bool {
    is_empty_tree(tree) || repository.contains(tree)
}

fn entries_tree(repository: &Repository, commit: ObjectId) -> Result<Option<ObjectId>, SyncError> {
    Ok(repository.tree_at(commit, entries_path().as_str())?)
}

pub(super) fn entries_of(
    repository: &Repository,
    tree: Option<ObjectId>,
) -> Result<BTreeMap<ModuleName, ObjectId>, SyncError> {
    let Some(tree) = tree else { return Ok(BTreeMap::new()) };
    let files = repository.files(tree, &RepoPath::new(""))?;
    Ok(files.into_iter().filter_map(|file| Some((module_of(file.path.as_str())?, file.id))).collect())
}

/// Checks where a root comes from, and tells the highest version that was ever published and whether this one was.
///
/// Entries that were changed by hand are drift, which the next sync repairs. A root that was changed by hand is not, for
/// its version and its holds are known nowhere else: it must be one that this program published, or be newer than all of
/// those, as one is that an author compiled and committed.
fn check_provenance(
    repository: &Repository,
    commit: ObjectId,
    blob: ObjectId,
    root: &Root,
) -> Result<Result<(SnapshotVersion, bool), RootError>, SyncError> {
    let mut published = Vec::new();
    repository.history(commit, &root_path(), |revision| {
        if let Some(version) = published_version(&revision) {
            published.push((version, revision.root_blob));
        }
        let is_newest = published.len() == 1 && published[0] == (root.version, blob);
        if is_newest { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let latest = published.iter().map(|(version, _)| *version).max().unwrap_or_default();
    let is_published = published.contains(&(root.version, blob));
    if is_published || root.version > latest {
        return Ok(Ok((latest.max(root.version), is_published)));
    }
    let version = root.version;
    let reason = if published.iter().any(|(other, _)| *other == version) {
        format!("version {version} was published with another content")
    } else {
        format!("it says version {version}, but version {latest} was published")
    };
    Ok(Err(RootError::Inconsistent(reason)))
}

/// The highest version that was ever published, where the root itself is gone.
fn latest(repository: &Repository, commit: ObjectId) -> Result<SnapshotVersion, SyncError> {
    let mut latest = SnapshotVersion::EMPTY;
    repository.history(commit, &root_path(), |revision| {
        latest = latest.max(published_version(&revision).unwrap_or_default());
        ControlFlow::Continue(())
    })?;
    Ok(latest)
}

/// The version that a commit of this program published.
pub fn published_version(revision: &Revision) -> Option<SnapshotVersion> {
    revision.trailers.get(REGISTRY_VERSION)?.parse().ok()
}

/// Reads the settings and schemas of a commit.
pub fn compiler_at(repository: &Repository, commit: ObjectId) -> Result<Compiler, SyncError> {
    let settings = match repository.file_at(commit, settings::FILE_NAME)? {
        Some((_, bytes)) => Some(text_of(RepoPath::new(settings::FILE_NAME), bytes)?),
        None if repository.is_taken(commit, settings::FILE_NAME)? => {
            return Err(SyncError::NotAFile(RepoPath::new(settings::FILE_NAME)));
        }
        None => None,
    };
    compiler(settings.as_deref(), &schemas_at(repository, commit)?, repository.format())
}

/// The texts of a commit's own schemas.
pub(super) fn schemas_at(
    repository: &Repository,
    commit: ObjectId,
) -> Result<BTreeMap<String, String>, SyncError> {
    let mut schemas = BTreeMap::new();
    if let Some(tree) = repository.tree_at(commit, SCHEMAS)? {
        for file in repository.files(tree, &RepoPath::new(""))? {
            if is_schema(&file.path) && matches!(file.kind, FileKind::Regular | FileKind::Executable) {
                let path = RepoPath::new(SCHEMAS).join(file.path.as_str());
                let text = text_of(path, repository.blob(file.id)?)?;
                schemas.insert(file.path.as_str().to_owned(), text);
            }
        }
    }
    Ok(schemas)
}

/// Makes a compiler of the texts of the settings and of the schema folder.
pub fn compiler(
    settings: Option<&str>,
    schemas: &BTreeMap<String, String>,
    format: ObjectFormat,
) -> Result<Compiler, SyncError> {
    let settings = match settings {
        Some(text) => Settings::parse(text, &rules::RULES)?,
        None => Settings::default(),
    };
    Ok(Compiler { schemas: Schemas::load(schemas)?, settings, format })
}

/// Whether a file of the folder of schemas is one; others, such as a README, are nobody's business.
pub fn is_schema(path: &RepoPath) -> bool {
    path.extension() == "json"
}

/// Takes a file for text.
pub fn text_of(path: RepoPath, bytes: Vec<u8>) -> Result<String, SyncError> {
    String::from_utf8(bytes).map_err(|_| SyncError::NotText(path))
}
