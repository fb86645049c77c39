//! Running the `git` program, for what libgit2 cannot do: the network as the user set it up, and signatures.
//!
//! A run is bounded in time and in what is kept of its output. It never asks anybody anything.

use std::{
    ffi::OsStr,
    io::{self, Read, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use super::{
    Repository,
    error::{GitError, GitErrorKind},
};

/// So much is kept of each stream; the rest is read and dropped.
const KEPT: usize = 64 * 1024;
/// How long to wait for the rest of the output of a program that has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What would make git work in another repository than the one that is open.
///
/// These are the variables of `git rev-parse --local-env-vars` without those that carry settings.
const REPOSITORY_VARIABLES: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// One run of the `git` program.
pub(super) struct Program {
    command: Command,
    input: Vec<u8>,
    timeout: Duration,
    /// Whether the whole group of processes is ended with it, not the program alone.
    owns_group: bool,
    context: String,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    /// The exit status, or `None` where the time was over.
    pub(super) status: Option<ExitStatus>,
    /// What it printed.
    pub(super) out: String,
    /// What it said.
    pub(super) err: String,
}

impl Ran {
    /// Whether it ended well.
    pub(super) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// The exit code, where it ended by itself.
    pub(super) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }
}

impl Repository {
    /// Prepares `git ARGS` in this repository; `context` starts with a verb that follows "could not".
    pub(super) fn program<A: AsRef<OsStr>>(
        &self,
        context: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        timeout: Duration,
    ) -> Program {
        let mut command = Command::new("git");
        command
            .arg("--git-dir")
            .arg(self.git.path())
            .args(args)
            .current_dir(self.workdir().unwrap_or_else(|| self.git.path()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").env_remove("LANGUAGE");
        Program { command, input: Vec::new(), timeout, owns_group: false, context: context.into() }
    }
}

impl Repository {
    /// Prepares `git ARGS` for what may need a remote: no helper of it outlives a timeout, and none asks anything.
    pub(super) fn networked<A: AsRef<OsStr>>(
        &self,
        context: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        timeout: Duration,
    ) -> Program {
        let program = self.program(context, args, timeout).in_own_group();
        let has_setting =
            || self.git.config().is_ok_and(|config| config.get_entry("core.sshcommand").is_ok());
        if self.environment.silences_ssh && !has_setting() {
            program.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
        } else {
            program
        }
    }
}

impl Program {
    /// Gives the program something to read.
    pub(super) fn input(mut self, bytes: &[u8]) -> Self {
        self.input = bytes.to_vec();
        self
    }

    /// Sets a variable of its environment.
    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Makes it the head of a group of processes, so that no helper of it outlives a timeout.
    fn in_own_group(mut self) -> Self {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        self.owns_group = true;
        self
    }

    /// Runs it to its end, or until the time is over; then it is killed.
    pub(super) fn run(mut self) -> Result<Ran, GitError> {
        let failed = |error: io::Error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound => GitErrorKind::NoGit,
                _ => GitErrorKind::Io { path: PathBuf::from("git"), source: error },
            };
            GitError::new(format!("could not {}", self.context), kind)
        };
        let mut child = self.command.spawn().map_err(failed)?;
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
        let deadline = Instant::now() + self.timeout;
        heard.until(deadline, &events, || matches!(child.try_wait(), Ok(None)));
        let status = child.try_wait().ok().flatten();
        if status.is_none() {
            end(&mut child, self.owns_group);
            // It was killed: this only takes it off the system's list.
            let _ = child.wait();
        }
        heard.rest(&events);
        Ok(Ran { status, out: text(&heard.out), err: text(&heard.err) })
    }
}

/// Kills a program, and its helpers where they are a group of their own.
fn end(child: &mut Child, owns_group: bool) {
    #[cfg(unix)]
    if owns_group && let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
    {
        // Fails where nobody is left, which is what is wanted.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

/// A piece of output.
enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

/// Reads a stream in a thread of its own. The thread ends with the stream, which a daemon that inherited it may keep open.
fn read(mut stream: impl Read + Send + 'static, sender: Sender<Event>, event: fn(Vec<u8>) -> Event) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => {
                    if sender.send(event(buffer[..length].to_vec())).is_err() {
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
    err: Vec<u8>,
}

impl Heard {
    /// Collects output while the program runs and the deadline has not passed.
    fn until(&mut self, deadline: Instant, events: &Receiver<Event>, mut is_running: impl FnMut() -> bool) {
        /// How often to look whether a silent program still runs: a daemon may keep its streams open.
        const GLANCE: Duration = Duration::from_millis(50);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            match events.recv_timeout(left.min(GLANCE)) {
                Ok(event) => self.keep(event),
                Err(_) if !is_running() => return,
                Err(RecvTimeoutError::Timeout) => {}
                // Both streams ended, and the program is about to.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Collects what a program that has ended left in its streams.
    fn rest(&mut self, events: &Receiver<Event>) {
        let deadline = Instant::now() + LAST_WORDS;
        while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.keep(event);
            // Something that still writes has had its time, however much of it waits here.
            if Instant::now() >= deadline {
                break;
            }
        }
    }

    fn keep(&mut self, event: Event) {
        let (kept, bytes) = match event {
            Event::Out(bytes) => (&mut self.out, bytes),
            Event::Err(bytes) => (&mut self.err, bytes),
        };
        let room = KEPT.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
