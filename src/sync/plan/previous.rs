//! What the next snapshot starts from: the published version with the highest number, whatever HEAD contains now.

use std::collections::BTreeMap;

use crate::{
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    registry::{Root, RootError, Snapshot, entries_path, entry_repo_path, root_path},
    settings::Guard,
    sync::{
        Deviation, SyncError, VersionedSnapshot,
        log::{
            compiler::settings_at,
            past::{LastGood, Past, PastEntry},
            published::{Log, Publication},
            snapshots::{deviations, entries_of, is_present, outline_at, root_deviation},
        },
    },
};

/// The snapshot before, and how the registry at the commit that is read relates to it.
#[derive(Debug, Default)]
pub struct Previous {
    /// The snapshot, with entries that were published: a held or pinned one that never was is replaced.
    pub snapshot: Snapshot,
    /// The number of the next version.
    pub next: SnapshotVersion,
    /// Whether the commit contains this very snapshot, so that an equal result makes no new version.
    pub is_current: bool,
    /// The version that the commit contains instead, where that is another one.
    pub reverted_to: Option<SnapshotVersion>,
    /// The generated paths that are not what was published, and will be replaced.
    pub edited: BTreeMap<RepoPath, Deviation>,
    /// The entries of other lines that a merge joined, which the guard looks at too.
    pub joined: Vec<BTreeMap<ModuleName, ObjectId>>,
    /// The guard's settings when the snapshot was published.
    pub guard: Option<Guard>,
    /// Irregularities in the log, as sentences for people.
    pub remarks: Vec<String>,
}

impl Previous {
    /// Finds the snapshot before the next one of `commit`, whose log is given.
    ///
    /// A root in `commit` that cannot be read is an error, because only a person can decide what it should contain.
    pub fn find(repository: &Repository, commit: ObjectId, log: &Log) -> Result<Self, SyncError> {
        let present_root = repository.blob_at(commit, root_path().as_str())?;
        let with_remedy = |error| match distrust(error, commit) {
            Ok((commit, error)) => {
                let last_good = last_good(repository, log, present_root);
                SyncError::Root { commit: Some(commit), last_good, error }
            }
            Err(error) => error,
        };
        let present = outline_at(repository, commit).map_err(with_remedy)?;
        let odd_root = root_deviation(repository, commit)?;
        let mut remarks = log.remarks();
        let mut before = None;
        for publication in log.newest_first() {
            match VersionedSnapshot::of(repository, publication) {
                Ok(found) => {
                    before = Some((publication, found.snapshot));
                    break;
                }
                Err(error @ SyncError::LostEntries { .. }) if log.is_cut_off() => return Err(error),
                // A root published nothing if it contradicts its entries, or if they are not in this repository.
                Err(error) if present_root != Some(publication.root) => {
                    let Publication { version, commit, .. } = publication;
                    let (_, error) = distrust(error, *commit)?;
                    remarks.push(format!("version {version} of commit {commit} was skipped: {error}"));
                }
                Err(error) => return Err(with_remedy(error)),
            }
        }
        let next = log.next();
        if next >= SnapshotVersion::HIGHEST {
            return Err(SyncError::TooHighVersion { wanted: next });
        }
        let Some((publication, snapshot)) = before else {
            // What is there was never published.
            let is_taken = |path: RepoPath| repository.is_taken(commit, path.as_str());
            let is_current = !is_taken(root_path())? && !is_taken(entries_path())?;
            let mut edited = BTreeMap::new();
            if let Some(tree) = repository.tree_at(commit, entries_path().as_str())? {
                let files = repository.files(tree, &entries_path())?;
                edited.extend(files.into_iter().map(|file| (file.path, Deviation::Unexpected)));
            }
            return Ok(Self { next, is_current, edited, remarks, ..Self::default() });
        };
        let is_at_head = present_root == Some(publication.root);
        let mut previous = Self {
            next,
            is_current: is_at_head && !present.is_tampered() && odd_root.is_none(),
            // A link or a folder at the place of the root was not a version that a person went back to.
            reverted_to: (!is_at_head && (present.root.is_some() || odd_root.is_none()))
                .then(|| present.version()),
            guard: settings_at(repository, publication.commit).ok().map(|settings| settings.guard),
            remarks,
            ..Self::default()
        };
        if let Some(version) = previous.reverted_to {
            let last = publication.version;
            let (found, remedy) = match version {
                SnapshotVersion::EMPTY => ("no registry".to_owned(), "; to go back, use `modreg rollback`"),
                version if version == last => (format!("a root of version {last} that was edited"), ""),
                version => {
                    (format!("version {version} of the registry"), "; to go back, use `modreg rollback`")
                }
            };
            previous.remarks.push(format!(
                "HEAD contains {found}, and version {last} was published last; the next version continues from that one{remedy}"
            ));
        }
        if present.is_tampered() || odd_root.is_some() {
            let root = present.root.clone().or_else(|| snapshot.root.clone());
            previous.edited = deviations(repository, commit, &Snapshot { root, ..present })?;
        }
        for root in log.joined(repository)?.into_iter().filter(|root| *root != publication.root) {
            previous.joined.extend(entries_of_root(repository, root)?);
        }
        previous.snapshot = snapshot;
        previous.replace_unpublished(repository, log)?;
        Ok(previous)
    }

