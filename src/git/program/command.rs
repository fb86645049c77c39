//! Preparing and starting a run of the `git` program. No other code of this crate starts it.
//!
//! A run is limited in time and never asks the user for anything except the passphrase of a signing key. Git prints
//! untranslated messages, works in the given repository, and leads a process group that is ended as a whole: at a
//! timeout, or when this program is interrupted ([`super::running`]).

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Seek as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{
    output::Output,
    running::Running,
    streams::{Chunk, Collected, read},
};
use crate::{
    domain::RepoPath,
    git::error::{GitError, GitErrorKind},
};

/// The time limit of a run that needs no network.
const TIMEOUT: Duration = Duration::from_mins(30);

/// The environment variables that would make git work in another repository than the given one.
///
/// These are the variables of `git rev-parse --local-env-vars` without those that carry settings, and those that change
/// what a path means.
const REPOSITORY_VARIABLES: [&str; 19] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// One run of the `git` program.
pub(in crate::git) struct Program {
    context: String,
    folder: PathBuf,
    /// The options of git itself, which come before the subcommand.
    options: Vec<OsString>,
    args: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    input: Vec<u8>,
    input_file: Option<File>,
    timeout: Duration,
    may_prompt: bool,
}

impl Program {
    /// Prepares `git ARGS` in a folder; `context` starts with a verb that follows "could not".
    pub(in crate::git) fn new<A: AsRef<OsStr>>(
        context: impl Into<String>,
        folder: &Path,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            context: context.into(),
            folder: folder.to_owned(),
            options: vec!["--no-replace-objects".into(), "--no-optional-locks".into()],
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
            variables: vec![("GIT_TERMINAL_PROMPT", "0".into()), ("LC_ALL", "C.UTF-8".into())],
            input: Vec::new(),
            input_file: None,
            timeout: TIMEOUT,
            may_prompt: false,
        }
    }

    /// Returns what the run is for, starting with a verb.
    pub(in crate::git) fn context(&self) -> &str {
        &self.context
    }

    /// Adds an argument.
    pub(in crate::git) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(in crate::git) fn args<A: AsRef<OsStr>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Limits the run to a directory, whose name is not read as a pattern. The empty path is the whole working tree.
    pub(in crate::git) fn below(self, directory: &RepoPath) -> Self {
        match directory.as_str() {
            "" => self,
            directory => self.option("--literal-pathspecs").args(["--", directory]),
        }
    }

    /// Adds an option of git itself, before the subcommand.
    pub(in crate::git) fn option(mut self, option: impl AsRef<OsStr>) -> Self {
        self.options.push(option.as_ref().to_owned());
        self
    }

    /// Overrides a setting: `name=value`.
    pub(in crate::git) fn setting(self, setting: impl AsRef<OsStr>) -> Self {
        self.option("-c").option(setting)
    }

    /// Runs the program without hooks. Hooks run only when references change and at pushes.
    pub(in crate::git) fn without_hooks(self) -> Self {
        self.setting("core.hooksPath=/dev/null")
    }

    /// Sets an environment variable.
    pub(in crate::git) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// Passes a list to the program as a complete file.
    ///
    /// Through a pipe, git would take the part that a killed process wrote for the whole list.
    pub(in crate::git) fn input_file(mut self, list: impl AsRef<[u8]>) -> Result<Self, GitError> {
        let stored = || {
            let mut file = tempfile::tempfile()?;
            file.write_all(list.as_ref())?;
            file.rewind()?;
            Ok(file)
        };
        let failed = |error| GitError::io(format!("could not {}", self.context), "a temporary file", error);
        self.input_file = Some(stored().map_err(failed)?);
        Ok(self)
    }

    /// Keeps escape codes out of the messages.
    pub(in crate::git) fn without_colors(self) -> Self {
        let colored =
            ["color.push=false", "color.remote=false", "color.transport=false", "color.advice=false"];
        colored.into_iter().fold(self, Self::setting)
    }

    /// Passes bytes to the program through a pipe.
    pub(in crate::git) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Sets the time after which the program is ended.
    pub(in crate::git) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets the program ask at the terminal. A program that leads its own process group could not.
    pub(in crate::git) fn may_prompt(mut self) -> Self {
        self.may_prompt = true;
        self
    }

    /// Runs the program to its end or its timeout. Any failure is an error with git's message.
    pub(in crate::git) fn succeed(self) -> Result<Output, GitError> {
        let context = self.context.clone();
        let ran = self.run()?;
        if ran.is_success() {
            Ok(ran)
        } else {
            Err(GitError::new(format!("could not {context}"), ran.failure()))
        }
    }

    /// Runs the program to its end or its timeout.
    pub(in crate::git) fn run(mut self) -> Result<Output, GitError> {
        let failed = |error: io::Error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound if self.folder.is_dir() => GitErrorKind::NoGit,
                _ => GitErrorKind::Io { path: PathBuf::from("git"), source: error },
            };
            GitError::new(format!("could not {}", self.context), kind)
        };
        let mut command = Command::new("git");
        command.args(&self.options).args(&self.args).current_dir(&self.folder);
        let stdin = match self.input_file.take() {
            Some(file) => Stdio::from(file),
            None if self.input.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        command.env_remove("LANGUAGE").envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut running = Running::start(&mut command, !self.may_prompt).map_err(failed)?;
        let child = &mut running.child;
        let (sender, chunks) = mpsc::channel();
        if let Some(mut stdin) = child.stdin.take() {
            let input = std::mem::take(&mut self.input);
            // A program that does not read to the end reports the reason by its exit status.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        if let Some(stdout) = child.stdout.take() {
            read(stdout, sender.clone(), Chunk::Stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            read(stderr, sender, Chunk::Stderr);
        }
        let mut collected = Collected::default();
        collected
            .collect_until(Instant::now() + self.timeout, &chunks, || matches!(child.try_wait(), Ok(None)));
        let status = child.try_wait().ok().flatten();
        if status.is_none() {
            running.stop();
        }
        collected.collect_rest(&chunks);
        drop(running);
        if status.is_some() && !collected.stdout_ended {
            return Err(failed(io::ErrorKind::TimedOut.into()));
        }
        let stderr = String::from_utf8_lossy(&collected.stderr).into_owned();
        Ok(Output { status, stdout: collected.stdout, stderr })
    }
}
