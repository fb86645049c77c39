//! The `git` programs that run at this moment, and ending them.

use std::{
    collections::BTreeMap,
    io,
    process::{Child, Command},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// The time that a program has to remove its locks after it was asked to end.
const GRACE: Duration = Duration::from_secs(2);

/// The programs that run now, by process: whether each leads a group. `None` once this program is interrupted.
static RUNNING: Mutex<Option<BTreeMap<u32, bool>>> = Mutex::new(Some(BTreeMap::new()));

/// Asks every running git to end, with its helpers, waits for their end, and prevents new runs.
///
/// Called when this program is interrupted and about to end: a thread that is running git then waits for that end.
pub fn stop_all() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    for (&process, &leads_group) in &running {
        signal(process, leads_group, Signal::End);
    }
    let deadline = Instant::now() + GRACE;
    while running.iter().any(|(&process, &leads_group)| is_alive(process, leads_group)) {
        if Instant::now() >= deadline {
            for (&process, &leads_group) in &running {
                signal(process, leads_group, Signal::Kill);
            }
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A running program, registered for [`stop_all`].
pub(in crate::git::program) struct Running {
    pub(in crate::git::program) child: Child,
    leads_group: bool,
}

impl Running {
    pub(in crate::git::program) fn start(command: &mut Command, leads_group: bool) -> io::Result<Self> {
        #[cfg(unix)]
        if leads_group {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = running.as_mut() else { wait_for_the_end() };
        let child = command.spawn()?;
        running.insert(child.id(), leads_group);
        Ok(Self { child, leads_group })
    }

    /// Asks the program to end, and kills it if it does not.
    pub(in crate::git::program) fn stop(&mut self) {
        signal(self.child.id(), self.leads_group, Signal::End);
        let deadline = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        signal(self.child.id(), self.leads_group, Signal::Kill);
        // It was killed: this only takes it off the system's list.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.as_mut() {
            running.remove(&self.child.id());
            return;
        }
        drop(running);
        wait_for_the_end()
    }
}

/// Waits for the end of this program, so that nothing but the interruption is reported.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

#[derive(Clone, Copy)]
enum Signal {
    End,
    Kill,
}

#[cfg(unix)]
fn signal(process: u32, leads_group: bool, signal: Signal) {
    use rustix::process::{Pid, Signal as System, kill_process, kill_process_group};
    let signal = match signal {
        Signal::End => System::TERM,
        Signal::Kill => System::KILL,
    };
    let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return };
    // Fails where no process is left, as it should.
    let send = |signal| {
        if leads_group { kill_process_group(process, signal) } else { kill_process(process, signal) }
    };
    let _ = send(signal);
    // One that waits for a terminal is stopped, and ends only when it goes on.
    let _ = send(System::CONT);
}

#[cfg(unix)]
fn is_alive(process: u32, leads_group: bool) -> bool {
    use rustix::process::{Pid, test_kill_process, test_kill_process_group};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    process.is_some_and(|process| {
        if leads_group { test_kill_process_group(process) } else { test_kill_process(process) }.is_ok()
    })
}

#[cfg(not(unix))]
fn signal(_process: u32, _leads_group: bool, _signal: Signal) {}

#[cfg(not(unix))]
fn is_alive(_process: u32, _leads_group: bool) -> bool {
    false
}
