//! Reads what a program prints while it runs, and for a short time after it ended.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// So much of what git says is kept; the rest is read and dropped.
const KEPT: usize = 64 * 1024;
/// How long to wait for the rest of what a program prints that has ended, and of what it says: a helper that goes on, such
/// as a shared SSH connection, may keep the second open for ever.
const REST_OF_OUTPUT: Duration = Duration::from_secs(10);
const REST_OF_WORDS: Duration = Duration::from_millis(500);

/// A piece of output; an empty one is the end.
pub(super) enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

/// Reads a stream in a thread of its own. The thread ends with the stream, which a daemon that inherited it may keep open.
pub(super) fn read(
    mut stream: impl Read + Send + 'static,
    sender: Sender<Event>,
    event: fn(Vec<u8>) -> Event,
) {
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
pub(super) struct Heard {
    pub(super) out: Vec<u8>,
    pub(super) out_ended: bool,
    pub(super) err: Vec<u8>,
}

impl Heard {
    /// Collects output while the program runs and the deadline has not passed.
    pub(super) fn until(
        &mut self,
        deadline: Instant,
        events: &Receiver<Event>,
        mut is_running: impl FnMut() -> bool,
    ) {
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
    pub(super) fn rest(&mut self, events: &Receiver<Event>) {
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
