//! Where manifests come from: a commit, or the files of the working tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::sync::{SyncError, plan::select::Manifests};
use crate::{
    compile::{Compiler, ManifestFile, Unreadable},
    diagnostic::Diagnostic,
    domain::{ObjectId, RepoPath},
    git::{FileKind, GitError, Repository, TreeFile},
    load::{self, Class, EntryKind, Listing, LoadFault, ReadError},
    object::empty_tree,
    rules, source,
};

/// A set of manifests that can be read.
pub trait Sources {
    /// Reads some of them; as many files as paths, in their order.
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError>;
    /// Warnings about files that are not manifests, but look like some.
    fn remarks(&self) -> &[Diagnostic];
}

/// Returns the findings beside those about manifests, by the settings: on schemas, and on files that look like manifests.
pub(in crate::sync) fn remarks(compiler: &Compiler, sources: &dyn Sources) -> Vec<Diagnostic> {
    let mut remarks = compiler.remarks();
    remarks.extend(rules::apply_settings(sources.remarks().to_vec(), &compiler.settings));
    remarks
}

/// The findings of a listing, apart from the manifests.
#[derive(Debug, Default)]
struct ListingDiagnostics {
    /// The things at places of manifests, or of folders of manifests, that cannot be read as such.
    unreadable: BTreeMap<RepoPath, Diagnostic>,
    remarks: Vec<Diagnostic>,
}

impl ListingDiagnostics {
    fn of(diagnostics: Vec<Diagnostic>) -> Self {
        let (errors, remarks): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(Diagnostic::is_error);
        let unreadable = errors.into_iter().map(|error| (error.source.path().clone(), error)).collect();
        Self { unreadable, remarks }
    }

    fn unreadable(&self, path: &RepoPath) -> Option<ManifestFile> {
        let error = self.unreadable.get(path)?.clone();
        Some(ManifestFile {
            path: path.clone(),
            content: Err(Unreadable { diagnostic: Box::new(error), is_file: false }),
        })
    }
}

/// The manifests of a commit.
pub struct CommittedSources<'a> {
    repository: &'a Repository,
    tree: ObjectId,
    manifests: Manifests,
    diagnostics: ListingDiagnostics,
    size_limit: usize,
}

impl<'a> CommittedSources<'a> {
    /// Lists the manifests of a modules tree, or none if a commit has no such directory.
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
        let ids: BTreeMap<_, _> = files.iter().map(|file| (file.path.clone(), file.id)).collect();
        let listing = listing(modules, files);
        let diagnostics = ListingDiagnostics::of(listing.diagnostics);
        let unreadable = diagnostics.unreadable.keys().map(|path| (path.clone(), None));
        let readable = listing.manifests.iter().map(|path| (path.clone(), ids.get(path).copied()));
        let manifests = readable.chain(unreadable).collect();
        Ok(Self {
            repository,
            tree: tree.unwrap_or_else(|| empty_tree(repository.format())),
            manifests,
            diagnostics,
            size_limit,
        })
    }

    /// Returns the git tree of the whole modules directory.
    pub fn tree(&self) -> ObjectId {
        self.tree
    }

    /// Returns the manifests with the blob id of each, and what cannot be read as one although it has the place of one,
    /// without.
    pub fn manifests(&self) -> &Manifests {
        &self.manifests
    }

    fn read_one(&self, path: &RepoPath) -> Result<ManifestFile, SyncError> {
        if let Some(file) = self.diagnostics.unreadable(path) {
            return Ok(file);
        }
        let id = self.manifests.get(path).copied().flatten().expect("only what was listed is read");
        let size = self.repository.blob_size(id)?;
        let content = if size > self.size_limit {
            let diagnostic = Box::new(source::too_large(path, self.size_limit));
            Err(Unreadable { diagnostic, is_file: true })
        } else {
            Ok(self.repository.blob(id)?)
        };
        Ok(ManifestFile { path: path.clone(), content })
    }
}

/// Returns what a walk would have found, had the files of a tree been on disk.
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
    let looks_like_one = |file: &&TreeFile| {
        let class = load::classify(modules, &file.path, EntryKind::File);
        matches!(class, Class::Manifest | Class::Faulty(_))
    };
    let faults = unnameable.iter().filter(looks_like_one);
    let faults = faults.map(|file| LoadFault::NameNotUtf8.diagnostic(&file.path));
    listing.diagnostics.extend(faults);
    listing
}

