//! `modreg rollback` publishes the content of an old version again.

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, publish, workspace},
    domain::{ModuleName, SnapshotVersion},
    sync::{Reason, Rollback, Scope, Trigger},
};

/// Publish the content of an old version as a new version, and pin the modules
///
/// Syncs do not change pinned modules, whatever their manifests contain, until `modreg unpin` removes the pins. A module
/// that the old version does not contain is removed, and not added again while it is pinned. The removal guard is the same
/// as for `modreg sync`. Old content is published even if the current schemas or rules refuse it, which is reported.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The version whose content is published again
    version: SnapshotVersion,
    /// The modules to roll back; the default is all that differ from the old version
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    /// The reason, in one line; the status and the history show it
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
    publish::run(&repository, &request, args.publishing.format, context)
}
