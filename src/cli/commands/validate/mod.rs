//! `modreg validate`

mod check;
mod fix;
mod memory;
mod surroundings;
mod targets;
mod watch;

use std::path::{Path, PathBuf};

use crate::{
    cli::{
        Exit,
        args::{CheckFormat, Rendering},
        context::{Context, Verbosity},
        error::CliError,
        output,
        workspace::Folder,
    },
    compile::Compiler,
    fix::Fix,
    report::{
        findings::{Check, Findings, human},
        json::{self, ValidateReport},
        markdown::step_summary,
        step_outputs::Outputs,
    },
};
use check::Checked;
use memory::Memory;
use surroundings::Surroundings;

/// Check manifests of the working tree
///
/// Without paths all manifests of the registry are checked. In a registry "no problems" means that a sync takes them: the
/// names of all other manifests and the published versions count. It works outside Git, on single files, and on standard
/// input (`-`). Exits 1 if a manifest is invalid.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Manifests, folders of manifests, or names of modules; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Fix what is mechanical: `ai_context`, the case of `category` and `status`, repeated list items, typographic quotes
    /// around values, spaces at the end of values; nothing else in a file changes. Of standard input the fixed text is printed
    #[arg(long)]
    fix: bool,
    /// Check again whenever something changes, until Ctrl-C; with `--fix` fix first, then check
    #[arg(long)]
    pub(super) watch: bool,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    if args.watch {
        return watch::run(args, context);
    }
    let folder = Folder::find_files(context)?;
    let compiler = folder.compiler(context)?;
    if args.fix && args.paths == [Path::new("-")] {
        return filter(&compiler, args, context);
    }
    let registry = surroundings::registry(&folder, &compiler)?;
    let around = Surroundings { folder: &folder, registry: registry.as_ref(), compiler: &compiler, context };
    let targets = targets::find(&args.paths, around)?;
    let fixes = if args.fix { Some(fix::files(&targets, around)?) } else { None };
    // Before anything can fail: the files have changed.
    report_fixes(fixes.as_deref().unwrap_or_default(), context);
    let mut checked = check::check(&targets, around, &mut Memory::default())?;
    let exit = report(&checked, fixes.as_deref(), args, context)?;
    match checked.obstacle.take() {
        Some(error) => Err(error.into()),
        None => Ok(exit),
    }
}

/// Prints standard input as fixed as it can be; the findings that remain go to standard error.
fn filter(compiler: &Compiler, args: &Args, context: &Context) -> Result<Exit, CliError> {
    if args.format != CheckFormat::Human {
        return Err(CliError::cannot_run("`--fix -` prints the fixed manifest, and no report beside it")
            .hint("leave `--format` out, or check the result in a second run"));
    }
    let (bytes, fixes) = fix::input(compiler)?;
    output::write(|out| out.write_all(&bytes))?;
    report_fixes(&fixes, context);
    let checked = check::manifest(check::input(), bytes, compiler);
    context.talk_diagnostics(checked.diagnostics.iter());
    Ok(exit(&findings(&checked, args)))
}

fn report_fixes(fixes: &[Fix], context: &Context) {
    for Fix { diagnostic, change } in fixes {
        let (path, start) = (diagnostic.source.path(), diagnostic.start());
        context
            .say(&format!("fixed {path}:{}:{}: {}: {change}", start.line, start.column, diagnostic.message));
    }
}

/// Says which entries a sync would remove, for a slip can be the reason.
fn report_removals(checked: &Checked, context: &Context) {
    let lines = checked.removed.iter().map(|name| format!("a sync would remove the entry of `{name}`"));
    context.say_all(lines.collect(), "entry", "`modreg diff` lists all");
    if let Some(reason) = &checked.refused {
        context.warn(&format!("a sync would be refused: {reason}"));
    }
}

fn findings(checked: &Checked, args: &Args) -> Findings {
    let mut findings = Findings::of_manifests(Check::Validate, checked.paths.clone(), &checked.diagnostics);
    findings.is_strict = args.strict;
    findings
}

fn exit(findings: &Findings) -> Exit {
    let fails = findings.items.iter().any(|item| findings.is_failure(item));
    if fails { Exit::No } else { Exit::Done }
}

fn report(
    checked: &Checked,
    fixes: Option<&[Fix]>,
    args: &Args,
    context: &Context,
) -> Result<Exit, CliError> {
    let Checked { counts, diagnostics, .. } = checked;
    let findings = findings(checked, args);
    match args.format.rendering() {
        Rendering::Json => {
            let fixed = fixes.map(|fixes| fixes.iter().map(|fix| (&fix.diagnostic).into()).collect());
            let report = ValidateReport {
                summary: *counts,
                fixed,
                diagnostics: json::diagnostics(diagnostics),
                ignored: checked.ignored.iter().cloned().collect(),
                others: checked.others.iter().cloned().collect(),
                removed: checked.removed.clone(),
            };
            output::write(|out| json::write(out, &report))?;
        }
        Rendering::Findings(write) => output::write(|out| write(out, &findings))?,
        Rendering::Human => {
            output::write(|out| human::diagnostics(out, diagnostics, context.out))?;
        }
    }
    report_removals(checked, context);
    context.say_ignored(&checked.ignored);
    context.say_left_out("because the name is not that of a manifest", &checked.others);
    if args.format != CheckFormat::Json && context.verbosity >= Verbosity::Normal {
        output::talk(&human::summary(diagnostics, counts.modules, context.talk));
    }
    context.tell_workflow(&Outputs::of_findings(&findings), || step_summary::findings(&findings))?;
    Ok(exit(&findings))
}
