//! What a sync of a commit would publish, reading no more manifests than it must.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    draft::{Draft, DraftInput, draft},
    previous::Previous,
    record::Record,
    rollback, select,
    sources::{CommittedSources, remarks},
};
use crate::{
    compile::Compiler,
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, closest},
    git::{GitErrorKind, Repository},
    load::LoadError,
    object,
    registry::{Inputs, Snapshot},
    sync::{
        Scope, Started, SyncError,
        log::{published::Log, snapshots},
    },
};

/// The snapshot before the next one of a commit, and that one.
#[derive(Debug)]
pub struct Prepared {
    /// The snapshot before.
    pub previous: Previous,
    /// The next one.
    pub draft: Draft,
    /// Warnings about files that only look like manifests.
    pub remarks: Vec<Diagnostic>,
    /// The number of manifests that had to be read.
    pub read: usize,
    /// The source tree and everything else that decided the content, unless nothing was compiled.
    pub(in crate::sync) compiled: Option<(ObjectId, Inputs)>,
}

/// Drafts the next snapshot of a commit, reading only the changed manifests if a record shows which these are.
pub fn prepare(
    repository: &Repository,
    commit: ObjectId,
    log: &Log,
    compiler: &Compiler,
    scope: &Scope,
    records: &[Record],
    started: Started<'_>,
) -> Result<Prepared, SyncError> {
    let previous = Previous::find(repository, commit, log)?;
    if let Scope::Rollback(rollback) = scope {
        let draft = rollback::draft(repository, &previous, log, compiler, rollback)?;
        return Ok(Prepared { previous, draft, remarks: Vec::new(), read: 0, compiled: None });
    }
    let scope = &scope.resolved(&previous.snapshot)?;
    let modules = &compiler.settings.modules;
    let limit = compiler.settings.limits.bytes;
    let tree = repository.tree_at(commit, modules.as_str())?;
    if tree.is_none() && repository.is_taken(commit, modules.as_str())? {
        return Err(LoadError::NotADirectory(modules.clone()).into());
    }
    let sources = CommittedSources::list(repository, tree, modules, limit)?;
    if let Scope::Modules(names) = scope {
        refuse_unknown(names, &previous.snapshot, sources.manifests())?;
    }
    let selection = match Known::find(repository, records, &sources, compiler, &previous)? {
        Some(known) => {
            let before = known.before(&sources, &previous.snapshot);
            select::changed(&previous.snapshot, &before, sources.manifests())
        }
        None => select::all(sources.manifests()),
    };
    let done = started(selection.read.len());
    let draft = draft(DraftInput {
        previous: &previous,
        read_entry: &|_, id| Ok(repository.blob(id)?),
        source_tree: &|| Ok(sources.tree()),
        sources: &sources,
        compiler,
        selection,
        scope,
        done: &*done,
    })?;
    let remarks = remarks(compiler, &sources);
    let read = draft.read.len();
    let compiled = Some((sources.tree(), compiler.inputs()));
    Ok(Prepared { previous, draft, remarks, read, compiled })
}

impl Prepared {
    /// Records what the sources compile to, if the entries are in the repository.
    pub(in crate::sync) fn record(&self, repository: &Repository) {
        let Self { draft, compiled, .. } = self;
        if let Some((source, inputs)) = compiled
            && snapshots::is_present(repository, draft.tree)
        {
            Record::save(repository, *source, inputs.clone(), draft.tree, &draft.plan);
        }
    }
}

/// The facts that are known of an earlier compilation here.
struct Known<'a> {
    record: Record,
    /// Its manifests, unless they are those of now.
    sources: Option<CommittedSources<'a>>,
    /// Its entries, unless they are those of the previous snapshot.
    entries: Option<BTreeMap<ModuleName, ObjectId>>,
}

impl<'a> Known<'a> {
    /// Looks for a compilation whose sources and entries are still in the repository.
    fn find(
        repository: &'a Repository,
        records: &[Record],
        now: &CommittedSources<'_>,
        compiler: &Compiler,
        previous: &Previous,
    ) -> Result<Option<Self>, SyncError> {
        let Some(record) = Record::find(records, now.tree(), &compiler.inputs()) else { return Ok(None) };
        if !snapshots::is_present(repository, record.source)
            || !snapshots::is_present(repository, record.entries)
        {
            return Ok(None);
        }
        let known = || {
            let sources = if record.source == now.tree() {
                None
            } else {
                let tree = Some(record.source).filter(|tree| !object::is_empty_tree(*tree));
                let modules = &compiler.settings.modules;
                Some(CommittedSources::list(repository, tree, modules, compiler.settings.limits.bytes)?)
            };
            let published = previous.snapshot.root.as_ref().map(|root| root.tree);
            let is_same = published == Some(record.entries) && previous.edited.is_empty();
            let entries =
                if is_same { None } else { Some(snapshots::entries_of(repository, Some(record.entries))?) };
            Ok((sources, entries))
        };
        match known() {
            Ok((sources, entries)) => Ok(Some(Self { record, sources, entries })),
            // A part of what no commit contains any more may be gone.
            Err(SyncError::Git(error)) if matches!(error.kind(), GitErrorKind::MissingObject { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn before<'b>(&'b self, now: &'b CommittedSources<'_>, previous: &'b Snapshot) -> select::Before<'b> {
        select::Before {
            manifests: self.sources.as_ref().map_or_else(|| now.manifests(), CommittedSources::manifests),
            entries: self.entries.as_ref().unwrap_or(&previous.entries),
            others: &self.record.others,
        }
    }
}

fn refuse_unknown(
    names: &BTreeSet<ModuleName>,
    previous: &Snapshot,
    manifests: &select::Manifests,
) -> Result<(), SyncError> {
    let known: BTreeSet<ModuleName> = manifests
        .keys()
        .filter_map(|path| path.module_stem().parse().ok())
        .chain(previous.entries.keys().cloned())
        .collect();
    match names.iter().find(|name| !known.contains(*name)) {
        None => Ok(()),
        Some(name) => {
            let closest = closest(name.as_str(), known.iter().map(ModuleName::as_str));
            let closest = closest.and_then(|name| name.parse().ok());
            Err(SyncError::UnknownModule { name: name.clone(), closest })
        }
    }
}
