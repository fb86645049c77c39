//! `modreg sync`

use std::collections::BTreeSet;

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, outcome, workspace},
    domain::{ModuleName, SnapshotVersion},
    sync::{Request, Scope, Trigger},
};

/// Compile what HEAD contains, apply the guards, and commit the next snapshot
///
/// Uncommitted files are not part of it. A module whose manifest is invalid keeps its last good entry (it is held), and
/// never stops the others. Nothing new means no commit.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only these modules; the others stay as they are
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    /// Commit nothing if any manifest is invalid
    #[arg(long)]
    strict: bool,
    /// The number of the next version, to go on where the history of a registry was dropped; higher than all in the log
    #[arg(long, value_name = "N")]
    next_version: Option<SnapshotVersion>,
    /// What started this sync: manual, merge, nightly, schedule or api
    #[arg(long, value_name = "NAME", default_value = "manual", value_parser = trigger)]
    trigger: Trigger,
    #[command(flatten)]
    publishing: Publishing,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let scope = if args.modules.is_empty() {
        Scope::All
    } else {
        Scope::Modules(args.modules.iter().cloned().collect::<BTreeSet<_>>())
    };
    let request = Request {
        strict: args.strict,
        next_version: args.next_version,
        ..args.publishing.request(scope, args.trigger, context.now)
    };
    outcome::publish(&repository, &request, args.publishing.format, context)
}

/// Reads what can start a sync of its own; `rollback` and `init` are commands.
fn trigger(text: &str) -> Result<Trigger, String> {
    match text.parse() {
        Ok(Trigger::Rollback | Trigger::Init) | Err(_) => {
            Err("the trigger must be one of manual, merge, nightly, schedule, api".to_owned())
        }
        Ok(trigger) => Ok(trigger),
    }
}
