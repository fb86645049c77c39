//! `modreg show`

use clap::ValueEnum;

use crate::{
    cli::{Exit, context::Context, error::CliError, output, workspace},
    compile::ManifestFile,
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    git::Repository,
    report::{manifest, overview, text::visible},
    schema,
    sync::{self, Log, VersionedSnapshot},
};

/// Print a snapshot, or the entry of one module
///
/// With `--format yaml` the entry is printed as a manifest that compiles to it. After a rollback,
/// `modreg show MODULE --version N --format yaml > FILE` brings the manifest back to the content that was rolled back to.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The module whose entry to print
    module: Option<ModuleName>,
    /// An older version; the default is the latest
    #[arg(long, value_name = "N")]
    version: Option<SnapshotVersion>,
    /// How to print it; an entry is JSON unless `yaml` is asked for
    #[arg(long, value_enum, default_value_t)]
    format: ShowFormat,
}

/// The output formats of `show`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ShowFormat {
    /// For people; of an entry the same as `json`
    #[default]
    Human,
    /// For programs: the file as it is in the registry
    Json,
    /// An entry as a manifest
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
    let head = repository.head()?.require_commit()?;
    let snapshot = match args.version {
        Some(version) => {
            let log = Log::of_head(&repository, head)?;
            VersionedSnapshot::find(&repository, &log, version)?
        }
        None => VersionedSnapshot::at(&repository, head)?,
    };
    context.remark_cut_off(repository.is_shallow());
    let entry = match &args.module {
        Some(module) => Some((module, snapshot.entry(&repository, module)?)),
        None => None,
    };
    if let (Some((module, entry)), ShowFormat::Yaml) = (&entry, args.format) {
        return show_manifest(&repository, head, module, entry, context);
    }
    output::write(|out| match (entry, &snapshot.snapshot.root, args.format) {
        (Some((_, entry)), _, _) => out.write_all(&entry),
        (None, Some(root), ShowFormat::Json) => out.write_all(&root.to_bytes()),
        (None, None, ShowFormat::Json) => writeln!(out, "null"),
        (None, _, ShowFormat::Human | ShowFormat::Yaml) => {
            overview::snapshot(out, &snapshot.snapshot, context.out)
        }
    })?;
    Ok(Exit::Done)
}

/// Prints an entry as a manifest, and says where it belongs and whether it is valid by the rules of today.
fn show_manifest(
    repository: &Repository,
    head: ObjectId,
    module: &ModuleName,
    entry: &[u8],
    context: &Context,
) -> Result<Exit, CliError> {
    let broken = || {
        CliError::cannot_run(format!("the entry of `{module}` is not one that modreg wrote"))
            .hint("`modreg verify` names the commit that changed it; `--version N` shows an earlier one")
    };
    let source = manifest::source(entry).ok_or_else(broken)?;
    let (folder, file) = source.as_str().rsplit_once('/').unwrap_or(("", source.as_str()));
    let is_json = file.rsplit_once('.').is_some_and(|(_, extension)| extension == "json");
    let place = if is_json {
        RepoPath::new(folder).join(&format!("{}.yaml", file.trim_end_matches(".json")))
    } else {
        source.clone()
    };
    let schema = schema::copies().map(|(path, _)| path).find(|path| path.file_name() == "module.schema.json");
    let schema = match schema {
        Some(path) if repository.is_taken(head, path.as_str())? => {
            Some("../".repeat(place.as_str().matches('/').count()) + path.as_str())
        }
        Some(_) | None => None,
    };
    let text = manifest::manifest(entry, schema.as_deref()).ok_or_else(broken)?;
    output::print(&text)?;
    let shown = visible(source.as_str());
    context.say(&if is_json {
        format!(
            "the entry was compiled from `{shown}`; save this as `{}`, and remove that file",
            visible(place.as_str())
        )
    } else {
        format!("the entry was compiled from `{shown}`; save this there")
    });
    // Settings that cannot be read are a matter of `validate`, and no reason to keep an old entry back.
    if let Ok(compiler) = sync::compiler_at(repository, head) {
        let found =
            compiler.compile(ManifestFile { path: place, content: Ok(text.into_bytes()) }).diagnostics;
        if found.iter().any(Diagnostic::is_error) {
            context.talk_diagnostics(found.iter().filter(|found| found.is_error()));
            context.warn("this manifest is not valid by the schemas and rules at HEAD: correct it before you commit it");
        }
    }
    Ok(Exit::Done)
}
