//! The only place that writes to the standard streams.

use std::io::{self, Write};

use super::{
    context::{Context, Verbosity},
    error::CliError,
    exit::Exit,
};
use crate::{
    domain::RepoPath,
    report::{
        shorten::shorten,
        text::{first_paths, visible},
    },
};

/// Writes results to standard output, and returns an error if they cannot be written.
///
/// If the reader has closed the pipe, the command ends as if everything had been read.
pub(super) fn write(results: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    match results(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Prints text on standard output.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    write(|out| out.write_all(text.as_bytes()))
}

/// Prints a line on standard output.
pub(super) fn print_line(text: &str) -> Result<(), CliError> {
    print(&format!("{text}\n"))
}

/// Prints lines on standard output.
pub(super) fn print_lines(lines: &[String]) -> Result<(), CliError> {
    write(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))
}

/// Prints a line on standard error; a failure to write it is ignored.
pub(super) fn eprint_line(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

impl Context {
    /// Prints a message, unless `--quiet` is set.
    pub(super) fn print_message(&self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            eprint_line(&visible(text));
        }
    }

    /// Prints which files and folders are left out because Git ignores them.
    pub(super) fn print_ignored<'a>(&self, paths: impl IntoIterator<Item = &'a RepoPath>) {
        self.print_left_out("because Git ignores it", paths);
    }

    /// Prints in one line which files and folders are left out, and why.
    pub(super) fn print_left_out<'a>(&self, why: &str, paths: impl IntoIterator<Item = &'a RepoPath>) {
        let mut paths = paths.into_iter().peekable();
        if paths.peek().is_some() {
            self.print_message(&format!("left out, {why}: {}", first_paths(paths)));
        }
    }

    /// Prints one message for each of many modules or files; on a terminal only the start of a long list.
    pub(super) fn print_messages(&self, lines: Vec<String>, noun: &str, elsewhere: &str) {
        for line in shorten(lines, noun, elsewhere, self.stderr) {
            self.print_message(&line);
        }
    }

    /// Prints a message if `--verbose` is set.
    pub(super) fn print_detail(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            eprint_line(&visible(text));
        }
    }

    /// Prints one warning for each of many modules or files, like [`Context::print_messages`].
    pub(super) fn warn_all(&self, lines: Vec<String>, noun: &str, elsewhere: &str) {
        for line in shorten(lines, noun, elsewhere, self.stderr) {
            self.warn(&line);
        }
    }

    /// Prints a warning, even with `--quiet`.
    pub(super) fn warn(&self, text: &str) {
        eprint_line(&format!("{} {}", self.stderr.warning("warning:"), visible(text)));
    }
}

/// Prints the error of a command, and returns its exit code.
pub(super) fn failure(error: &CliError, context: Option<&Context>) -> Exit {
    let label = |text: &str, paint: fn(&Context, &str) -> String| {
        context.map_or_else(|| text.to_owned(), |context| paint(context, text))
    };
    let error_label = label("error:", |context, text| context.stderr.error(text));
    eprint_line(&format!("{error_label} {}", visible(&error.to_string())));
    for detail in &error.details {
        eprint_line(&format!("  {}", visible(detail)));
    }
    for hint in &error.hints {
        let help_label = label("help:", |context, text| context.stderr.help(text));
        eprint_line(&format!("  {help_label} {}", visible(hint)));
    }
    error.exit
}

/// Prints the message of clap, and returns the exit code: help and versions are results, the rest are usage errors.
pub(super) fn usage(error: &clap::Error) -> Exit {
    let written = error.print();
    let was_read = match written {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::BrokenPipe,
    };
    if was_read && !error.use_stderr() { Exit::Done } else { Exit::CannotRun }
}
