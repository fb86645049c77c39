//! `modreg sync`

use std::{collections::BTreeSet, thread, time::Duration};

use crate::{
    cli::{Exit, args::Format, context::Context, error::CliError, outcome, workspace},
    domain::ModuleName,
    sync::{Push, RemovalToken, Request, Scope, Trigger},
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
    /// Show what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Commit nothing if any manifest is invalid
    #[arg(long)]
    strict: bool,
    /// Let through the removals that an earlier refusal listed, and no others
    #[arg(long, value_name = "TOKEN")]
    allow_removals: Option<RemovalToken>,
    /// Push the snapshot, and have it on the local branch only once the remote has accepted it; REMOTE is a remote's
    /// name or a URL, by default what `git push` would take
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
    /// What started this sync: manual, merge, nightly, schedule, api, rollback or init
    #[arg(long, value_name = "NAME", default_value = "manual")]
    trigger: Trigger,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let scope = if args.modules.is_empty() {
        Scope::All
    } else {
        Scope::Modules(args.modules.iter().cloned().collect::<BTreeSet<_>>())
    };
    let request = Request {
        scope,
        dry_run: args.dry_run,
        strict: args.strict,
        allow_removals: args.allow_removals.clone(),
        push: args.push.as_ref().map(|remote| Push {
            remote: Some(remote.clone()).filter(|remote| !remote.is_empty()),
            has_ssh_command: context.has_ssh_command,
            wait: &wait,
        }),
        trigger: args.trigger,
        identity: &context.identity,
        now: context.now,
    };
    outcome::publish(&repository, &request, args.format, context)
}

/// Waits for any time up to `longest`, so that those who lost the same race do not meet again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}
