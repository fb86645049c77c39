//! `modreg rollback`

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, outcome, workspace},
    domain::{ModuleName, SnapshotVersion},
    sync::{Reason, Rollback, Scope, Trigger},
};

/// Publish a new version with the content of an old one, and pin what went back
///
/// Syncs leave pinned modules alone, whatever becomes of their manifests, until `modreg unpin` lifts the pins. A module
/// that the old version does not have is removed and stays away. The removal guard is that of `modreg sync`. Old content
/// comes back as it was, also where today's schemas and rules would refuse it; that is said.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The version whose content comes back
    version: SnapshotVersion,
    /// Only these modules; without any, all that differ from the old version
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    /// Why, in a line for those who read the status and the history
    #[arg(long, value_name = "TEXT")]
    reason: Reason,
    #[command(flatten)]
    publishing: Publishing,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let rollback = Rollback {
        version: args.version,
        modules: args.modules.iter().cloned().collect(),
        reason: args.reason.clone(),
    };
    let request = args.publishing.request(Scope::Rollback(rollback), Trigger::Rollback, context.now);
    outcome::publish(&repository, &request, args.publishing.format, context)
}
