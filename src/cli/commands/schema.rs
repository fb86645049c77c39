//! `modreg schema`

use crate::{
    cli::{Exit, context::Context, error::CliError, output},
    schema,
};

/// Print a JSON Schema of a file or report
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The schema, such as `module` or `sync-report`; without one, all are listed
    name: Option<String>,
}

pub(super) fn run(args: &Args, _context: &Context) -> Result<Exit, CliError> {
    match &args.name {
        None => output::print(&schema::BUILTIN.map(|(name, _)| format!("{name}\n")).concat())?,
        Some(wanted) => {
            let found = schema::BUILTIN.iter().find(|(name, _)| name == wanted);
            let (_, text) = found.ok_or_else(|| {
                let unknown = CliError::cannot_run(format!("there is no schema `{wanted}`"));
                match schema::closest(wanted, schema::BUILTIN.map(|(name, _)| name)) {
                    Some(name) => unknown.hint(format!("did you mean `{name}`?")),
                    None => unknown.hint("`modreg schema` lists all schemas"),
                }
            })?;
            output::print(text)?;
        }
    }
    Ok(Exit::Done)
}
