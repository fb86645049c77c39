//! Running the `git` program, the one way in which this crate does.
//!
//! A run is bounded in time and never asks anybody anything, but for the passphrase of a signing key. Git prints
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
    ran::Ran,
    running::Running,
    streams::{Event, Heard, read},
};
use crate::{
    domain::RepoPath,
    git::error::{GitError, GitErrorKind},
};

/// How long a run may take that needs no network.
const TIMEOUT: Duration = Duration::from_mins(30);

/// What would make git work in another repository than the one that is meant.
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
    /// What comes before the subcommand.
    options: Vec<OsString>,
    args: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    input: Vec<u8>,
    list: Option<File>,
    timeout: Duration,
    may_ask: bool,
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
            list: None,
            timeout: TIMEOUT,
            may_ask: false,
        }
    }

    /// What it is for: a verb and the rest.
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

    /// Limits it to a directory, whose name is not read as a pattern; the empty path is the whole working tree.
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

    /// Runs it without hooks: only changes of references and pushes run them.
    pub(in crate::git) fn without_hooks(self) -> Self {
        self.setting("core.hooksPath=/dev/null")
    }

    /// Sets a variable of its environment.
    pub(in crate::git) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// Gives the program a list of which it would take a part for the whole, as it would get one from a process that is
    /// killed while it writes.
    pub(in crate::git) fn list(mut self, list: impl AsRef<[u8]>) -> Result<Self, GitError> {
        let stored = || {
            let mut file = tempfile::tempfile()?;
            file.write_all(list.as_ref())?;
            file.rewind()?;
            Ok(file)
        };
        let failed = |error| GitError::io(format!("could not {}", self.context), "a temporary file", error);
        self.list = Some(stored().map_err(failed)?);
        Ok(self)
    }

    /// Keeps escape codes out of what it says.
    pub(in crate::git) fn without_colors(self) -> Self {
        let colored =
            ["color.push=false", "color.remote=false", "color.transport=false", "color.advice=false"];
        colored.into_iter().fold(self, Self::setting)
    }

    /// Gives the program something to read.
    pub(in crate::git) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Ends it after this time.
    pub(in crate::git) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets it use the terminal: a program of its own group could not.
    pub(in crate::git) fn may_ask(mut self) -> Self {
        self.may_ask = true;
        self
    }

    /// Runs it to its end, or until the time is over; any failure is an error with git's words.
    pub(in crate::git) fn succeed(self) -> Result<Ran, GitError> {
        let context = self.context.clone();
        let ran = self.run()?;
        if ran.is_success() {
            Ok(ran)
        } else {
            Err(GitError::new(format!("could not {context}"), ran.failure()))
        }
    }

    /// Runs it to its end, or until the time is over.
    pub(in crate::git) fn run(mut self) -> Result<Ran, GitError> {
        let failed = |error: io::Error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound if self.folder.is_dir() => GitErrorKind::NoGit,
                _ => GitErrorKind::Io { path: PathBuf::from("git"), source: error },
            };
            GitError::new(format!("could not {}", self.context), kind)
        };
        let mut command = Command::new("git");
        command.args(&self.options).args(&self.args).current_dir(&self.folder);
        let stdin = match self.list.take() {
            Some(list) => Stdio::from(list),
            None if self.input.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        command.env_remove("LANGUAGE").envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut running = Running::start(&mut command, !self.may_ask).map_err(failed)?;
        let child = &mut running.child;
        let (sender, events) = mpsc::channel();
        if let Some(mut stdin) = child.stdin.take() {
            let input = std::mem::take(&mut self.input);
            // A program that does not read to the end has its reasons, and its exit status.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        if let Some(stdout) = child.stdout.take() {
            read(stdout, sender.clone(), Event::Out);
        }
        if let Some(stderr) = child.stderr.take() {
            read(stderr, sender, Event::Err);
        }
        let mut heard = Heard::default();
        heard.until(Instant::now() + self.timeout, &events, || matches!(child.try_wait(), Ok(None)));
        let status = child.try_wait().ok().flatten();
        if status.is_none() {
            running.stop();
        }
        heard.rest(&events);
        drop(running);
        if status.is_some() && !heard.out_ended {
            return Err(failed(io::ErrorKind::TimedOut.into()));
        }
        Ok(Ran { status, out: heard.out, err: String::from_utf8_lossy(&heard.err).into_owned() })
    }
}
