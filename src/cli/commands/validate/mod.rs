//! `modreg validate` checks manifests, and fixes them on request.

mod cache;
mod check;
mod fix;
mod inputs;
mod report;
mod targets;
mod watch;

use std::path::{Path, PathBuf};

use crate::{
    cli::{args::CheckFormat, context::Context, error::CliError, exit::Exit, output, workspace::Folder},
    compile::Compiler,
};
use cache::Cache;
use inputs::CheckInputs;

/// Check manifests of the working tree
///
/// Exits 1 if a manifest is invalid. By default all manifests of the registry are checked. A manifest of a registry is also
/// compared with the names of all other manifests and with the published versions: if there are no problems, a sync accepts
/// it. The command also works outside Git repositories, on single files, and on standard input (`-`).
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The manifests, folders of manifests or names of modules to check; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Fix simple mistakes in the files
    ///
    /// Fixed are the key `ai_context`, the case of `category` and `status`, repeated list items, typographic quotes around
    /// values, and spaces at the end of values. Nothing else in a file changes. Standard input is fixed and printed.
    #[arg(long)]
    fix: bool,
    /// Check again after each change, until Ctrl-C; with `--fix` the files are fixed before each check
    #[arg(long)]
    pub(super) watch: bool,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    if args.watch {
        if args.format != CheckFormat::Human {
            return Err(
                CliError::cannot_run("`--watch` supports only `--format human`").hint("remove `--format`")
            );
        }
        let options = watch::WatchOptions { paths: &args.paths, fix: args.fix, is_strict: args.strict };
        return watch::run(options, context);
    }
    let folder = Folder::find_without_git(context)?;
    let compiler = folder.compiler(context)?;
    if args.fix && args.paths == [Path::new("-")] {
        return fix_stdin(&compiler, args, context);
    }
    let registry = inputs::registry(&folder, &compiler)?;
    let inputs = CheckInputs { folder: &folder, registry: registry.as_ref(), compiler: &compiler, context };
    let targets = targets::find(&args.paths, inputs)?;
    let fixes = if args.fix { Some(fix::fix_files(&targets, inputs)?) } else { None };
    // The fixes are reported first, because the check can fail and the files have already changed.
    report::report_fixes(fixes.as_deref().unwrap_or_default(), context);
    let mut checked = check::check(&targets, inputs, &mut Cache::default())?;
    let exit = report::report(&checked, fixes.as_deref(), args.format, args.strict, context)?;
    match checked.obstacle.take() {
        Some(error) => Err(error.into()),
        None => Ok(exit),
    }
}

/// Prints standard input with its fixes; the findings that remain go to standard error.
fn fix_stdin(compiler: &Compiler, args: &Args, context: &Context) -> Result<Exit, CliError> {
    if args.format != CheckFormat::Human {
        return Err(CliError::cannot_run("`--fix -` prints the fixed manifest instead of a report")
            .hint("remove `--format`, or check the result in a second run"));
    }
    let (bytes, fixes) = fix::fix_stdin(compiler)?;
    output::write(|out| out.write_all(&bytes))?;
    report::report_fixes(&fixes, context);
    let checked = check::check_manifest(check::stdin_path(), bytes, compiler);
    context.print_diagnostics(checked.diagnostics.iter());
    Ok(report::exit(&report::findings(&checked, args.strict)))
}
