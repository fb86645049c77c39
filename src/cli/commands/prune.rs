//! `modreg prune` removes orphaned entries.

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, publish, workspace},
    sync::{Scope, Trigger},
};

/// Remove orphans: entries whose manifest no longer exists or is no longer registrable
///
/// Nothing is added or updated. The removal guard is the same as for `modreg sync`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    publishing: Publishing,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let request = args.publishing.request(Scope::Orphans, Trigger::Manual, context.now);
    publish::run(&repository, &request, args.publishing.format, context)
}
