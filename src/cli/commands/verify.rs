//! `modreg verify`

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

/// Check that the registry at HEAD is whole, and is what its sources compile to
///
/// What is wrong is named with the commit that brought it in, and exits 1. What cannot be checked, because a clone is
/// shallow or its history was squashed, is said and is no failure.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Check every version there was, and every commit between them that touches `registry/`
    #[arg(long)]
    history: bool,
    /// How to report
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
    Ok(if verification.discrepancies.is_empty() { Exit::Done } else { Exit::No })
}
