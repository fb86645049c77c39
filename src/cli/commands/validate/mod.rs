//! `modreg validate`

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use crate::{
    cli::{
        Exit,
        args::Format,
        context::{Context, Verbosity},
        error::CliError,
        output, progress,
        workspace::Folder,
    },
    compile::{self, Compiled, Compiler, ManifestFile, Outcome},
    diagnostic::{self, Diagnostic, Severity},
    domain::RepoPath,
    load::{self, Class, EntryKind},
    report::{
        human,
        json::{self, ValidateReport, ValidateSummary},
    },
    sync::{Sources as _, WorkingSources},
};

/// Check manifests of the working tree
///
/// Without paths all manifests of the registry are checked. It works outside git, on single files, and on standard input
/// (`-`). Exits 1 if a manifest is invalid.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Manifests, or folders of manifests; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler()?;
    let mut checked = Checked::default();
    if args.paths.is_empty() {
        checked.folder(&folder.root, &compiler.settings.modules, &compiler, context)?;
    }
    for path in &args.paths {
        checked.path(path, &folder.root, &compiler, context)?;
    }
    diagnostic::sort(&mut checked.diagnostics);
    checked.report(args, context)
}

/// What was checked so far.
#[derive(Default)]
struct Checked {
    counts: ValidateSummary,
    diagnostics: Vec<Diagnostic>,
}

impl Checked {
    fn folder(
        &mut self,
        root: &Path,
        modules: &RepoPath,
        compiler: &Compiler,
        context: &Context,
    ) -> Result<(), CliError> {
        let listing = load::walk(root, modules).map_err(crate::sync::SyncError::from)?;
        let limit = compiler.settings.limits.bytes;
        let sources = WorkingSources::new(root, listing, limit);
        let paths = sources.paths();
        let bar = progress::bar(context, "checking", paths.len());
        let mut compiled = Vec::with_capacity(paths.len());
        for batch in paths.chunks(512) {
            compiled.extend(compiler.compile_all(sources.read(batch)?, &|| bar.inc(1)));
        }
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

    fn path(
        &mut self,
        path: &Path,
        root: &Path,
        compiler: &Compiler,
        context: &Context,
    ) -> Result<(), CliError> {
        let limit = compiler.settings.limits.bytes;
        if path == Path::new("-") {
            let bytes = load::read_limited(io::stdin().lock(), limit)
                .map_err(|error| CliError::cannot_run("cannot read standard input").because(error))?;
            self.add(compiler.compile(ManifestFile { path: RepoPath::new("<stdin>"), content: Ok(bytes) }));
            return Ok(());
        }
        let on_disk = without_dots(&context.current_dir.join(path));
        let (base, shown) = match on_disk.strip_prefix(root) {
            Ok(inside) => (root, inside),
            Err(_) => (context.current_dir.as_path(), path),
        };
        let shown = RepoPath::new(shown.to_string_lossy().replace('\\', "/").trim_end_matches('/'));
        let is_named_as_manifest = load::classify(&shown, &shown, EntryKind::Directory) != Class::Ignored;
        if on_disk.is_dir() && !is_named_as_manifest {
            let modules = &compiler.settings.modules;
            let is_registry = on_disk == root && root.join(modules.as_str()).is_dir();
            let before = self.counts.modules;
            self.folder(base, if is_registry { modules } else { &shown }, compiler, context)?;
            if self.counts.modules == before {
                return Err(CliError::cannot_run(format!("there are no manifests in `{}`", path.display()))
                    .hint("manifests are `*.yaml`, `*.yml` and `*.json` files; hidden ones do not count"));
            }
            return Ok(());
        }
        let content = match load::read(base, &shown, limit) {
            Ok(bytes) => Ok(bytes),
            Err(load::ReadError::Missing(_)) => {
                return Err(CliError::cannot_run(format!("there is no file `{}`", path.display())));
            }
            Err(error) => Err(Box::new(error.diagnostic())),
        };
        self.add(compiler.compile(ManifestFile { path: shown, content }));
        Ok(())
    }

    fn add(&mut self, module: Compiled) {
        self.counts.modules += 1;
        match module.outcome {
            Outcome::Registered(_) => self.counts.valid += 1,
            Outcome::Skipped => self.counts.skipped += 1,
            Outcome::Invalid => {}
        }
        self.diagnostics.extend(module.diagnostics);
    }

    fn report(mut self, args: &Args, context: &Context) -> Result<Exit, CliError> {
        let count = |severity| self.diagnostics.iter().filter(|found| found.severity == severity).count();
        (self.counts.errors, self.counts.warnings) = (count(Severity::Error), count(Severity::Warning));
        match args.format {
            Format::Json => {
                let diagnostics = json::diagnostics(&self.diagnostics);
                let report = ValidateReport { summary: self.counts, diagnostics };
                output::write(|out| json::write(out, &report))?;
            }
            Format::Human => {
                output::write(|out| human::diagnostics(out, &self.diagnostics, context.out))?;
                if context.verbosity >= Verbosity::Normal {
                    let summary = human::summary(&self.diagnostics, self.counts.modules, context.talk);
                    output::talk(&summary);
                }
            }
        }
        let fails = self.counts.errors > 0 || (args.strict && self.counts.warnings > 0);
        Ok(if fails { Exit::No } else { Exit::Done })
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
