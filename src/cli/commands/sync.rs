//! `modreg sync` publishes the next snapshot.

use std::collections::BTreeSet;

use crate::{
    cli::{args::Publishing, context::Context, error::CliError, exit::Exit, publish, workspace},
    domain::{ModuleName, SnapshotVersion},
    sync::{Request, Scope, Trigger},
};

/// Compile the manifests of HEAD, apply the guards, and commit the next snapshot
///
/// Uncommitted files are ignored. A module whose manifest is invalid is held: it keeps its last good content, and the other
/// modules are published. If nothing changed, nothing is committed.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The modules to sync; the default is all
    #[arg(value_name = "MODULE")]
    modules: Vec<ModuleName>,
    /// Commit nothing if any manifest is invalid
    #[arg(long)]
    strict: bool,
    /// Give the next version this number, which must be higher than that of every published version
    ///
    /// It continues the numbers of a registry whose history was removed.
    #[arg(long, value_name = "N")]
    next_version: Option<SnapshotVersion>,
    /// The event that started this sync: manual, merge, nightly, schedule or api
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
    publish::run(&repository, &request, args.publishing.format, context)
}

/// Parses the value of `--trigger`; only the commands `rollback` and `init` use the triggers of their names.
fn trigger(text: &str) -> Result<Trigger, String> {
    match text.parse() {
        Ok(Trigger::Rollback | Trigger::Init) | Err(_) => {
            Err("expected one of manual, merge, nightly, schedule, api".to_owned())
        }
        Ok(trigger) => Ok(trigger),
    }
}
