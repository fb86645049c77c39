//! `modreg validate`

mod check;

use std::path::PathBuf;

use crate::{
    cli::{
        Exit,
        args::{CheckFormat, Rendering},
        context::{Context, Verbosity},
        error::CliError,
        output,
        workspace::Folder,
    },
    report::{
        findings::{Check, Findings},
        human,
        json::{self, ValidateReport},
        outputs::Outputs,
        step_summary,
    },
};
use check::Checked;

/// Check manifests of the working tree
///
/// Without paths all manifests of the registry are checked. It works outside git, on single files, and on standard input
/// (`-`). Exits 1 if a manifest is invalid.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Manifests, or folders of manifests; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler()?;
    let targets = check::targets(&args.paths, &folder.root, &compiler, context);
    let checked = check::check(&targets, &compiler, context)?;
    report(&checked, args, context)
}

fn report(checked: &Checked, args: &Args, context: &Context) -> Result<Exit, CliError> {
    let Checked { counts, paths, diagnostics } = checked;
    let mut findings = Findings::of_manifests(Check::Validate, paths.clone(), diagnostics);
    findings.is_strict = args.strict;
    match args.format.rendering() {
        Rendering::Json => {
            let report = ValidateReport { summary: *counts, diagnostics: json::diagnostics(diagnostics) };
            output::write(|out| json::write(out, &report))?;
        }
        Rendering::Findings(write) => output::write(|out| write(out, &findings))?,
        Rendering::Human => {
            output::write(|out| human::diagnostics(out, diagnostics, context.out))?;
        }
    }
    if args.format != CheckFormat::Json && context.verbosity >= Verbosity::Normal {
        output::talk(&human::summary(diagnostics, counts.modules, context.talk));
    }
    context.tell_workflow(&Outputs::of_findings(&findings), || step_summary::findings(&findings))?;
    let fails = findings.items.iter().any(|item| findings.is_failure(item));
    Ok(if fails { Exit::No } else { Exit::Done })
}
