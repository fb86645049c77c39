//! `modreg explain`

use crate::{
    cli::{Exit, context::Context, error::CliError, output},
    report::text::wrap,
    rules,
};

/// Explain a rule: what it demands, why, and how to satisfy it
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The rule's code, such as `schema/required`; without one, all rules are listed
    code: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    match &args.code {
        None => list(context)?,
        Some(code) => explain(code, context)?,
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<(), CliError> {
    let width = rules::RULES.iter().map(|rule| rule.code.len()).max().unwrap_or_default();
    output::write(|out| {
        rules::RULES.iter().try_for_each(|rule| {
            let code = context.out.strong(&format!("{:width$}", rule.code));
            writeln!(out, "{code}  {:7}  {}", rule.severity.as_str(), rule.summary)
        })
    })
}

fn explain(code: &str, context: &Context) -> Result<(), CliError> {
    let Some(rule) = rules::find(code) else {
        let error = CliError::cannot_run(format!("there is no rule `{code}`"));
        return Err(match rules::suggest(code) {
            Some(closest) => error.hint(format!("did you mean `{closest}`?")),
            None => error.hint("`modreg explain` lists all rules"),
        });
    };
    let changeable = if rule.fixed {
        "fixed: no entry can be compiled without it"
    } else {
        "can be changed in modreg.toml, under [rules]"
    };
    let (code, severity) = (context.out.strong(rule.code), rule.severity.as_str());
    output::write(|out| {
        writeln!(out, "{code}: {}\n\nSeverity: {severity} ({changeable})\n", rule.summary)?;
        rule.explanation.lines().try_for_each(|line| {
            let is_example = line.starts_with(' ');
            let shown = if is_example { line.to_owned() } else { wrap(line, context.out.width) };
            writeln!(out, "{shown}")
        })
    })
}
