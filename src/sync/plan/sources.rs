//! Where manifests come from: a commit, or the files of the working tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::sync::{SyncError, plan::select::Manifests};
use crate::{
    compile::ManifestFile,
    diagnostic::Diagnostic,
    domain::{ObjectId, RepoPath},
    git::{FileKind, Repository, TreeFile},
    load::{self, Class, EntryKind, Flaw, Listing},
    object::empty_tree,
    source,
};

/// Stands for the blob of a manifest that has none to read.
const NO_BLOB: ObjectId = ObjectId::Sha1([0; 20]);

/// A set of manifests that can be read.
pub trait Sources {
    /// Reads some of them; as many files as paths, in their order.
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError>;
    /// Warnings about files that are no manifests, but look like some.
    fn remarks(&self) -> &[Diagnostic];
}

/// What a listing found, apart from the manifests.
#[derive(Debug, Default)]
struct Findings {
    unreadable: BTreeMap<RepoPath, Diagnostic>,
    remarks: Vec<Diagnostic>,
}

impl Findings {
    fn of(diagnostics: Vec<Diagnostic>) -> Self {
        let (errors, remarks): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(Diagnostic::is_error);
        let unreadable = errors.into_iter().map(|error| (error.source.path().clone(), error)).collect();
        Self { unreadable, remarks }
    }

    fn unreadable(&self, path: &RepoPath) -> Option<ManifestFile> {
        let error = self.unreadable.get(path)?.clone();
        Some(ManifestFile { path: path.clone(), content: Err(Box::new(error)) })
    }
}

/// The manifests of a commit.
pub struct CommittedSources<'a> {
    repository: &'a Repository,
    tree: ObjectId,
    manifests: Manifests,
    findings: Findings,
    size_limit: usize,
}

impl<'a> CommittedSources<'a> {
    /// Lists the manifests of a modules tree, or none where a commit has no such directory.
    pub fn list(
        repository: &'a Repository,
        tree: Option<ObjectId>,
        modules: &RepoPath,
        size_limit: usize,
    ) -> Result<Self, SyncError> {
        let files = match tree {
            Some(tree) => repository.files(tree, modules)?,
            None => Vec::new(),
        };
        let ids: Manifests = files.iter().map(|file| (file.path.clone(), file.id)).collect();
        let listing = listing(modules, files);
        let findings = Findings::of(listing.diagnostics);
        // What cannot be read is never what it was, even where its blob is that of a manifest from before.
        let unreadable = findings.unreadable.keys().map(|path| (path.clone(), NO_BLOB));
        let readable = listing.manifests.iter().filter_map(|path| Some((path.clone(), *ids.get(path)?)));
        let manifests = readable.chain(unreadable).collect();
        Ok(Self {
            repository,
            tree: tree.unwrap_or_else(|| empty_tree(repository.format())),
            manifests,
            findings,
            size_limit,
        })
    }

    /// The git tree of the whole modules directory.
    pub fn tree(&self) -> ObjectId {
        self.tree
    }

    /// The manifests with the blob id of each, and what cannot be read as one although it has the place of one.
    pub fn manifests(&self) -> &Manifests {
        &self.manifests
    }

    fn read_one(&self, path: &RepoPath) -> Result<ManifestFile, SyncError> {
        if let Some(file) = self.findings.unreadable(path) {
            return Ok(file);
        }
        let id = self.manifests[path];
        let size = self.repository.blob_size(id)?;
        let content = if size > self.size_limit {
            Err(Box::new(source::too_large(path, self.size_limit)))
        } else {
            Ok(self.repository.blob(id)?)
        };
        Ok(ManifestFile { path: path.clone(), content })
    }
}

/// What a walk would have found, had the files of a tree been on disk.
fn listing(modules: &RepoPath, files: Vec<TreeFile>) -> Listing {
    let (named, unnameable): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| !file.lossy);
    let folders: BTreeSet<RepoPath> = named.iter().flat_map(|file| file.path.ancestors()).collect();
    let files = named.into_iter().map(|file| {
        let kind = match file.kind {
            FileKind::Regular | FileKind::Executable => EntryKind::File,
            FileKind::Symlink => EntryKind::Symlink,
            FileKind::Submodule => EntryKind::Repository,
        };
        (file.path, kind)
    });
    let folders = folders.into_iter().map(|path| (path, EntryKind::Directory));
    let mut listing = Listing::of(modules, files.chain(folders));
    let looks_like_one =
        |file: &&TreeFile| load::classify(modules, &file.path, EntryKind::File) != Class::Ignored;
    let flaws = unnameable.iter().filter(looks_like_one);
    let flaws = flaws.map(|file| Flaw::NameNotUtf8.diagnostic(&file.path));
    listing.diagnostics.extend(flaws);
    listing
}

impl Sources for CommittedSources<'_> {
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError> {
        let blobs = paths.iter().filter_map(|path| self.manifests.get(path).copied());
        self.repository.fetch_missing(blobs.filter(|blob| *blob != NO_BLOB))?;
        paths.iter().map(|path| self.read_one(path)).collect()
    }

    fn remarks(&self) -> &[Diagnostic] {
        &self.findings.remarks
    }
}

/// The manifests of a folder.
pub struct WorkingSources<'a> {
    root: &'a Path,
    manifests: Vec<RepoPath>,
    findings: Findings,
    size_limit: usize,
}

impl<'a> WorkingSources<'a> {
    /// Takes what a walk of the folder below `root` found.
    pub fn new(root: &'a Path, listing: Listing, size_limit: usize) -> Self {
        let findings = Findings::of(listing.diagnostics);
        let mut manifests = listing.manifests;
        manifests.extend(findings.unreadable.keys().cloned());
        manifests.sort_unstable();
        Self { root, manifests, findings, size_limit }
    }

    /// Where the manifests lie, sorted, with what cannot be read as one although it has the place of one.
    pub fn paths(&self) -> &[RepoPath] {
        &self.manifests
    }

    fn read_one(&self, path: &RepoPath) -> ManifestFile {
        self.findings.unreadable(path).unwrap_or_else(|| ManifestFile {
            path: path.clone(),
            content: load::read(self.root, path, self.size_limit)
                .map_err(|error| Box::new(error.diagnostic())),
        })
    }
}

impl Sources for WorkingSources<'_> {
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError> {
        use rayon::prelude::*;
        Ok(paths.par_iter().map(|path| self.read_one(path)).collect())
    }

    fn remarks(&self) -> &[Diagnostic] {
        &self.findings.remarks
    }
}
