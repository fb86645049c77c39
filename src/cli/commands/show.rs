//! `modreg show` prints a snapshot or an entry.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use crate::{
    cli::{context::Context, error::CliError, exit::Exit, output, workspace},
    compile::ManifestFile,
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    load,
    report::{Style, manifest, terminal, text::visible},
    schema,
    sync::{self, Log, SyncError, VersionedSnapshot},
};

/// Print a snapshot, or the entry of one module
///
/// With `--format yaml` the entry is printed as a manifest that compiles to it, and a note names the file of the manifest.
/// After a rollback to version N, `modreg show MODULE --version N --format yaml --output FILE` writes the manifest of that
/// version to this file.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The module whose entry to print
    module: Option<ModuleName>,
    /// The version of the registry; the default is the latest
    #[arg(long, value_name = "N")]
    version: Option<SnapshotVersion>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: ShowFormat,
    /// Write to this file instead of standard output
    ///
    /// An existing file is replaced. The file is written completely or not at all.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The output formats of `show`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ShowFormat {
    /// Text for people; for an entry the same as `json`
    #[default]
    Human,
    /// The file in the registry, for programs
    Json,
    /// The manifest that compiles to the entry
    Yaml,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    if args.format == ShowFormat::Yaml && args.module.is_none() {
        return Err(CliError::cannot_run(
            "`--format yaml` prints one entry as a manifest, but no module is named",
        )
        .hint("name it: `modreg show MODULE --format yaml`; `modreg show` lists all"));
    }
    let repository = workspace::repository(context)?;
    let target = args.output.as_ref().map(|file| context.start_folder().join(file));
    let target = target.as_deref();
    let head = repository.head()?.require_commit()?;
    let snapshot = match args.version {
        Some(version) => {
            let log = Log::of_head(&repository, head)?;
            VersionedSnapshot::find(&repository, &log, version)?
        }
        None => VersionedSnapshot::at(&repository, head)?,
    };
    context.warn_if_cut_off(repository.is_shallow());
    let entry = match &args.module {
        Some(module) => Some((module, snapshot.entry(&repository, module)?)),
        None => None,
    };
    if let (Some((module, entry)), ShowFormat::Yaml) = (&entry, args.format) {
        return show_manifest(&repository, head, module, entry, target, context);
    }
    let style = match target {
        Some(_) => Style { color: false, max_lines: None, ..context.stdout },
        None => context.stdout,
    };
    write(target, |out| match (entry, &snapshot.snapshot.root, args.format) {
        (Some((_, entry)), _, _) => out.write_all(&entry),
        (None, Some(root), ShowFormat::Json) => out.write_all(&root.to_bytes()),
        (None, None, ShowFormat::Json) => writeln!(out, "null"),
        (None, _, ShowFormat::Human | ShowFormat::Yaml) => terminal::snapshot(out, &snapshot.snapshot, style),
    })?;
    Ok(Exit::Done)
}

/// Writes the result to the file, or to standard output if no file is named.
///
/// A shell that redirects the output empties the file before modreg starts; this replaces it once the result is complete.
fn write(
    target: Option<&Path>,
    result: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), CliError> {
    let Some(file) = target else { return output::write(result) };
    let mut bytes = Vec::new();
    result(&mut bytes)?;
    if fs::symlink_metadata(file).is_ok_and(|found| !found.is_file()) {
        return Err(CliError::cannot_run(format!("`{}` is not a regular file", file.display()))
            .hint("`--output` takes the path of a file; without it, the result goes to standard output"));
    }
    Ok(load::replace(file, &bytes).map_err(|source| SyncError::Io { path: file.to_owned(), source })?)
}

/// Prints or writes an entry as a manifest, names the file of the manifest, and warns if the current rules refuse it.
fn show_manifest(
    repository: &Repository,
    head: ObjectId,
    module: &ModuleName,
    entry: &[u8],
    target: Option<&Path>,
    context: &Context,
) -> Result<Exit, CliError> {
    let broken = || {
        CliError::cannot_run(format!("the entry of `{module}` was edited by hand"))
            .hint("`modreg verify` names the commit that changed it; `--version N` shows an earlier one")
    };
    let source = manifest::source(entry).ok_or_else(broken)?;
    let yaml_path = manifest_path_in_yaml(&source);
    let is_json = yaml_path != source;
    let schema = schema::copies().map(|(path, _)| path).find(|path| path.file_name() == "module.schema.json");
    let schema = match schema {
        Some(path) if repository.is_taken(head, path.as_str())? => {
            Some("../".repeat(yaml_path.as_str().matches('/').count()) + path.as_str())
        }
        Some(_) | None => None,
    };
    let text = manifest::manifest(entry, schema.as_deref()).ok_or_else(broken)?;
    write(target, |out| out.write_all(text.as_bytes()))?;
    let (shown, output) = (visible(source.as_str()), visible(yaml_path.as_str()));
    context.print_message(&match (is_json, target) {
        (false, None) => {
            format!("the entry was compiled from `{shown}`; to write it there, add `--output {output}`")
        }
        (false, Some(_)) => format!("the entry was compiled from `{shown}`"),
        (true, None) => format!(
            "the entry was compiled from `{shown}`; to replace that file, add `--output {output}`, and remove `{shown}`"
        ),
        (true, Some(_)) => format!(
            "the entry was compiled from `{shown}`; remove that file if this manifest replaces it"
        ),
    });
    // `validate` reports settings that cannot be read; they do not prevent showing an old entry.
    if let Ok(compiler) = sync::compiler_at(repository, head) {
        let found =
            compiler.compile(ManifestFile { path: yaml_path, content: Ok(text.into_bytes()) }).diagnostics;
        if found.iter().any(Diagnostic::is_error) {
            context.print_diagnostics(found.iter().filter(|found| found.is_error()));
            context
                .warn("the schemas or rules at HEAD refuse this manifest: correct it before you commit it");
        }
    }
    Ok(Exit::Done)
}

/// Returns the path of a YAML manifest that replaces this one; the extension of a JSON manifest changes.
fn manifest_path_in_yaml(source: &RepoPath) -> RepoPath {
    match source.as_str().strip_suffix(".json") {
        Some(stem) => RepoPath::new(format!("{stem}.yaml")),
        None => source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yaml_manifest_that_replaces_a_json_manifest_has_the_same_stem() {
        for (source, expected) in [
            ("modules/chat/module.json", "modules/chat/module.yaml"),
            ("modules/chat/module.yml", "modules/chat/module.yml"),
            ("modules/a.json.json", "modules/a.json.yaml"),
            ("modules/a.json/module.yaml", "modules/a.json/module.yaml"),
        ] {
            assert_eq!(manifest_path_in_yaml(&RepoPath::new(source)), RepoPath::new(expected));
        }
    }
}
