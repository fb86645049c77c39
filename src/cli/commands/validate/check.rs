//! Which manifests are checked, and what is wrong with them.

use std::{
    collections::BTreeSet,
    io,
    path::{Component, Path, PathBuf},
};

use super::memory::Memory;
use crate::{
    cli::{context::Context, error::CliError, progress},
    compile::{self, Compiled, Compiler, ManifestFile, Outcome},
    diagnostic::{self, Diagnostic, Severity},
    domain::RepoPath,
    load::{self, Class, EntryKind},
    report::json::ValidateSummary,
    sync::{Sources as _, SyncError, WorkingSources},
};

/// Manifests to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// All below a folder.
    Folder(Place),
    /// One file, whatever its name.
    File(Place),
    /// Standard input.
    Input,
}

/// A file or folder: where it is, and what it is called in reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder that `path` starts from.
    pub(super) base: PathBuf,
    pub(super) path: RepoPath,
    /// As the user typed it; `None` is the registry's own folder of modules.
    typed: Option<PathBuf>,
}

impl Place {
    /// Where it is on disk.
    pub(super) fn on_disk(&self) -> PathBuf {
        self.base.join(self.path.as_str())
    }
}

/// What the user asked to check: the paths given, or all manifests of the registry at `root`.
pub(super) fn targets(paths: &[PathBuf], root: &Path, compiler: &Compiler, context: &Context) -> Vec<Target> {
    let modules = &compiler.settings.modules;
    if paths.is_empty() {
        return vec![Target::Folder(Place { base: root.to_owned(), path: modules.clone(), typed: None })];
    }
    paths.iter().map(|path| target(path, root, modules, context)).collect()
}

fn target(typed: &Path, root: &Path, modules: &RepoPath, context: &Context) -> Target {
    if typed == Path::new("-") {
        return Target::Input;
    }
    let on_disk = without_dots(&context.current_dir.join(typed));
    let (base, shown) = match on_disk.strip_prefix(root) {
        Ok(inside) => (root, inside),
        Err(_) => (context.current_dir.as_path(), typed),
    };
    let shown = RepoPath::new(shown.to_string_lossy().replace('\\', "/").trim_end_matches('/'));
    let place = |path| Place { base: base.to_owned(), path, typed: Some(typed.to_owned()) };
    let is_named_as_manifest = load::classify(&shown, &shown, EntryKind::Directory) != Class::Ignored;
    if !on_disk.is_dir() || is_named_as_manifest {
        return Target::File(place(shown));
    }
    let is_registry = on_disk == root && root.join(modules.as_str()).is_dir();
    Target::Folder(place(if is_registry { modules.clone() } else { shown }))
}

/// Checks the targets, but those that the memory knows to be as they were.
pub(super) fn check(
    targets: &[Target],
    compiler: &Compiler,
    memory: &mut Memory,
    context: &Context,
) -> Result<Checked, CliError> {
    let mut checked = Checked::default();
    for target in targets {
        match target {
            Target::Folder(place) => checked.folder(place, compiler, memory, context)?,
            Target::File(place) => checked.file(place, compiler, memory)?,
            Target::Input => {
                let content = Ok(read_input(compiler)?);
                checked.add(compiler.compile(ManifestFile { path: input(), content }));
            }
        }
    }
    Ok(checked.counted())
}

/// Checks one manifest whose bytes are at hand.
pub(super) fn manifest(path: RepoPath, bytes: Vec<u8>, compiler: &Compiler) -> Checked {
    let mut checked = Checked::default();
    checked.add(compiler.compile(ManifestFile { path, content: Ok(bytes) }));
    checked.counted()
}

/// What standard input is called in reports.
pub(super) fn input() -> RepoPath {
    RepoPath::new("<stdin>")
}

/// Reads standard input, or the start of it where it is too large.
pub(super) fn read_input(compiler: &Compiler) -> Result<Vec<u8>, CliError> {
    load::read_limited(io::stdin().lock(), compiler.settings.limits.bytes)
        .map_err(|error| CliError::cannot_run("cannot read standard input").because(error))
}

/// What was checked, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) counts: ValidateSummary,
    pub(super) paths: BTreeSet<RepoPath>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    fn folder(
        &mut self,
        place: &Place,
        compiler: &Compiler,
        memory: &mut Memory,
        context: &Context,
    ) -> Result<(), CliError> {
        let listing = load::walk(&place.base, &place.path).map_err(SyncError::from)?;
        let sources = WorkingSources::new(&place.base, listing, compiler.settings.limits.bytes);
        let paths = sources.paths();
        if let (Some(typed), true) = (&place.typed, paths.is_empty()) {
            return Err(CliError::cannot_run(format!("there are no manifests in `{}`", typed.display()))
                .hint("manifests are `*.yaml`, `*.yml` and `*.json` files; hidden ones do not count"));
        }
        let (mut compiled, mut unknown) = (Vec::with_capacity(paths.len()), Vec::new());
        for path in paths {
            match memory.recall(&place.base.join(path.as_str())) {
                Some(known) => compiled.push(known),
                None => unknown.push(path.clone()),
            }
        }
        let bar = progress::bar(context, "checking", unknown.len());
        for batch in unknown.chunks(512) {
            let read = compiler.compile_all(sources.read(batch)?, &|| bar.inc(1));
            for module in &read {
                memory.learn(&place.base.join(module.path.as_str()), module);
            }
            compiled.extend(read);
        }
        compiled.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        bar.finish_and_clear();
        let again =
            |path: &RepoPath| sources.read(std::slice::from_ref(path)).map(|mut files| files.remove(0));
        compile::refuse_duplicates(compiler, &mut compiled, again)?;
        self.diagnostics.extend(sources.remarks().iter().cloned());
        for module in compiled {
            self.add(module);
        }
        Ok(())
    }

    fn file(&mut self, place: &Place, compiler: &Compiler, memory: &mut Memory) -> Result<(), CliError> {
        let on_disk = place.on_disk();
        if let Some(known) = memory.recall(&on_disk) {
            self.add(known);
            return Ok(());
        }
        let content = match load::read(&place.base, &place.path, compiler.settings.limits.bytes) {
            Ok(bytes) => Ok(bytes),
            Err(load::ReadError::Missing(_)) => {
                let typed = place.typed.as_deref().unwrap_or(Path::new(place.path.as_str()));
                return Err(CliError::cannot_run(format!("there is no file `{}`", typed.display())));
            }
            Err(error) => Err(Box::new(error.diagnostic())),
        };
        let compiled = compiler.compile(ManifestFile { path: place.path.clone(), content });
        memory.learn(&on_disk, &compiled);
        self.add(compiled);
        Ok(())
    }

    /// Sorts and counts the findings.
    fn counted(mut self) -> Self {
        diagnostic::sort(&mut self.diagnostics);
        let count = |severity| self.diagnostics.iter().filter(|found| found.severity == severity).count();
        (self.counts.errors, self.counts.warnings) = (count(Severity::Error), count(Severity::Warning));
        self
    }

    fn add(&mut self, module: Compiled) {
        self.counts.modules += 1;
        match module.outcome {
            Outcome::Registered(_) => self.counts.valid += 1,
            Outcome::Skipped => self.counts.skipped += 1,
            Outcome::Invalid => {}
        }
        self.paths.insert(module.path);
        self.diagnostics.extend(module.diagnostics);
    }
}

/// Resolves `.` and `..` by the text alone, so that a link at the end of the path is still seen as one.
fn without_dots(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(resolved.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => resolved.push(part),
        }
    }
    resolved
}
