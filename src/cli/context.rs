//! What the program knows of its surroundings: the one place that reads the environment, the clock and the terminal.

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

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// The files that a step of a workflow may append to, as the host names them in the environment.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkflowFiles {
    /// `GITHUB_OUTPUT`.
    pub(super) outputs: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`.
    pub(super) summary: Option<PathBuf>,
}

/// The surroundings of one run.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the surroundings")]
pub(super) struct Context {
    /// Where the user is.
    pub(super) current_dir: PathBuf,
    /// The repository that the user named.
    pub(super) repo: Option<PathBuf>,
    /// How results look.
    pub(super) stdout: Style,
    /// How talk looks.
    pub(super) stderr: Style,
    /// How much to say.
    pub(super) verbosity: Verbosity,
    /// Whether standard error is a terminal.
    pub(super) on_terminal: bool,
    /// How many threads to use, where the user gave a number.
    pub(super) jobs: Option<NonZeroUsize>,
    /// Whether progress bars make sense.
    pub(super) shows_progress: bool,
    /// Whether results go to a screen that can be cleared.
    pub(super) clears_screen: bool,
    /// What it leaves for the workflow that it is a step of.
    pub(super) workflow: WorkflowFiles,
    /// Whether SSH is to fail where it would ask for a password: the environment names no SSH program of its own.
    pub(super) silences_ssh: bool,
    /// When the run began.
    pub(super) now: Timestamp,
}

impl Context {
    /// Looks around, once.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that looks around")]
    pub(super) fn from_process(global: &Global) -> Result<Self, CliError> {
        if let Some(jobs) = global.jobs {
            rayon::ThreadPoolBuilder::new()
                .num_threads(jobs.get())
                .build_global()
                .map_err(|error| CliError::cannot_run(format!("cannot start {jobs} threads: {error}")))?;
        }
        let current_dir = std::env::current_dir()
            .map_err(|error| CliError::cannot_run(format!("cannot tell the current directory: {error}")))?;
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

    /// Tells the time, for what goes on after the run began.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that looks around")]
    pub(super) fn clock() -> fn() -> Timestamp {
        Timestamp::now
    }

    /// What an environment variable holds whose name only the settings or the server know: a secret.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that looks around")]
    pub(super) fn secret(name: &str) -> Option<Vec<u8>> {
        std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
    }

    /// Where to look for the repository.
    pub(super) fn start_folder(&self) -> PathBuf {
        self.repo.as_ref().map_or_else(|| self.current_dir.clone(), |repo| self.current_dir.join(repo))
    }
}

/// On a terminal or under `--quiet`, only the start of a long list is written; a pipe gets the whole list, because a
/// program may read it.
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
