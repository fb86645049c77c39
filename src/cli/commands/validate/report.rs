//! The output of `modreg validate`: the findings in the requested format, and the exit code.

use super::check::Checked;
use crate::{
    cli::{
        args::{CheckFormat, Rendering},
        context::{Context, Verbosity},
        error::CliError,
        exit::Exit,
        output,
    },
    fix::Fix,
    report::{
        findings::{Check, Findings, human},
        json::{self, ValidateReport},
        markdown::step_summary,
        step_outputs::Outputs,
    },
};

/// Prints the fixes that were made, one line each.
pub(super) fn report_fixes(fixes: &[Fix], context: &Context) {
    for Fix { diagnostic, change } in fixes {
        let (path, start) = (diagnostic.source.path(), diagnostic.start());
        context.print_message(&format!(
            "fixed {path}:{}:{}: {}: {change}",
            start.line, start.column, diagnostic.message
        ));
    }
}

/// Returns the findings of a check.
pub(super) fn findings(checked: &Checked, is_strict: bool) -> Findings {
    let mut findings = Findings::of_manifests(Check::Validate, checked.paths.clone(), &checked.diagnostics);
    findings.is_strict = is_strict;
    findings
}

/// Returns the exit code: 1 if any finding is a failure.
pub(super) fn exit(findings: &Findings) -> Exit {
    let fails = findings.items.iter().any(|item| findings.is_failure(item));
    if fails { Exit::CheckFailed } else { Exit::Done }
}

/// Prints the result of a check in a format, and returns the exit code.
pub(super) fn report(
    checked: &Checked,
    fixes: Option<&[Fix]>,
    format: CheckFormat,
    is_strict: bool,
    context: &Context,
) -> Result<Exit, CliError> {
    let Checked { counts, diagnostics, .. } = checked;
    let findings = findings(checked, is_strict);
    match format.rendering() {
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
            output::write(|out| human::diagnostics(out, diagnostics, context.stdout))?;
        }
    }
    report_removals(checked, context);
    context.print_ignored(&checked.ignored);
    context.print_left_out("because the name is not that of a manifest", &checked.others);
    if format != CheckFormat::Json && context.verbosity >= Verbosity::Normal {
        output::eprint_line(&human::summary(diagnostics, counts.modules, context.stderr));
    }
    context.write_workflow_files(&Outputs::of_findings(&findings), || step_summary::findings(&findings))?;
    Ok(exit(&findings))
}

/// Prints which entries a sync would remove, because their removal can be a mistake.
fn report_removals(checked: &Checked, context: &Context) {
    let lines = checked.removed.iter().map(|name| format!("a sync would remove the entry of `{name}`"));
    context.print_messages(lines.collect(), "entry", "`modreg diff` lists all");
    if let Some(reason) = &checked.refused {
        context.warn(&format!("a sync would be refused: {reason}"));
    }
}
