//! `modreg verify` checks the published registry.

use crate::{
    cli::{
        args::{CheckFormat, Rendering},
        context::Context,
        error::CliError,
        exit::Exit,
        output, progress, workspace,
    },
    report::{
        findings::Findings,
        json::{self, VerifyReport},
        markdown::step_summary,
        step_outputs::Outputs,
        terminal,
    },
    sync::{self, Extent},
};

/// Check that the registry at HEAD is complete and matches its sources
///
/// Exits 1 if there is a problem. Each problem is reported with the commit that introduced it. What cannot be checked,
/// because the clone is shallow or the history was squashed, is reported and is not a failure.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Check all versions, and all commits between them that change `registry/`
    #[arg(long)]
    history: bool,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let extent = if args.history { Extent::History } else { Extent::Head };
    let start_progress = |total| progress::counter(context, "compiling", total);
    let verification = sync::verify(&repository, extent, &start_progress)?;
    let findings = Findings::of_verification(&verification);
    output::write(|out| match args.format.rendering() {
        Rendering::Json => json::write(out, &VerifyReport::from(&verification)),
        Rendering::Human => terminal::verification(out, &verification, context.stdout),
        Rendering::Findings(write) => write(out, &findings),
    })?;
    context.warn_if_cut_off(repository.is_shallow());
    let outputs = Outputs::of_verification(&verification);
    context.write_workflow_files(&outputs, || {
        step_summary::verification(&findings, &verification.unverifiable)
    })?;
    Ok(if verification.discrepancies.is_empty() { Exit::Done } else { Exit::CheckFailed })
}