impl Sources for CommittedSources<'_> {
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError> {
        let blobs = paths.iter().filter_map(|path| self.manifests.get(path).copied().flatten());
        self.repository.fetch_missing(blobs)?;
        paths.iter().map(|path| self.read_one(path)).collect()
    }

    fn remarks(&self) -> &[Diagnostic] {
        &self.diagnostics.remarks
    }
}

/// The manifests of a folder on disk, as far as a commit could contain them.
pub struct WorkingSources<'a> {
    root: &'a Path,
    manifests: Vec<RepoPath>,
    diagnostics: ListingDiagnostics,
    /// The manifests of which a commit contains only a pointer.
    in_lfs: BTreeSet<RepoPath>,
    ignored: Vec<RepoPath>,
    others: Vec<RepoPath>,
    size_limit: usize,
}

impl<'a> WorkingSources<'a> {
    /// Looks through `folder` below `root`, which is the top of the working tree of `repository` where there is one.
    pub fn list(
        root: &'a Path,
        repository: Option<&Repository>,
        folder: &RepoPath,
        size_limit: usize,
    ) -> Result<Self, SyncError> {
        let ask = |paths: fn(&Repository, &RepoPath) -> Result<BTreeSet<RepoPath>, GitError>| {
            repository.map_or_else(|| Ok(BTreeSet::new()), |repository| paths(repository, folder))
        };
        let mut listing = load::walk(root, folder, &ask(Repository::ignored)?)?;
        for path in &ask(Repository::submodules)? {
            listing.add_repository(path);
        }
        let Listing { mut manifests, diagnostics, ignored, others } = listing;
        let diagnostics = ListingDiagnostics::of(diagnostics);
        manifests.extend(diagnostics.unreadable.keys().cloned());
        manifests.sort_unstable();
        let in_lfs = ask(Repository::stored_with_lfs)?;
        Ok(Self { root, manifests, diagnostics, in_lfs, ignored, others, size_limit })
    }

    /// Returns the files and folders that Git ignores and that are, or contain, something with the name of a manifest;
    /// sorted.
    pub fn ignored(&self) -> &[RepoPath] {
        &self.ignored
    }

    /// Returns the files that are not manifests, sorted.
    pub fn others(&self) -> &[RepoPath] {
        &self.others
    }

    /// Returns the paths of the manifests, sorted, with those of what cannot be read as one although it has the place of
    /// one.
    pub fn paths(&self) -> &[RepoPath] {
        &self.manifests
    }

    /// Returns those of the paths where there is a file.
    pub fn files(&self) -> impl Iterator<Item = &RepoPath> {
        self.manifests.iter().filter(|path| !self.diagnostics.unreadable.contains_key(*path))
    }

    /// Returns the folder that the paths start from.
    pub fn root(&self) -> &Path {
        self.root
    }

    /// Returns the manifest at a path, or what a path is in that a walk does not enter: a repository of its own.
    pub fn find(&self, path: &RepoPath) -> Option<&RepoPath> {
        let above = || self.diagnostics.unreadable.keys().find(|found| found.is_at_or_above(path));
        self.manifests.binary_search(path).ok().map(|index| &self.manifests[index]).or_else(above)
    }

    /// Reads one manifest.
    pub fn read_one(&self, path: &RepoPath) -> ManifestFile {
        if self.in_lfs.contains(path) {
            let diagnostic = Box::new(source::lfs_pointer(path));
            return ManifestFile {
                path: path.clone(),
                content: Err(Unreadable { diagnostic, is_file: true }),
            };
        }
        self.diagnostics.unreadable(path).unwrap_or_else(|| ManifestFile {
            path: path.clone(),
            content: load::read(self.root, path, self.size_limit).map_err(|error| unreadable(&error)),
        })
    }
}

/// Returns why a file on disk cannot be compiled.
pub fn unreadable(error: &ReadError) -> Unreadable {
    let is_file = !matches!(error, ReadError::NotAFile { .. });
    Unreadable { diagnostic: Box::new(error.diagnostic()), is_file }
}

impl Sources for WorkingSources<'_> {
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError> {
        use rayon::prelude::*;
        Ok(paths.par_iter().map(|path| self.read_one(path)).collect())
    }

    fn remarks(&self) -> &[Diagnostic] {
        &self.diagnostics.remarks
    }
}
