//! `modreg show`

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, output, workspace},
    domain::{ModuleName, SnapshotVersion},
    report::overview,
    sync::{Log, VersionedSnapshot},
};

/// Print a snapshot, or the entry of one module
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The module whose entry to print
    module: Option<ModuleName>,
    /// An older version; the default is the latest
    #[arg(long, value_name = "N")]
    version: Option<SnapshotVersion>,
    /// How to print a snapshot; an entry is always JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
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
        Some(module) => Some(snapshot.entry(&repository, module)?),
        None => None,
    };
    output::write(|out| match (entry, &snapshot.snapshot.root, args.format) {
        (Some(entry), _, _) => out.write_all(&entry),
        (None, Some(root), Format::Json) => out.write_all(&root.to_bytes()),
        (None, None, Format::Json) => writeln!(out, "null"),
        (None, _, Format::Human) => overview::snapshot(out, &snapshot.snapshot, context.out),
    })?;
    Ok(Exit::Done)
}
