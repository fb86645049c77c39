//! `modreg verify`

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, output, progress, workspace},
    report::{
        json::{self, VerifyReport},
        overview,
    },
    sync,
};

/// Check that the registry at HEAD is whole, and is what its sources compile to
///
/// Exits 1 if anything is wrong. What cannot be checked, because a clone is shallow, is said and is no failure.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let verification = sync::verify(&repository, &|total| progress::counter(context, "compiling", total))?;
    output::write(|out| match args.format {
        Format::Json => json::write(out, &VerifyReport::from(&verification)),
        Format::Human => overview::verification(out, &verification, context.out),
    })?;
    Ok(if verification.problems.is_empty() { Exit::Done } else { Exit::No })
}
