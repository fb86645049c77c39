//! The check of manifests, and its result.
//!
//! The manifests of a registry are checked as in a sync: they are compared with the names of all other manifests, and with
//! the versions in the previous snapshot.

use std::{collections::BTreeSet, io};

use super::{
    cache::Cache,
    inputs::CheckInputs,
    targets::{Place, Target},
};
use crate::{
    cli::{error::CliError, progress},
    compile::{self, Compiled, Compiler, ManifestFile, Registration},
    diagnostic::{self, Diagnostic, Severity},
    domain::{ModuleName, RepoPath},
    load,
    report::json::ValidateSummary,
    rules,
    sync::{Sources as _, SyncError, WorkingSources, WorkingTree, unreadable},
};

/// Returns the manifests of the registry, if the file or folder is in its folder of manifests.
fn registry_of<'a>(place: &Place, inputs: CheckInputs<'a>) -> Option<&'a WorkingSources<'a>> {
    let is_inside = inputs.compiler.settings.modules.is_at_or_above(&place.path);
    inputs.registry.filter(|_| is_inside && place.base == inputs.folder.root)
}

/// Lists the manifests in a folder.
pub(super) fn list_manifests<'a>(
    place: &'a Place,
    inputs: CheckInputs<'_>,
) -> Result<WorkingSources<'a>, CliError> {
    let repository = inputs.folder.repository.as_ref().filter(|_| place.base == inputs.folder.root);
    let limit = inputs.compiler.settings.limits.bytes;
    WorkingSources::list(&place.base, repository, &place.path, limit)
        .map_err(|error| inputs.folder.missing_manifests(error))
}

/// Checks the targets; files that are unchanged in the cache are not read again.
pub(super) fn check(
    targets: &[Target],
    inputs: CheckInputs<'_>,
    cache: &mut Cache,
) -> Result<Checked, CliError> {
    let mut checked = Checked::default();
    let mut selected = BTreeSet::new();
    for target in targets {
        match target {
            Target::Folder(place) => match registry_of(place, inputs) {
                Some(registry) => selected.extend(checked.select_part(place, registry, inputs)?),
                None => checked.check_folder(place, inputs, cache)?,
            },
            Target::File(place) => {
                let manifest = registry_of(place, inputs).and_then(|registry| registry.find(&place.path));
                match manifest {
                    Some(path) => drop(selected.insert(path.clone())),
                    None => checked.check_file(place, inputs, cache),
                }
            }
            Target::Input => {
                let content = Ok(read_stdin(inputs.compiler)?);
                checked.add(inputs.compiler.compile(ManifestFile { path: stdin_path(), content }));
            }
        }
    }
    // The whole registry is checked even if it has no manifests, because a sync would then remove entries.
    let is_whole = |target: &Target| match target {
        Target::Folder(place) => place.path == inputs.compiler.settings.modules,
        Target::File(_) | Target::Input => false,
    };
    let is_wanted = !selected.is_empty() || targets.iter().any(is_whole);
    if let Some(registry) = inputs.registry.filter(|_| is_wanted) {
        checked.check_registry(&selected, registry, inputs, cache)?;
    }
    Ok(checked.sorted_and_counted())
}

/// Compiles in parallel the manifests that are not in the cache.
fn compile_all(
    paths: &[RepoPath],
    sources: &WorkingSources<'_>,
    inputs: CheckInputs<'_>,
    cache: &mut Cache,
) -> Result<Vec<Compiled>, CliError> {
    let on_disk = |path: &RepoPath| sources.root().join(path.as_str());
    let (mut compiled, mut unknown) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in paths {
        match cache.get_or_note(&on_disk(path)) {
            Some(known) => compiled.push(known),
            None => unknown.push(path.clone()),
        }
    }
    let bar = progress::bar(inputs.context, "checking", unknown.len());
    for batch in unknown.chunks(512) {
        let read = inputs.compiler.compile_all(sources.read(batch)?, &|| bar.inc(1));
        for module in &read {
            cache.insert(&on_disk(&module.path), module);
        }
        compiled.extend(read);
    }
    compiled.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    bar.finish_and_clear();
    Ok(compiled)
}

/// Returns an error for a folder that the user named and that has no manifests.
fn require_manifests(place: &Place, found: &[RepoPath]) -> Result<(), CliError> {
    match &place.typed {
        Some(typed) if found.is_empty() => Err(CliError::cannot_run(format!(
            "there are no manifests in `{}`",
            typed.display()
        ))
        .hint(
            "manifests are `*.yaml`, `*.yml` and `*.json` files that are neither hidden nor ignored by Git",
        )),
        Some(_) | None => Ok(()),
    }
}

/// Checks one manifest that is already read.
pub(super) fn check_manifest(path: RepoPath, bytes: Vec<u8>, compiler: &Compiler) -> Checked {
    let mut checked = Checked::default();
    checked.add(compiler.compile(ManifestFile { path, content: Ok(bytes) }));
    checked.sorted_and_counted()
}

/// Returns the path that represents standard input in reports.
pub(super) fn stdin_path() -> RepoPath {
    RepoPath::new("<stdin>")
}

/// Reads standard input; if it is too large, only its start.
pub(super) fn read_stdin(compiler: &Compiler) -> Result<Vec<u8>, CliError> {
    load::read_limited(io::stdin().lock(), compiler.settings.limits.bytes)
        .map_err(|error| CliError::cannot_run("cannot read standard input").because(error))
}

/// The result of a check.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) counts: ValidateSummary,
    pub(super) paths: BTreeSet<RepoPath>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The files that look like manifests and were left out because Git ignores them.
    pub(super) ignored: BTreeSet<RepoPath>,
    /// The files that are not manifests.
    pub(super) others: BTreeSet<RepoPath>,
    /// The modules whose entries a sync would remove.
    pub(super) removed: Vec<ModuleName>,
    /// The reason why the removal guard would refuse a sync.
    pub(super) refused: Option<String>,
    /// The error that stops every sync.
    pub(super) obstacle: Option<SyncError>,
}

