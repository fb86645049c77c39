//! What the user typed.

use std::{io, num::NonZeroUsize, path::PathBuf, thread, time::Duration};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::{
    report::findings::{Findings, github, gitlab, junit, sarif},
    sync::{Push, RemovalToken, Request, Scope, Trigger},
};

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The top of the registry's repository; the default is the current directory
    #[arg(short = 'C', long = "repo", value_name = "DIR", global = true)]
    pub(super) repo: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: ColorWhen,
    /// Say only what is asked for and what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more about what is being done
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// How many threads to use; the default is one for each processor
    #[arg(long, value_name = "N", global = true, value_parser = threads)]
    pub(super) jobs: Option<NonZeroUsize>,
}

fn threads(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "it is a number of threads, 1 or more")
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The output formats of most commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs: one JSON object, described by a schema (see `modreg schema`)
    Json,
}

/// The output formats of the commands that check something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people
    #[default]
    Human,
    /// For programs: one JSON object, described by a schema (see `modreg schema`)
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions, most severe first
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// `JUnit` XML, a suite for each manifest
    Junit,
}

/// Who writes a report.
pub(super) enum Rendering {
    /// The command, for people.
    Human,
    /// The command, as its own report.
    Json,
    /// A writer of findings, whatever the command.
    Findings(fn(&mut dyn io::Write, &Findings) -> io::Result<()>),
}

impl CheckFormat {
    /// Who writes it.
    pub(super) fn rendering(self) -> Rendering {
        match self {
            Self::Human => Rendering::Human,
            Self::Json => Rendering::Json,
            Self::Sarif => Rendering::Findings(sarif::write),
            Self::Github => Rendering::Findings(github::write),
            Self::Gitlab => Rendering::Findings(gitlab::write),
            Self::Junit => Rendering::Findings(junit::write),
        }
    }
}

/// The options of every command that publishes a snapshot.
#[derive(Debug, Args)]
pub(super) struct Publishing {
    /// Show what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Let through the removals that an earlier refusal listed, and no others
    #[arg(long, value_name = "TOKEN")]
    allow_removals: Option<RemovalToken>,
    /// Push the snapshot, and have it on the local branch only once the remote has accepted it; REMOTE is a remote's
    /// name or a URL, by default what `git push` would take
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

impl Publishing {
    /// Returns the request that these options describe, not strict.
    pub(super) fn request<'a>(&self, scope: Scope, trigger: Trigger, now: Timestamp) -> Request<'a> {
        let push = self.push.as_ref().map(|remote| Push {
            remote: Some(remote.clone()).filter(|remote| !remote.is_empty()),
            wait: &wait,
        });
        Request {
            dry_run: self.dry_run,
            allow_removals: self.allow_removals.clone(),
            push,
            ..Request::new(scope, trigger, now)
        }
    }
}

/// Waits for any time up to `longest`, so that those who lost the same race do not meet again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}