    /// Replaces held and pinned entries that no published version had, and lifts pins to versions that never were.
    fn replace_unpublished(&mut self, repository: &Repository, log: &Log) -> Result<(), SyncError> {
        let Some(mut root) = self.snapshot.root.clone() else { return Ok(()) };
        let past = Past::new(repository, log);
        let (mut replaced, mut lifted) = (BTreeMap::new(), Vec::new());
        for (name, pin) in &root.pinned {
            match log.find(pin.version).filter(|known| known.version < root.version) {
                Some(publication) => match past.entry(publication, name)? {
                    PastEntry::Present(entry) => drop(replaced.insert(name.clone(), Some(entry))),
                    PastEntry::Absent => drop(replaced.insert(name.clone(), None)),
                    PastEntry::Missing => {}
                },
                // The history may have been dropped, but not before the pin was made.
                None if past.has_first_version_pin(name, &root)? => {}
                None => {
                    // What such a pin kept was never published either.
                    let now = self.snapshot.entries.get(name).copied();
                    if let LastGood::Other(entry) = past.last_good(name, root.version, now)? {
                        replaced.insert(name.clone(), entry);
                    }
                    lifted.push(name.clone());
                }
            }
        }
        for name in root.held.keys().filter(|name| !root.pinned.contains_key(*name)) {
            let now = self.snapshot.entries.get(name).copied();
            if let LastGood::Other(entry) = past.last_good(name, root.version, now)? {
                replaced.insert(name.clone(), entry);
            }
        }
        // What is taken away here counts as removed.
        let is_removed = |(name, entry): (&ModuleName, &Option<ObjectId>)| {
            entry.is_none() && self.snapshot.entries.contains_key(name)
        };
        if replaced.iter().any(is_removed) {
            self.joined.push(self.snapshot.entries.clone());
        }
        for (name, entry) in replaced {
            if self.snapshot.entries.get(&name).copied() != entry {
                self.is_current = false;
                self.edited.entry(entry_repo_path(&name)).or_insert(Deviation::Edited);
                match entry {
                    Some(id) => self.snapshot.entries.insert(name, id),
                    None => self.snapshot.entries.remove(&name),
                };
            }
        }
        if !lifted.is_empty() {
            self.is_current = false;
        }
        for name in lifted {
            let pin = root.pinned.remove(&name);
            let version = pin.map(|pin| pin.version).unwrap_or_default();
            self.remarks
                .push(format!("the pin of `{name}` is lifted: version {version} was never published"));
        }
        self.snapshot.root = Some(root);
        Ok(())
    }
}

/// Returns why the root of a commit cannot be trusted, and the commit; other errors are given back.
fn distrust(error: SyncError, at: ObjectId) -> Result<(ObjectId, RootError), SyncError> {
    match error {
        SyncError::Root { commit, error, .. } => Ok((commit.unwrap_or(at), error)),
        SyncError::LostEntries { tree } => {
            Ok((at, RootError::Inconsistent(format!("its entries, tree {tree}, are not in this repository"))))
        }
        error => Err(error),
    }
}

/// Returns the newest commit whose version can be used, other than the one with this root.
fn last_good(repository: &Repository, log: &Log, except: Option<ObjectId>) -> Option<ObjectId> {
    let others = log.newest_first().filter(|publication| except != Some(publication.root));
    others
        .filter_map(|publication| VersionedSnapshot::of(repository, publication).ok())
        .map(|found| found.commit)
        .next()
}

/// Returns the entries of a root; none if it cannot be read or its tree is not here.
fn entries_of_root(
    repository: &Repository,
    root: ObjectId,
) -> Result<Option<BTreeMap<ModuleName, ObjectId>>, SyncError> {
    match Root::parse(&repository.blob(root)?) {
        Ok(root) if is_present(repository, root.tree) => Ok(Some(entries_of(repository, Some(root.tree))?)),
        Ok(_) | Err(_) => Ok(None),
    }
}
