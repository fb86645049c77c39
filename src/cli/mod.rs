//! The command line: arguments, commands, output and exit codes. No other module prints.
//!
//! `clap` is used only here. [`context`] reads the environment, the clock and the terminal once; commands use what it read.

mod args;
mod commands;
mod context;
mod error;
mod exit;
mod interrupt;
mod output;
mod progress;
mod publish;
mod webhooks;
mod workflow;
mod workspace;

use std::{panic, process::ExitCode};

use clap::{CommandFactory as _, Parser};

use args::Global;
use commands::Command;
use context::Context;

pub use exit::Exit;

/// Compiles a Git repository of module manifests into a versioned, verifiable registry of AI contexts.
///
/// Manifests are files in `modules/`. Entries are written to `registry/`, and every version of the registry is one commit.
/// A merged manifest is an approved one, and the Git history is the audit log.
#[derive(Debug, Parser)]
#[command(name = "modreg", version, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   done, nothing wrong
  1   a check failed: invalid manifests, drift, differences under --check, problems found by verify
  2   could not run: invalid usage or settings, no repository, an I/O error
  3   done, but some manifests are invalid: their modules are held, or left out if new
  4   refused; nothing was written
  5   conflict: another sync is running, or the branch kept moving; try again later
  70  a bug in modreg";

/// Runs the command that the arguments of the process name, and returns its exit code.
pub fn main() -> ExitCode {
    let exit = panic::catch_unwind(run).unwrap_or_else(|_| {
        output::eprint_line(
            "this is a bug in modreg, not in your files: please report it, with the message above",
        );
        Exit::Bug
    });
    ExitCode::from(exit.code())
}

fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let context = match Context::from_process(&cli.global) {
        Ok(context) => context,
        Err(error) => return output::failure(&error, None),
    };
    match commands::run(cli.command, Cli::command, &context) {
        Ok(exit) => exit,
        Err(error) => output::failure(&error, Some(&context)),
    }
}