impl Checked {
    /// Returns the manifests of the registry in a folder, and records the other files there.
    fn select_part(
        &mut self,
        place: &Place,
        registry: &WorkingSources<'_>,
        inputs: CheckInputs<'_>,
    ) -> Result<Vec<RepoPath>, CliError> {
        let within = |path: &&RepoPath| place.path.is_at_or_above(path);
        let selected: Vec<_> = registry.paths().iter().filter(within).cloned().collect();
        self.ignored.extend(registry.ignored().iter().filter(within).cloned());
        self.others.extend(registry.others().iter().filter(within).cloned());
        let remarks = registry.remarks().iter().filter(|remark| within(&remark.source.path())).cloned();
        self.add_file_findings(remarks.collect(), inputs);
        require_manifests(place, &selected)?;
        if place.path == inputs.compiler.settings.modules {
            self.diagnostics.extend(inputs.compiler.remarks());
        }
        Ok(selected)
    }

    /// Checks manifests of the registry as a sync would: with all other manifests, and with the previous snapshot.
    fn check_registry(
        &mut self,
        selected: &BTreeSet<RepoPath>,
        registry: &WorkingSources<'_>,
        inputs: CheckInputs<'_>,
        cache: &mut Cache,
    ) -> Result<(), CliError> {
        let CheckInputs { folder, compiler, context, .. } = inputs;
        let paths: Vec<_> = selected.iter().cloned().collect();
        let mut compiled = compile_all(&paths, registry, inputs, cache)?;
        let others: Vec<_> = registry.files().filter(|path| !selected.contains(*path)).cloned().collect();
        compile::refuse_duplicates(compiler, &mut compiled, &others, |path| {
            Ok::<_, CliError>(registry.read_one(path))
        })?;
        match WorkingTree::open(&folder.root, folder.repository.as_ref()) {
            Ok(tree) => {
                tree.check_versions(compiler, registry, &mut compiled)?;
                context.warn_if_cut_off(tree.is_log_cut_off());
                if selected.len() == registry.paths().len() {
                    (self.removed, self.refused) = tree.removals(compiler, compiled.clone());
                }
            }
            // A damaged root stops every sync, whatever the manifests contain.
            Err(error @ SyncError::Root { .. }) => self.obstacle = Some(error),
            Err(error) => {
                context.warn(&format!("the versions were not compared with those in the registry: {error}"));
            }
        }
        self.extend(compiled);
        Ok(())
    }

    /// Checks the manifests in a folder that is not part of a registry.
    fn check_folder(
        &mut self,
        place: &Place,
        inputs: CheckInputs<'_>,
        cache: &mut Cache,
    ) -> Result<(), CliError> {
        let sources = list_manifests(place, inputs)?;
        require_manifests(place, sources.paths())?;
        let mut compiled = compile_all(sources.paths(), &sources, inputs, cache)?;
        compile::refuse_duplicates(inputs.compiler, &mut compiled, &[], |path| {
            Ok::<_, CliError>(sources.read_one(path))
        })?;
        self.ignored.extend(sources.ignored().iter().cloned());
        self.others.extend(sources.others().iter().cloned());
        self.add_file_findings(sources.remarks().to_vec(), inputs);
        self.extend(compiled);
        Ok(())
    }

    /// Checks one file, which may have any name, and reports a file in the registry's folder that a sync does not read.
    fn check_file(&mut self, place: &Place, inputs: CheckInputs<'_>, cache: &mut Cache) {
        let CheckInputs { compiler, .. } = inputs;
        if let Some(registry) = registry_of(place, inputs) {
            let is_ignored = registry.ignored().iter().any(|path| path.is_at_or_above(&place.path));
            let unread = || load::unread(&compiler.settings.modules, &place.path);
            let remark = if is_ignored { Some(load::ignored(&place.path)) } else { unread() };
            self.add_file_findings(remark.into_iter().collect(), inputs);
        }
        let on_disk = place.on_disk();
        if let Some(known) = cache.get_or_note(&on_disk) {
            return self.add(known);
        }
        let content = load::read(&place.base, &place.path, compiler.settings.limits.bytes);
        let content = content.map_err(|error| unreadable(&error));
        let compiled = compiler.compile(ManifestFile { path: place.path.clone(), content });
        cache.insert(&on_disk, &compiled);
        self.add(compiled);
    }

    /// Adds findings on files that are not manifests.
    fn add_file_findings(&mut self, remarks: Vec<Diagnostic>, inputs: CheckInputs<'_>) {
        self.diagnostics.extend(rules::apply_settings(remarks, &inputs.compiler.settings));
    }

    /// Sorts and counts the findings.
    fn sorted_and_counted(mut self) -> Self {
        diagnostic::sort(&mut self.diagnostics);
        // The user may have named a folder and also a part of it.
        self.diagnostics.dedup();
        let count = |severity| self.diagnostics.iter().filter(|found| found.severity == severity).count();
        (self.counts.errors, self.counts.warnings) = (count(Severity::Error), count(Severity::Warning));
        self
    }

    fn extend(&mut self, modules: Vec<Compiled>) {
        for module in modules {
            self.add(module);
        }
    }

    fn add(&mut self, module: Compiled) {
        self.counts.modules += 1;
        match module.registration {
            Registration::Registered(_) => self.counts.valid += 1,
            Registration::Skipped => self.counts.skipped += 1,
            Registration::Invalid => {}
        }
        self.paths.insert(module.path);
        self.diagnostics.extend(module.diagnostics);
    }
}
