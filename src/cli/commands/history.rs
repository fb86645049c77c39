//! `modreg history` lists the versions of the registry.

use crate::{
    cli::{args::Format, context::Context, error::CliError, exit::Exit, output, workspace},
    domain::ModuleName,
    report::{
        json::{self, HistoryReport},
        terminal,
    },
    sync::{History, Log, VersionedSnapshot},
};

/// Show the audit log: every version of the registry, newest first
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Show only the versions that changed this module
    module: Option<ModuleName>,
    /// Show at most this number of versions
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let commit = repository.head()?.require_commit()?;
    let log = Log::of_head(&repository, commit)?;
    let history = History::of(&repository, &log, args.module.as_ref(), args.limit)?;
    if let Some(name) = &args.module
        && history.records.is_empty()
        && args.limit != Some(0)
    {
        VersionedSnapshot::at(&repository, commit)?.entry(&repository, name)?;
    }
    output::write(|out| match args.format {
        Format::Json => json::write(out, &HistoryReport::from(&history)),
        Format::Human => terminal::history(out, &history, context.stdout),
    })?;
    context.warn_about_log(&log);
    Ok(Exit::Done)
}
