//! `modreg explain` describes a rule, or lists all rules.

use serde_json::Value;

use crate::{
    cli::{context::Context, error::CliError, exit::Exit, output},
    domain::closest,
    report::text::wrap,
    rules, schema,
};

/// The one topic that is not a rule.
const PATTERNS: &str = "patterns";
const PATTERNS_SUMMARY: &str = "how the patterns of a module match requests";

/// Explain a rule: what a finding means, why it matters and how to fix it
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The code of the rule, such as `schema/required`, or `patterns` for how patterns match; by default all rules are listed
    code: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    match &args.code {
        None => list(context)?,
        Some(topic) if topic == PATTERNS => {
            let (name, text) = (context.stdout.strong(PATTERNS), wrap(&patterns(), context.stdout.width));
            output::print(&format!("{name}: {PATTERNS_SUMMARY}\n\n{text}\n"))?;
        }
        Some(code) => explain(code, context)?,
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<(), CliError> {
    let width = rules::RULES.iter().map(|rule| rule.code.len()).max().unwrap_or_default();
    output::write(|out| {
        rules::RULES.iter().try_for_each(|rule| {
            let code = context.stdout.strong(&format!("{:width$}", rule.code));
            writeln!(out, "{code}  {:7}  {}", rule.severity.as_str(), rule.summary)
        })?;
        let name = context.stdout.strong(&format!("{PATTERNS:width$}"));
        writeln!(out, "{name}  {:7}  {PATTERNS_SUMMARY}", "")
    })
}

/// Returns the description of patterns in the schema.
fn patterns() -> String {
    let schema = schema::BUILTIN.iter().find(|(name, _)| *name == "ai-context").map(|(_, text)| *text);
    let schema: Value = schema.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    schema["properties"]["patterns"]["description"].as_str().unwrap_or_default().to_owned()
}

fn explain(code: &str, context: &Context) -> Result<(), CliError> {
    let Some(rule) = rules::find(code) else {
        let error = CliError::cannot_run(format!("there is no rule `{code}`"));
        let topic = || closest(code, [PATTERNS]);
        return Err(match rules::suggest(code).or_else(topic) {
            Some(closest) => error.hint(format!("did you mean `{closest}`?")),
            None => error.hint("`modreg explain` lists all rules"),
        });
    };
    let changeable = if rule.is_configurable {
        "can be changed in modreg.toml, under [rules]"
    } else {
        "settings cannot change it"
    };
    let (code, severity) = (context.stdout.strong(rule.code), rule.severity.as_str());
    output::write(|out| {
        writeln!(out, "{code}: {}\n\nSeverity: {severity} ({changeable})\n", rule.summary)?;
        rule.explanation.lines().try_for_each(|line| {
            let is_example = line.starts_with(' ');
            let shown = if is_example { line.to_owned() } else { wrap(line, context.stdout.width) };
            writeln!(out, "{shown}")
        })
    })
}
