//! `modreg completions` prints the completion script of a shell.

use clap_complete::Shell;

use crate::cli::{error::CliError, exit::Exit, output};

/// Print the completion script of a shell
///
/// For bash: `modreg completions bash > ~/.local/share/bash-completion/completions/modreg`
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The shell that runs the script
    shell: Shell,
}

pub(super) fn run(args: &Args, mut definition: clap::Command) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition, "modreg", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
