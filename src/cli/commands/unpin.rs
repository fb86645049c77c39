//! `modreg unpin` removes the pins of a rollback.

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, publish, workspace},
    domain::ModuleName,
    sync::{Scope, Trigger},
};

/// Remove the pins of a rollback, and publish the current content of the manifests
///
/// The modules whose pins are removed are synced: their manifests at HEAD are compiled. A module whose manifest is invalid
/// is held, and keeps the content that it was pinned to.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The modules to unpin; the default is all that are pinned
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    #[command(flatten)]
    publishing: Publishing,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let scope = Scope::Pinned(args.modules.iter().cloned().collect());
    let request = args.publishing.request(scope, Trigger::Manual, context.now);
    publish::run(&repository, &request, args.publishing.format, context)
}
