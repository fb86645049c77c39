//! The options that several commands share, as clap parses them.

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
    /// The top folder of the registry's repository; the default is the current directory
    #[arg(short = 'C', long = "repo", value_name = "DIR", global = true)]
    pub(super) repo: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: ColorWhen,
    /// Print only results, warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print more details
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// The number of threads, 1 to 1024; the default is one for each processor
    #[arg(long, value_name = "N", global = true, value_parser = threads)]
    pub(super) jobs: Option<NonZeroUsize>,
}

/// The highest number of threads: more of them would only exhaust the machine.
const MAX_THREADS: usize = 1024;

fn threads(text: &str) -> Result<NonZeroUsize, &'static str> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= MAX_THREADS);
    threads.ok_or("expected a number of threads from 1 to 1024")
}

/// The values of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// Use colours on a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always use colours
    Always,
    /// Never use colours
    Never,
}

/// The output formats of most commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Text for people
    #[default]
    Human,
    /// One JSON object for programs; `modreg schema` prints its schema
    Json,
}

/// The output formats of the commands that check something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CheckFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON object for programs; `modreg schema` prints its schema
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations for GitHub Actions, most severe first
    Github,
    /// A Code Quality report for GitLab
    Gitlab,
    /// `JUnit` XML, with one test suite for each manifest
    Junit,
}

/// The way in which a report is written.
pub(super) enum Rendering {
    /// The command writes it for people.
    Human,
    /// The command writes its own JSON report.
    Json,
    /// A writer of findings that all commands share writes it.
    Findings(fn(&mut dyn io::Write, &Findings) -> io::Result<()>),
}

impl CheckFormat {
    /// Returns the way in which a report of this format is written.
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
    /// Show what would be done, without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Allow exactly the removals that an earlier refusal listed
    ///
    /// The message of the refusal contains the token.
    #[arg(long, value_name = "TOKEN")]
    allow_removals: Option<RemovalToken>,
    /// Push the snapshot to a remote
    ///
    /// REMOTE is the name of a remote or a URL; the default is the remote that `git push` uses. The local branch gets the
    /// snapshot only after the remote has accepted it.
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

impl Publishing {
    /// Returns the request that these options describe; it is not strict.
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

/// Waits for a random time up to `longest`, so that runs that lost the same race do not collide again.
fn wait(longest: Duration) {
    thread::sleep(longest.mul_f64(fastrand::f64()));
}
