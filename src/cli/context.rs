//! The context of a run: the only place that reads the environment, the clock and the terminal.

use std::{
    io::{self, IsTerminal as _},
    num::NonZeroUsize,
    path::PathBuf,
};

use jiff::Timestamp;

use super::{
    args::{ColorWhen, Global},
    error::CliError,
};
use crate::report::{Style, shorten::MAX_LINES};

/// The amount of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// The files to which a step of a workflow appends, as the environment names them.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkflowFiles {
    /// The value of `GITHUB_OUTPUT`.
    pub(super) outputs: Option<PathBuf>,
    /// The value of `GITHUB_STEP_SUMMARY`.
    pub(super) summary: Option<PathBuf>,
}

/// The options and the environment of one run.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the environment")]
pub(super) struct Context {
    /// The current directory.
    pub(super) current_dir: PathBuf,
    /// The folder that the user named with `-C`.
    pub(super) repo: Option<PathBuf>,
    /// The style of results on standard output.
    pub(super) stdout: Style,
    /// The style of messages on standard error.
    pub(super) stderr: Style,
    /// The amount of output on standard error.
    pub(super) verbosity: Verbosity,
    /// Whether standard error is a terminal.
    pub(super) on_terminal: bool,
    /// The number of threads, if the user set it.
    pub(super) jobs: Option<NonZeroUsize>,
    /// Whether progress bars are shown.
    pub(super) shows_progress: bool,
    /// Whether standard output is a terminal, which `--watch` can clear.
    pub(super) clears_screen: bool,
    /// The files for the outputs of a workflow, if the run is a step of one.
    pub(super) workflow: WorkflowFiles,
    /// Whether SSH must fail instead of asking for a password, because the environment does not name an SSH program.
    pub(super) silences_ssh: bool,
    /// The time at which the run began.
    pub(super) now: Timestamp,
}

impl Context {
    /// Reads the options and the environment of the process.
    #[expect(clippy::disallowed_methods, reason = "this is the only place that reads the environment")]
    pub(super) fn from_process(global: &Global) -> Result<Self, CliError> {
        if let Some(jobs) = global.jobs {
            rayon::ThreadPoolBuilder::new()
                .num_threads(jobs.get())
                .build_global()
                .map_err(|error| CliError::cannot_run(format!("cannot start {jobs} threads: {error}")))?;
        }
        let current_dir = std::env::current_dir()
            .map_err(|error| CliError::cannot_run(format!("cannot find the current directory: {error}")))?;
        let verbosity = match (global.quiet, global.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let on_terminal = io::stderr().is_terminal();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Ok(Self {
            current_dir,
            repo: global.repo.clone(),
            stdout: style(global, &io::stdout(), io::stdout().is_terminal()),
            stderr: style(global, &io::stderr(), on_terminal),
            verbosity,
            on_terminal,
            jobs: global.jobs,
            shows_progress: on_terminal && verbosity != Verbosity::Quiet,
            clears_screen: io::stdout().is_terminal(),
            workflow: WorkflowFiles {
                outputs: variable("GITHUB_OUTPUT").map(PathBuf::from),
                summary: variable("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            },
            silences_ssh: ["GIT_SSH_COMMAND", "GIT_SSH"].iter().all(|name| variable(name).is_none()),
            now: Timestamp::now(),
        })
    }

    /// Returns the clock, for commands that run for a long time.
    #[expect(clippy::disallowed_methods, reason = "this is the only place that reads the environment")]
    pub(super) fn clock() -> fn() -> Timestamp {
        Timestamp::now
    }

    /// Returns the secret in an environment variable that the settings name, or that the server reads.
    #[expect(clippy::disallowed_methods, reason = "this is the only place that reads the environment")]
    pub(super) fn secret(name: &str) -> Option<Vec<u8>> {
        std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
    }

    /// Returns the folder from which the repository is searched.
    pub(super) fn start_folder(&self) -> PathBuf {
        self.repo.as_ref().map_or_else(|| self.current_dir.clone(), |repo| self.current_dir.join(repo))
    }
}

/// Returns the style of a stream. On a terminal or with `--quiet`, only the start of a long list is written; a pipe gets the
/// whole list, because a program may read it.
fn style(global: &Global, stream: &impl anstream::stream::RawStream, is_terminal: bool) -> Style {
    let color = match global.color {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    };
    let width = if is_terminal { terminal_width() } else { None };
    let max_lines = (is_terminal || global.quiet).then_some(MAX_LINES);
    Style { color, width: width.unwrap_or(100), unicode: true, max_lines }
}

fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size()?;
    Some(usize::from(columns))
}
