//! The working tree: the snapshot that a sync of its files would publish, and writing it to disk without a commit.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Deviation, Draft, DraftInput, Log, Previous, RemovalToken, Scope, Started, SyncError, WorkingSources,
    draft,
    drift::{self, Drift, Occupant},
    log::past::{Past, PastEntry},
    on_disk::OnDisk,
    outcome::Refusal,
    plan::{
        draft::{check_versions, plan_of},
        select,
        sources::remarks,
    },
    publish::guard,
};
use crate::{
    compile::{Compiled, Compiler},
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectFormat, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    load::{self, ReadError},
    object,
    registry::{REGISTRY, Root, Snapshot, entries_path, entry_repo_path, module_of, root_path},
};

/// The files of a registry on disk, and what they are compared with.
pub struct WorkingTree<'a> {
    root: &'a Path,
    repository: Option<&'a Repository>,
    previous: Previous,
    is_log_cut_off: bool,
}

impl<'a> WorkingTree<'a> {
    /// Takes the registry at `root`. The snapshot before is the last published one of HEAD, or outside a repository the one
    /// on disk.
    pub fn open(root: &'a Path, repository: Option<&'a Repository>) -> Result<Self, SyncError> {
        let Some(repository) = repository else {
            let snapshot = snapshot_on_disk(root)?;
            let next = snapshot.version().next();
            let is_current = snapshot.root.is_some() || snapshot.entries.is_empty();
            let previous = Previous { snapshot, next, is_current, ..Previous::default() };
            return Ok(Self { root, repository: None, previous, is_log_cut_off: false });
        };
        if let Some(commit) = repository.head()?.commit() {
            return Self::since(root, repository, commit, &Log::of_head(repository, commit)?);
        }
        let next = SnapshotVersion::EMPTY.next();
        let previous = Previous { next, is_current: true, ..Previous::default() };
        Ok(Self { root, repository: Some(repository), previous, is_log_cut_off: false })
    }

    /// Takes the registry at `root` as the successor of that of a commit.
    pub fn since(
        root: &'a Path,
        repository: &'a Repository,
        commit: ObjectId,
        log: &Log,
    ) -> Result<Self, SyncError> {
        let previous = Previous::find(repository, commit, log)?;
        let is_log_cut_off = log.is_cut_off();
        Ok(Self { root, repository: Some(repository), previous, is_log_cut_off })
    }

    /// Takes the pins that a root has as decided, as far as the versions that they name were published. One to a version
    /// that a shallow clone lacks is taken with a remark.
    ///
    /// What the pins of the change remove counts as removed for the guard.
    pub fn adopt_pins(&mut self, root: &Root, log: &Log) -> Result<(), SyncError> {
        let (Some(repository), Some(before)) = (self.repository, self.previous.snapshot.root.clone()) else {
            return Ok(());
        };
        if root.pinned == before.pinned {
            return Ok(());
        }
        self.previous.joined.push(self.previous.snapshot.entries.clone());
        let past = Past::new(repository, log);
        let mut pinned = before.pinned.clone();
        pinned.retain(|name, _| root.pinned.contains_key(name));
        for (name, pin) in root.pinned.iter().filter(|(name, pin)| before.pinned.get(*name) != Some(*pin)) {
            let entries = &mut self.previous.snapshot.entries;
            let Some(publication) = log.find(pin.version) else {
                if log.is_cut_off() {
                    // Only a full clone can check that this is the entry of that version.
                    match read_if_there(self.root, &entry_repo_path(name))? {
                        Some(bytes) => {
                            entries.insert(name.clone(), object::blob_id(repository.format(), &bytes))
                        }
                        None => entries.remove(name),
                    };
                    pinned.insert(name.clone(), pin.clone());
                    let version = pin.version;
                    self.previous.remarks.push(format!(
                        "the pin of `{name}` was not checked: version {version} is not in this shallow clone"
                    ));
                }
                continue;
            };
            match past.entry(publication, name)? {
                PastEntry::Present(id) => entries.insert(name.clone(), id),
                PastEntry::Absent => entries.remove(name),
                PastEntry::Missing => continue,
            };
            pinned.insert(name.clone(), pin.clone());
        }
        self.previous.snapshot.root = Some(Root { pinned, ..before });
        Ok(())
    }

