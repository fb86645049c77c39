//! `modreg rollback`

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, outcome, workspace},
    domain::{ModuleName, SnapshotVersion},
    sync::{Reason, RemovalToken, Request, Rollback, Scope, Trigger},
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
    let rollback = Rollback {
        version: args.version,
        modules: args.modules.iter().cloned().collect(),
        reason: args.reason.clone(),
    };
    let request = Request {
        scope: Scope::Rollback(rollback),
        dry_run: args.dry_run,
        strict: false,
        allow_removals: args.allow_removals.clone(),
        trigger: Trigger::Rollback,
        identity: &context.identity,
        now: context.now,
        push: None,
    };
    outcome::publish(&repository, &request, args.format, context)
}
