//! `modreg prune`

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, outcome, workspace},
    sync::{RemovalToken, Request, Scope, Trigger},
};

/// Remove orphans: entries whose manifest is gone or no longer registrable
///
/// Nothing is added or updated. The removal guard is that of `modreg sync`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Show what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Let through the removals that an earlier refusal listed, and no others
    #[arg(long, value_name = "TOKEN")]
    allow_removals: Option<RemovalToken>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let request = Request {
        scope: Scope::Orphans,
        dry_run: args.dry_run,
        strict: false,
        allow_removals: args.allow_removals.clone(),
        trigger: Trigger::Manual,
        push: None,
        identity: &context.identity,
        now: context.now,
    };
    outcome::publish(&repository, &request, args.format, context)
}
