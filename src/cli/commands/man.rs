//! `modreg man` prints manual pages.

use crate::cli::{error::CliError, exit::Exit, output};

/// Print the manual page of the program or of a command
///
/// To read it: `modreg man | man -l -`
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The command whose page to print; the default is the page of the program
    command: Option<String>,
}

pub(super) fn run(args: &Args, mut definition: clap::Command) -> Result<Exit, CliError> {
    definition.build();
    let page = match &args.command {
        None => definition,
        Some(name) => definition
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| {
                CliError::cannot_run(format!("there is no command `{name}`"))
                    .hint("`modreg help` lists the commands")
            })?
            .display_name(format!("modreg-{name}")),
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    output::print(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Done)
}
