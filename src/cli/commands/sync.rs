//! `modreg sync`

use std::{collections::BTreeSet, thread, time::Duration};

use crate::{
    cli::{Exit, args::Publishing, context::Context, error::CliError, outcome, workspace},
    domain::ModuleName,
    sync::{Push, Request, Scope, Trigger},
};

/// Compile what HEAD holds, apply the guards, and commit the next snapshot
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
    /// Push the snapshot, and have it on the local branch only once the remote has accepted it; REMOTE is a remote's
    /// name or a URL, by default what `git push` would take
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
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
        push: args.push.as_ref().map(|remote| Push {
            remote: Some(remote.clone()).filter(|remote| !remote.is_empty()),
            wait: &wait,
        }),
        ..args.publishing.request(scope, args.trigger, context)
    };
    outcome::publish(&repository, &request, args.publishing.format, context).map_err(|error| {
        match &args.push {
            Some(name) if name.parse::<ModuleName>().is_ok() && !repository.has_remote(name) => error.hint(
                format!("`{name}` was taken for a remote; to sync and push that module: `modreg sync {name} --push`"),
            ),
            Some(_) | None => error,
        }
    })
}

/// Reads what can start a sync of its own; `rollback` and `init` are commands.
fn trigger(text: &str) -> Result<Trigger, String> {
    match text.parse() {
        Ok(Trigger::Rollback | Trigger::Init) | Err(_) => {
            Err("it is one of manual, merge, nightly, schedule, api".to_owned())
        }
        Ok(trigger) => Ok(trigger),
    }
}

/// Waits for any time up to `longest`, so that those who lost the same race do not meet again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}
