//! `modreg status` shows the state of the registry.

use crate::{
    cli::{args::Format, context::Context, error::CliError, exit::Exit, output, progress, workspace},
    report::{
        json::{self, StatusReport},
        terminal,
    },
    sync::RegistryStatus,
    webhook,
};

/// Show the status of the registry at HEAD
///
/// `stale` means that a sync would change the registry, and `drift` that `registry/` was changed by hand. The exit code
/// is 0 in both cases.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let status = RegistryStatus::of(&repository, &|total| progress::counter(context, "compiling", total))?;
    let webhooks = webhook::report(&repository.own_files())
        .map_err(|error| CliError::cannot_run("cannot read the webhook messages").because(error))?;
    output::write(|out| match args.format {
        Format::Json => json::write(out, &StatusReport { webhooks, ..StatusReport::from(&status) }),
        Format::Human => {
            terminal::status(out, &status, context.stdout)?;
            webhooks.map_or(Ok(()), |webhooks| terminal::webhooks(out, &webhooks))
        }
    })?;
    for remark in &status.log_remarks {
        context.warn(remark);
    }
    context.warn_if_cut_off(status.is_log_cut_off);
    Ok(Exit::Done)
}
