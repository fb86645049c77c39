//! Running the `git` program, the one way in which this crate does.
//!
//! A run is bounded in time and never asks anybody anything, but for the passphrase of a signing key. Git prints
//! untranslated messages, works in the given repository, and leads a process group that is ended as a whole: at a
//! timeout, or when this program is interrupted ([`super::running`]).

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read, Seek as _, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use super::{
    error::{GitError, GitErrorKind},
    running::Running,
    words::summary,
};
use crate::domain::{ObjectId, RepoPath};

/// So much of what git says is kept; the rest is read and dropped.
const KEPT: usize = 64 * 1024;
/// How long a run may take that needs no network.
const TIMEOUT: Duration = Duration::from_mins(30);
/// How long to wait for the rest of what a program prints that has ended, and of what it says: a helper that goes on, such
/// as a shared SSH connection, may keep the second open for ever.
const REST_OF_OUTPUT: Duration = Duration::from_secs(10);
const REST_OF_WORDS: Duration = Duration::from_millis(500);

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
pub(super) struct Program {
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

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    /// The exit status, or `None` where the time was over.
    pub(super) status: Option<ExitStatus>,
    /// What it printed.
    pub(super) out: Vec<u8>,
    /// What it said.
    pub(super) err: String,
}

impl Ran {
    /// Whether it ended well.
    pub(super) fn is_success(&self) -> bool {
        self.code() == Some(0)
    }

    /// The exit code, where it ended by itself.
    pub(super) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Whether it died of a signal that leaves no time to remove locks; asked to end, git removes them itself.
    pub(super) fn was_killed(&self) -> bool {
        #[cfg(unix)]
        {
            const HUP: i32 = 1;
            const INT: i32 = 2;
            const TERM: i32 = 15;
            let signal =
                self.status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
            signal.is_some_and(|signal| ![HUP, INT, TERM].contains(&signal))
        }
        #[cfg(not(unix))]
        false
    }

    /// What it printed, without the newline at the end.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).trim_end_matches('\n').to_owned()
    }

    /// The object id that it printed.
    pub(super) fn id(&self) -> Option<ObjectId> {
        self.text().parse().ok()
    }

    /// Why it failed, in one line.
    pub(super) fn said(&self) -> String {
        match self.status {
            None => "it took too long".to_owned(),
            Some(status) if self.err.trim().is_empty() => format!("it ended with {status}"),
            Some(_) => summary(&self.err),
        }
    }

    /// Why it failed, as far as git's words tell it.
    pub(super) fn failure(&self) -> GitErrorKind {
        let says = |words: &str| self.err.contains(words);
        if let Some(path) = held_lock(&self.err) {
            return GitErrorKind::Locked { age: age(&path), path };
        }
        let said = self.said();
        if says("detected dubious ownership") {
            GitErrorKind::UntrustedOwner
        } else if says("insufficient permission")
            || says("Read-only file system")
            || says(": Permission denied")
        {
            GitErrorKind::ReadOnly { said }
        } else {
            GitErrorKind::Failed { said }
        }
    }
}

/// How long ago a file was written.
pub(super) fn age(path: &Path) -> Option<Duration> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()?.elapsed().ok()
}

/// The lock file that kept git from its work. With reftables git does not name it.
fn held_lock(said: &str) -> Option<PathBuf> {
    let line =
        said.lines().find(|line| line.contains("Unable to create '") && line.contains("File exists"))?;
    let (_, rest) = line.split_once("Unable to create '")?;
    rest.rsplit_once("': File exists").map(|(path, _)| PathBuf::from(path))
}