    /// Returns the draft with the root that a change may have, given the root `found` in the change.
    ///
    /// A change may use any number that is free, and its holds may begin with any of these. The age of the sources and of
    /// the settings is no difference, and neither is the wording of a hold.
    pub fn with_expected_root(&self, draft: Draft, found: &Root, log: &Log) -> Draft {
        if draft.root.is_none() && found.version <= log.latest() {
            return draft;
        }
        let version = if log.is_free(found.version) { found.version } else { self.previous.next };
        let mut expected = draft.plan.root(version, draft.tree, found.source_tree, found.inputs.clone());
        let before = self.previous.snapshot.held();
        for (name, held) in &mut expected.held {
            if let Some(other) = found.held.get(name).filter(|other| other.code == held.code) {
                let is_new = !before.contains_key(name);
                if other.since == held.since || is_new && log.is_free(other.since) && other.since <= version {
                    *held = other.clone();
                }
            }
        }
        Draft { root: Some(expected), ..draft }
    }

    /// Returns the root on disk, where there is one; a link or a folder at its place is none.
    pub fn root_on_disk(&self) -> Result<Option<Root>, SyncError> {
        match root_on_disk(self.root) {
            Err(SyncError::NotAFile(_)) => Ok(None),
            found => found,
        }
    }

    /// Returns the snapshot before.
    pub fn previous(&self) -> &Previous {
        &self.previous
    }

    /// Returns whether older versions are missing because the clone is shallow.
    pub const fn is_log_cut_off(&self) -> bool {
        self.is_log_cut_off
    }

    /// Asks the removal guard whether a draft may be written.
    pub fn refuse(&self, draft: &Draft, compiler: &Compiler, allowed: &[&RemovalToken]) -> Option<Refusal> {
        guard::refuse(&self.previous, &draft.plan, compiler.settings.guard, allowed)
    }

    /// Drafts the snapshot that the manifests on disk compile to.
    pub fn draft(&self, compiler: &Compiler, started: Started<'_>) -> Result<WorkingDraft, SyncError> {
        self.draft_from(compiler, &|| self.source_tree(compiler), started)
    }

    /// Drafts the same snapshot for a comparison of its entries: its root names no manifests, which saves hashing them.
    pub fn draft_for_comparison(
        &self,
        compiler: &Compiler,
        started: Started<'_>,
    ) -> Result<WorkingDraft, SyncError> {
        self.draft_from(compiler, &|| Ok(object::empty_tree(compiler.format)), started)
    }

    fn draft_from(
        &self,
        compiler: &Compiler,
        source_tree: &dyn Fn() -> Result<ObjectId, SyncError>,
        started: Started<'_>,
    ) -> Result<WorkingDraft, SyncError> {
        let modules = &compiler.settings.modules;
        let limit = compiler.settings.limits.bytes;
        let sources = WorkingSources::list(self.root, self.repository, modules, limit)?;
        let paths = sources.paths().to_vec();
        let done = started(paths.len());
        let draft = draft(DraftInput {
            previous: &self.previous,
            read_entry: &|name, id| self.read_entry(name, id),
            source_tree,
            sources: &sources,
            compiler,
            selection: select::Selection { read: paths, unchanged: BTreeMap::new() },
            scope: &Scope::All,
            done: &*done,
        })?;
        let remarks = remarks(compiler, &sources);
        Ok(WorkingDraft { draft, remarks, ignored: sources.ignored().to_vec() })
    }

    /// Compares the versions of manifests with those of the entries before, as a sync does; not those of pinned modules.
    pub fn check_versions(
        &self,
        compiler: &Compiler,
        sources: &WorkingSources<'_>,
        compiled: &mut [Compiled],
    ) -> Result<(), SyncError> {
        let snapshot = &self.previous.snapshot;
        let pinned = snapshot.pinned();
        let is_pinned = |name: &ModuleName| pinned.contains_key(name);
        let compared = compiled.iter_mut().filter(|module| !module.declared.as_ref().is_some_and(is_pinned));
        check_versions(compiler, snapshot, &|name, id| self.read_entry(name, id), sources, compared)
    }

