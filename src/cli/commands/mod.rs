//! The commands, one file each: the arguments, whose doc comments are the help texts, and a function that runs it.

mod compile;
mod completions;
mod diff;
mod explain;
mod history;
mod init;
mod man;
mod new;
mod prune;
mod rollback;
mod schema;
mod serve;
mod show;
mod status;
mod sync;
mod unpin;
mod validate;
mod verify;

use clap::Subcommand;

use super::{context::Context, error::CliError, exit::Exit, interrupt};

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::Args),
    New(new::Args),
    Validate(validate::Args),
    Compile(compile::Args),
    Diff(diff::Args),
    Sync(sync::Args),
    Prune(prune::Args),
    Status(status::Args),
    History(history::Args),
    Show(show::Args),
    Rollback(rollback::Args),
    Unpin(unpin::Args),
    Verify(verify::Args),
    Serve(serve::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a command. Completions and manual pages are made from the definition of the command line.
pub(super) fn run(
    command: Command,
    definition: fn() -> clap::Command,
    context: &Context,
) -> Result<Exit, CliError> {
    // These two react to signals themselves, so that they can finish what they are doing.
    let handles_signals =
        matches!(&command, Command::Serve(_) | Command::Validate(validate::Args { watch: true, .. }));
    if !handles_signals {
        interrupt::end_git_on_signals()?;
    }
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::New(args) => new::run(&args, context),
        Command::Validate(args) => validate::run(&args, context),
        Command::Compile(args) => compile::run(&args, context),
        Command::Diff(args) => diff::run(&args, context),
        Command::Sync(args) => sync::run(&args, context),
        Command::Prune(args) => prune::run(&args, context),
        Command::Status(args) => status::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Rollback(args) => rollback::run(&args, context),
        Command::Unpin(args) => unpin::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Schema(args) => schema::run(&args, context),
        Command::Completions(args) => completions::run(&args, definition()),
        Command::Man(args) => man::run(&args, definition()),
    }
}
