//! Ctrl-C, a request to end, and a terminal that is closed.

use super::error::CliError;

/// From now on an interruption ends the git that runs, with its helpers, before it ends this program as it always did.
#[cfg(unix)]
pub(super) fn end_git_on_signals() -> Result<(), CliError> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    let ignored = ignored_signals();
    let is_heard = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    let mut signals =
        Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM].iter().filter(|signal| is_heard(signal)))
            .map_err(|error| CliError::cannot_run("cannot listen for Ctrl-C").because(error))?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            crate::git::stop_all();
            // It fails only for a number that is not a signal.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// The signals that this program was started to ignore, as by `nohup`; signal 1 is the lowest bit.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    // Where the system does not tell, none are.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or_default()
}

/// Elsewhere Ctrl-C reaches git as well.
#[cfg(not(unix))]
pub(super) fn end_git_on_signals() -> Result<(), CliError> {
    Ok(())
}
