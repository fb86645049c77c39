//! The command line: what the user typed, the commands, exit codes. Everything that prints is below here.
//!
//! `clap` is used here alone. [`context`] reads the environment, the clock and the terminal once; commands see neither.

mod args;
mod commands;
mod context;
mod error;
mod interrupt;
mod outcome;
mod output;
mod progress;
mod webhooks;
mod workflow;
mod workspace;

use std::{panic, process::ExitCode};

use clap::{CommandFactory as _, Parser as _};

use args::Cli;
use context::Context;

/// How a run ended. The numbers are part of the program's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing wrong.
    Done,
    /// The answer is no: invalid manifests, drift, differences under `--check`, a failed `verify`.
    No,
    /// It could not run: usage, settings, not a repository, I/O.
    CannotRun,
    /// Done, but some modules are invalid: held, or left out if new.
    SomeInvalid,
    /// Refused by a guard, nothing written.
    Refused,
    /// Another sync runs, or the race was lost after all retries: try again later.
    Conflict,
    /// A bug in modreg.
    Bug,
}

impl Exit {
    /// The exit code of the process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::CannotRun => 2,
            Self::SomeInvalid => 3,
            Self::Refused => 4,
            Self::Conflict => 5,
            Self::Bug => 70,
        }
    }
}

/// Runs the program that the process's arguments ask for.
pub fn main() -> ExitCode {
    let exit = panic::catch_unwind(run).unwrap_or_else(|_| {
        output::talk("this is a bug in modreg, not in your files: please report it with the message above");
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
    match commands::run(cli.command, &context) {
        Ok(exit) => exit,
        Err(error) => output::failure(&error, Some(&context)),
    }
}

/// The definition of the command line, for completions and the manual.
fn definition() -> clap::Command {
    Cli::command()
}
