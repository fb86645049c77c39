//! Reading the output of a program while it runs, and for a short time after it ended.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// The most bytes of the standard error stream that are kept; the rest is read and dropped.
const MAX_STDERR: usize = 64 * 1024;
/// The time to wait for the rest of the standard output after the program ended.
const STDOUT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time to wait for the rest of the standard error stream after the program ended and its output is complete.
///
/// A helper that keeps running, such as a shared SSH connection, may never close that stream.
const STDERR_TIMEOUT: Duration = Duration::from_millis(500);

/// A piece of output of one stream. An empty piece is the end of the stream.
pub(super) enum Chunk {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
}

/// Reads a stream in a thread of its own.
///
/// The thread ends when the stream does. A daemon that inherited the stream may keep it open.
pub(super) fn read(
    mut stream: impl Read + Send + 'static,
    sender: Sender<Chunk>,
    chunk: fn(Vec<u8>) -> Chunk,
) {
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match stream.read(&mut buffer) {
                Ok(length) => {
                    let is_over = sender.send(chunk(buffer[..length].to_vec())).is_err();
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

/// The output that was read so far.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) stdout: Vec<u8>,
    pub(super) stdout_ended: bool,
    pub(super) stderr: Vec<u8>,
}

impl Collected {
    /// Collects output while the program runs and the deadline has not passed.
    pub(super) fn collect_until(
        &mut self,
        deadline: Instant,
        chunks: &Receiver<Chunk>,
        mut is_running: impl FnMut() -> bool,
    ) {
        /// How often to check whether a program that prints nothing still runs: a daemon may keep its streams open.
        const INTERVAL: Duration = Duration::from_millis(50);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            match chunks.recv_timeout(left.min(INTERVAL)) {
                Ok(chunk) => self.keep(chunk),
                Err(_) if !is_running() => return,
                Err(RecvTimeoutError::Timeout) => {}
                // Both streams ended, and the program is about to end.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_micros(200)),
            }
        }
    }

    /// Collects what a program that has ended left in its streams.
    pub(super) fn collect_rest(&mut self, chunks: &Receiver<Chunk>) {
        let ended = Instant::now();
        loop {
            let deadline = ended + if self.stdout_ended { STDERR_TIMEOUT } else { STDOUT_TIMEOUT };
            let Ok(chunk) = chunks.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                return;
            };
            self.keep(chunk);
            // A helper that still writes does not prolong the wait.
            if Instant::now() >= deadline {
                return;
            }
        }
    }

    fn keep(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::Stdout(bytes) if bytes.is_empty() => self.stdout_ended = true,
            Chunk::Stdout(bytes) => self.stdout.extend_from_slice(&bytes),
            Chunk::Stderr(bytes) => {
                let room = MAX_STDERR.saturating_sub(self.stderr.len()).min(bytes.len());
                self.stderr.extend_from_slice(&bytes[..room]);
            }
        }
    }
}
