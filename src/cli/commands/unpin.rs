//! `modreg unpin`

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, outcome, workspace},
    domain::ModuleName,
    sync::{Scope, Trigger},
};

/// Lift the pins of a rollback, and publish what the manifests of these modules give now
///
/// It is a sync of the modules whose pins it lifts: they are compiled from HEAD at once. One whose manifest is invalid
/// is held at the content that it was pinned to.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only these modules; without any, all that are pinned
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    #[command(flatten)]
    publishing: Publishing,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let scope = Scope::Pinned(args.modules.iter().cloned().collect());
    let request = args.publishing.request(scope, Trigger::Manual, context.now);
    outcome::publish(&repository, &request, args.publishing.format, context)
}