    /// Returns the modules that a sync of these manifests would remove, and the reason if the guard refuses that. The
    /// manifests must be complete.
    pub fn removals(
        &self,
        compiler: &Compiler,
        compiled: Vec<Compiled>,
    ) -> (Vec<ModuleName>, Option<String>) {
        let plan = plan_of(&self.previous, compiled);
        let refusal = guard::refuse(&self.previous, &plan, compiler.settings.guard, &[]);
        let refused = refusal.map(|refusal| refusal.reason(&plan));
        (plan.removed.into_keys().collect(), refused)
    }

    /// Returns the tree that git would store of the manifests on disk.
    fn source_tree(&self, compiler: &Compiler) -> Result<ObjectId, SyncError> {
        let (modules, format) = (&compiler.settings.modules, compiler.format);
        if let Some(repository) = self.repository {
            return Ok(repository.tree_on_disk(modules)?.unwrap_or_else(|| object::empty_tree(format)));
        }
        let prefix = format!("{modules}/");
        let mut files = Vec::new();
        for path in load::files(self.root, modules.as_str())? {
            let inside = path.as_str().strip_prefix(&prefix).unwrap_or(path.as_str()).to_owned();
            files.push((inside, blob_id(format, &self.root.join(path.as_str()))?));
        }
        Ok(object::tree_of(format, files).root)
    }

    fn read_entry(&self, name: &ModuleName, id: ObjectId) -> Result<Vec<u8>, SyncError> {
        match self.repository {
            Some(repository) => Ok(repository.blob(id)?),
            None => read(self.root, &entry_repo_path(name)),
        }
    }

    /// Returns the differences between `registry/` on disk and a draft, with the content that each file must have.
    pub fn drift(&self, draft: &Draft) -> Result<Drift, SyncError> {
        let trusts_modes = self.repository.is_none_or(Repository::trusts_file_modes);
        let found = OnDisk::look(self.root, trusts_modes)?;
        let mut drift = Drift { unnameable: found.unnameable.clone(), ..Drift::default() };
        let mut strays = found.places.clone();
        // Git does not know empty folders, but for those of submodules that are not checked out.
        if let Some(repository) = self.repository.filter(|_| !found.empty.is_empty()) {
            let submodules = repository.submodules(&RepoPath::new(REGISTRY))?;
            let not_checked_out = submodules.into_iter().filter(|path| found.empty.contains(path));
            strays.extend(not_checked_out.map(|path| (path, Some(Deviation::Submodule))));
        }
        let mut take = |path: &RepoPath| match strays.remove(path) {
            Some(odd) => odd.map_or(Occupant::File, Occupant::Odd),
            None if found.is_folder(path) => Occupant::Odd(Deviation::Folder),
            None => Occupant::Nothing,
        };
        for (name, id) in &draft.plan.entries {
            let path = entry_repo_path(name);
            let occupant = take(&path);
            if occupant != Occupant::File || object::blob_id(id.format(), &read(self.root, &path)?) != *id {
                let bytes = match draft.plan.written.get(name) {
                    Some(entry) => entry.bytes.clone(),
                    None => self.read_entry(name, *id)?,
                };
                drift.needs(path, occupant, bytes);
            }
        }
        let root_path = root_path();
        let occupant = take(&root_path);
        match draft.root.as_ref().or(self.previous.snapshot.root.as_ref()).map(Root::to_bytes) {
            Some(wanted) => {
                let is_right = occupant == Occupant::File
                    && read_if_there(self.root, &root_path)?.is_some_and(|bytes| bytes == wanted);
                if !is_right {
                    drift.needs(root_path, occupant, wanted);
                }
            }
            None => match occupant {
                // The files in such a folder are strays themselves.
                Occupant::Nothing | Occupant::Odd(Deviation::Folder) => {}
                Occupant::File => drop(drift.remove.insert(root_path)),
                Occupant::Odd(odd) => {
                    drift.odd.insert(root_path.clone(), odd);
                    drift.remove.insert(root_path);
                }
            },
        }
        for (path, odd) in strays {
            drift.odd.extend(odd.map(|odd| (path.clone(), odd)));
            drift.remove.insert(path);
        }
        if let Some(repository) = self.repository {
            // Git may have checked them out with other line ends, or through a filter.
            let stored = repository.ids_on_disk(drift.write.keys())?;
            let is_right = |path: &RepoPath, bytes: &[u8]| {
                stored.get(path) == Some(&object::blob_id(repository.format(), bytes))
            };
            let odd = &drift.odd;
            drift.write.retain(|path, bytes| odd.contains_key(path) || !is_right(path, bytes));
        }
        Ok(drift)
    }

