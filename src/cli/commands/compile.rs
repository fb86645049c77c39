//! `modreg compile`

use crate::{
    cli::{Exit, context::Context, error::CliError, output, progress, workspace::Folder},
    report::{overview, text::visible},
    sync::{Drift, WorkingTree},
};

/// Compile the working tree into `registry/` without committing
///
/// What lies in `registry/` and is not what the manifests give is overwritten; what lies among the entries and is none is
/// removed, and named.
///
/// Meant for authors who commit the compiled registry in the same pull request: `modreg compile --check` in CI then
/// tells whether they did.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Write nothing, and exit 1 if `registry/` is not what the manifests give
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler()?;
    let tree = WorkingTree::open(&folder.root, folder.repository.as_ref())?;
    let (mut draft, remarks) =
        tree.draft(&compiler, &|total| progress::counter(context, "compiling", total))?;
    tree.name_sources(&mut draft, &compiler)?;
    let drift = tree.drift(&draft)?;
    context.talk_diagnostics(remarks.iter().chain(&draft.plan.diagnostics));
    let is_valid = draft.plan.invalid.is_empty();
    if args.check {
        let exit = check(&drift)?;
        return Ok(if exit == Exit::Done && !is_valid { Exit::SomeInvalid } else { exit });
    }
    tree.write(&drift)?;
    for path in &drift.remove {
        context.say(&format!("removed {}", visible(path.as_str())));
    }
    let version = draft.root.as_ref().or(tree.previous().root.as_ref()).map(|root| root.version);
    let version = version.map_or_else(
        || "no registry: there is nothing to register".to_owned(),
        |version| format!("version {version}"),
    );
    let files = drift.paths().len();
    output::print_line(&format!(
        "{version}: {}, {files} files written",
        overview::counts(&draft.plan.summary)
    ))?;
    Ok(if is_valid { Exit::Done } else { Exit::SomeInvalid })
}

fn check(drift: &Drift) -> Result<Exit, CliError> {
    if drift.is_empty() {
        output::print_line("registry/ is what the manifests give")?;
        return Ok(Exit::Done);
    }
    output::write(|out| {
        drift.paths().into_iter().try_for_each(|path| {
            let state =
                if drift.remove.contains(path) { "must not be there" } else { "is missing or differs" };
            writeln!(out, "{}: {state}", visible(path.as_str()))
        })
    })?;
    output::talk("registry/ is not what the manifests give: run `modreg compile` and commit the result");
    Ok(Exit::No)
}
