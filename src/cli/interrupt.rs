//! The handling of signals: Ctrl-C, a request to end, and a closed terminal.

use super::error::CliError;

/// Lets signals end the running git program and its helpers before they end this program.
#[cfg(unix)]
pub(super) fn end_git_on_signals() -> Result<(), CliError> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    let ignored = ignored_signals();
    let is_handled = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    let mut signals =
        Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM].iter().filter(|signal| is_handled(signal)))
            .map_err(|error| CliError::cannot_run("cannot handle Ctrl-C").because(error))?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            crate::git::stop_all();
            // It fails only for a number that is not a signal.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// Returns the signals that the program ignores from its start, for example with `nohup`; signal 1 is the lowest bit.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    // If the system does not report them, no signals are ignored.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or_default()
}

/// Does nothing, because on other systems Ctrl-C reaches git as well.
#[cfg(not(unix))]
pub(super) fn end_git_on_signals() -> Result<(), CliError> {
    Ok(())
}