    /// Writes the differences to `registry/` on disk.
    pub fn write(&self, drift: &Drift) -> Result<(), SyncError> {
        drift::write(self.root, self.repository, drift)
    }
}

/// The snapshot that the manifests on disk compile to, and what is beside them.
#[derive(Debug)]
pub struct WorkingDraft {
    /// The snapshot.
    pub draft: Draft,
    /// Warnings about files that only look like manifests.
    pub remarks: Vec<Diagnostic>,
    /// The files and folders that Git ignores and that are, or contain, something with the name of a manifest.
    pub ignored: Vec<RepoPath>,
}

/// Returns the hash that names the entries of a registry in a folder outside Git: that of the repository it was copied from.
pub fn format_on_disk(root: &Path) -> Result<ObjectFormat, SyncError> {
    Ok(root_on_disk(root)?.map_or_else(ObjectFormat::default, |root| root.tree.format()))
}

fn root_on_disk(root: &Path) -> Result<Option<Root>, SyncError> {
    let untrusted = |error| SyncError::Root { commit: None, last_good: None, error };
    read_if_there(root, &root_path())?.map(|bytes| Root::parse(&bytes).map_err(untrusted)).transpose()
}

/// Reads the snapshot in a folder outside git.
fn snapshot_on_disk(root: &Path) -> Result<Snapshot, SyncError> {
    let parsed = root_on_disk(root)?;
    let format = parsed.as_ref().map_or_else(ObjectFormat::default, |root| root.tree.format());
    let (folder, mut entries) = (entries_path(), BTreeMap::new());
    let prefix = format!("{folder}/");
    for path in load::files(root, folder.as_str())? {
        if let Some(name) = path.as_str().strip_prefix(&prefix).and_then(module_of) {
            entries.insert(name, object::blob_id(format, &read(root, &path)?));
        }
    }
    let Some(parsed) = parsed else { return Ok(Snapshot { entries, ..Snapshot::default() }) };
    let paths = entries.iter().map(|(name, id)| (crate::registry::entry_path(name), *id));
    let tree = object::tree_of(format, paths).root;
    Ok(Snapshot { root: Some(parsed), tree: Some(tree), entries })
}

/// Returns the id that git would give to a file, however large it is.
fn blob_id(format: ObjectFormat, path: &Path) -> Result<ObjectId, SyncError> {
    let open = || {
        let file = fs::File::open(path)?;
        object::blob_id_of(format, file.metadata()?.len(), file)
    };
    open().map_err(|source| SyncError::Io { path: path.to_owned(), source })
}

fn read(root: &Path, path: &RepoPath) -> Result<Vec<u8>, SyncError> {
    read_if_there(root, path)?.ok_or_else(|| {
        let source = std::io::ErrorKind::NotFound.into();
        SyncError::Io { path: root.join(path.as_str()), source }
    })
}

/// Reads a regular file of the registry at `root`, or returns `None` if it does not exist.
pub fn read_if_there(root: &Path, path: &RepoPath) -> Result<Option<Vec<u8>>, SyncError> {
    match load::read(root, path, usize::MAX / 2) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Missing(_)) => Ok(None),
        Err(ReadError::NotAFile { path, .. }) => Err(SyncError::NotAFile(path)),
        Err(ReadError::Io { path, source }) => Err(SyncError::Io { path: root.join(path.as_str()), source }),
    }
}