impl Program {
    /// Prepares `git ARGS` in a folder; `context` starts with a verb that follows "could not".
    pub(super) fn new<A: AsRef<OsStr>>(
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
    pub(super) fn context(&self) -> &str {
        &self.context
    }

    /// Adds an argument.
    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(super) fn args<A: AsRef<OsStr>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Limits it to a directory, whose name is not read as a pattern; the empty path is the whole working tree.
    pub(super) fn below(self, directory: &RepoPath) -> Self {
        match directory.as_str() {
            "" => self,
            directory => self.option("--literal-pathspecs").args(["--", directory]),
        }
    }

    /// Adds an option of git itself, before the subcommand.
    pub(super) fn option(mut self, option: impl AsRef<OsStr>) -> Self {
        self.options.push(option.as_ref().to_owned());
        self
    }

    /// Overrides a setting: `name=value`.
    pub(super) fn setting(self, setting: impl AsRef<OsStr>) -> Self {
        self.option("-c").option(setting)
    }

    /// Runs it without hooks: only changes of references and pushes run them.
    pub(super) fn without_hooks(self) -> Self {
        self.setting("core.hooksPath=/dev/null")
    }

    /// Sets a variable of its environment.
    pub(super) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// Gives the program a list of which it would take a part for the whole, as it would get one from a process that is
    /// killed while it writes.
    pub(super) fn list(mut self, list: impl AsRef<[u8]>) -> Result<Self, GitError> {
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
    pub(super) fn without_colors(self) -> Self {
        let colored =
            ["color.push=false", "color.remote=false", "color.transport=false", "color.advice=false"];
        colored.into_iter().fold(self, Self::setting)
    }

    /// Gives the program something to read.
    pub(super) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Ends it after this time.
    pub(super) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets it use the terminal: a program of its own group could not.
    pub(super) fn may_ask(mut self) -> Self {
        self.may_ask = true;
        self
    }

    /// Runs it to its end, or until the time is over; any failure is an error with git's words.
    pub(super) fn succeed(self) -> Result<Ran, GitError> {
        let context = self.context.clone();
        let ran = self.run()?;
        if ran.is_success() {
            Ok(ran)
        } else {
            Err(GitError::new(format!("could not {context}"), ran.failure()))
        }
    }

    /// Runs it to its end, or until the time is over.
    pub(super) fn run(mut self) -> Result<Ran, GitError> {
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

/// A piece of output; an empty one is the end.
enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

/// Reads a stream in a thread of its own. The thread ends with the stream, which a daemon that inherited it may keep open.
fn read(mut stream: impl Read + Send + 'static, sender: Sender<Event>, event: fn(Vec<u8>) -> Event) {
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match stream.read(&mut buffer) {
                Ok(length) => {
                    let is_over = sender.send(event(buffer[..length].to_vec())).is_err();
                    if is_over || length == 0 {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
}

/// The output so far.
#[derive(Default)]
struct Heard {
    out: Vec<u8>,
    out_ended: bool,
    err: Vec<u8>,
}

impl Heard {
    /// Collects output while the program runs and the deadline has not passed.
    fn until(&mut self, deadline: Instant, events: &Receiver<Event>, mut is_running: impl FnMut() -> bool) {
        /// How often to look whether a silent program still runs: a daemon may keep its streams open.
        const INTERVAL: Duration = Duration::from_millis(50);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            match events.recv_timeout(left.min(INTERVAL)) {
                Ok(event) => self.keep(event),
                Err(_) if !is_running() => return,
                Err(RecvTimeoutError::Timeout) => {}
                // Both streams ended, and the program is about to.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_micros(200)),
            }
        }
    }

    /// Collects what a program that has ended left in its streams.
    fn rest(&mut self, events: &Receiver<Event>) {
        let ended = Instant::now();
        loop {
            let deadline = ended + if self.out_ended { REST_OF_WORDS } else { REST_OF_OUTPUT };
            let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                return;
            };
            self.keep(event);
            // Something that still writes has had its time, however much of it waits here.
            if Instant::now() >= deadline {
                return;
            }
        }
    }

    fn keep(&mut self, event: Event) {
        match event {
            Event::Out(bytes) if bytes.is_empty() => self.out_ended = true,
            Event::Out(bytes) => self.out.extend_from_slice(&bytes),
            Event::Err(bytes) => {
                let room = KEPT.saturating_sub(self.err.len()).min(bytes.len());
                self.err.extend_from_slice(&bytes[..room]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_that_is_in_the_way_is_named() {
        for (said, expected) in [
            (
                "fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process seems",
                Some("/r/.git/index.lock"),
            ),
            (
                "fatal: cannot lock ref 'refs/heads/main': Unable to create '/it's/.git/refs/heads/main.lock': File exists.",
                Some("/it's/.git/refs/heads/main.lock"),
            ),
            ("fatal: Unable to create '/r/.git/index.lock': No space left on device", None),
        ] {
            assert_eq!(held_lock(said), expected.map(PathBuf::from), "{said}");
        }
    }
}
