//! `modreg unpin`

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, outcome, workspace},
    domain::ModuleName,
    sync::{RemovalToken, Request, Scope, Trigger},
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
        scope: Scope::Pinned(args.modules.iter().cloned().collect()),
        dry_run: args.dry_run,
        strict: false,
        allow_removals: args.allow_removals.clone(),
        trigger: Trigger::Manual,
        identity: &context.identity,
        now: context.now,
        push: None,
    };
    outcome::publish(&repository, &request, args.format, context)
}
