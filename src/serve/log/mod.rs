//! The log: one line for each event, readable for people or as JSON for programs.
//!
//! A thread collects the lines and writes them several times a second, so that a request does not wait for the reader of
//! the log. Values can contain text from anywhere: hidden characters are escaped for people, and JSON is escaped for programs.
//! Tokens are never passed to the log.

mod parts;
#[cfg(test)]
mod tests;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    cell::Cell,
    fmt::{self, Write as _},
    io::Write,
    panic::{self, PanicHookInfo},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use tracing::{Event, Level, Metadata, Subscriber, level_filters::LevelFilter, span};

use parts::{CachedSecond, HumanFields, JsonFields, level_name};

/// The time for which lines are collected before they are written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);
/// The time that the end of the process waits for the last lines to be written.
const FINAL_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);
/// The number of bytes that may wait to be written. Further lines are dropped and counted.
const MAX_BUFFERED_BYTES: usize = 4 << 20;

/// The format of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFormat {
    /// A line of text for people.
    Human,
    /// A JSON object for programs.
    Json,
}

/// The logger of this process. When it is dropped, the collected lines are written.
pub struct Logger {
    shared: Arc<Shared>,
    /// A channel without messages, which is closed when the last line is written.
    writing: Receiver<()>,
}

impl fmt::Debug for Logger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Logger")
    }
}

struct Shared {
    format: LineFormat,
    clock: fn() -> Timestamp,
    buffer: Mutex<Buffer>,
    changed: Condvar,
}

#[derive(Default)]
struct Buffer {
    lines: Vec<u8>,
    dropped: usize,
    /// Whether the writing thread waits for the next line.
    is_idle: bool,
    is_closed: bool,
}

impl Logger {
    /// Starts the writing thread. From now on every event of this process down to `level`, and every panic, is written to `out`.
    pub fn install(
        format: LineFormat,
        level: Level,
        clock: fn() -> Timestamp,
        out: impl Write + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared::new(format, clock));
        let lines = LineSubscriber { level, shared: Arc::clone(&shared) };
        // If another subscriber is already installed, it keeps receiving the events.
        let _ = tracing::subscriber::set_global_default(lines);
        let (theirs, (is_written, writing)) = (Arc::clone(&shared), mpsc::channel());
        let writer = thread::Builder::new().name("modreg-log".to_owned()).spawn(move || {
            write(&theirs, out);
            drop(is_written);
        });
        if writer.is_ok() {
            panic::set_hook(Box::new(log_panic));
        }
        Self { shared, writing }
    }
}

impl Drop for Logger {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        // A reader that does not read the log must not keep the process running.
        let _ = self.writing.recv_timeout(FINAL_FLUSH_TIMEOUT);
        if !thread::panicking() {
            drop(panic::take_hook());
        }
    }
}

/// Logs a panic, with the stack trace if `RUST_BACKTRACE` asks for it.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let (at, text) = (panic.location().map(ToString::to_string), panic.payload_as_str());
    let stack = Backtrace::capture();
    let stack = (stack.status() == BacktraceStatus::Captured).then(|| stack.to_string());
    tracing::error!(target: "panic", at, text, stack, "a bug in modreg; please report it");
}

impl Shared {
    fn new(format: LineFormat, clock: fn() -> Timestamp) -> Self {
        Self { format, clock, buffer: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line to the buffer, or counts it as dropped if the buffer is full.
    fn add(&self, line: &[u8]) {
        let mut buffer = self.lock();
        if buffer.lines.len() + line.len() > MAX_BUFFERED_BYTES {
            buffer.dropped += 1;
            return;
        }
        buffer.lines.extend_from_slice(line);
        if buffer.is_idle {
            self.changed.notify_one();
        }
    }

    /// Writes the beginning of a line: the time, the level and the target.
    fn begin(&self, line: &mut String, second: &mut CachedSecond, level: Level, target: &str) {
        let now = (self.clock)();
        match self.format {
            LineFormat::Human => {
                second.push(line, now, 3);
                let _ = write!(line, " {level:5} {target}");
            }
            LineFormat::Json => {
                line.push_str("{\"time\":\"");
                second.push(line, now, 6);
                for part in ["\",\"level\":\"", level_name(level), "\",\"target\":\"", target, "\""] {
                    line.push_str(part);
                }
            }
        }
    }

    /// Returns the line that reports how many lines were dropped.
    fn dropped(&self, lines: usize) -> String {
        const DROPPED: &str = "lines of the log were dropped because they were not read in time";
        let mut line = String::new();
        self.begin(&mut line, &mut CachedSecond::default(), Level::WARN, "serve::log");
        let _ = match self.format {
            LineFormat::Human => writeln!(line, " {lines} {DROPPED}"),
            LineFormat::Json => writeln!(line, ",\"message\":\"{DROPPED}\",\"lines\":{lines}}}"),
        };
        line
    }
}

thread_local! {
    /// The buffers for the next line of this thread. An event that is logged while a line is made gets new ones.
    static SCRATCH: Cell<(String, CachedSecond)> = Cell::default();
}

/// Writes the collected lines until the buffer is closed.
fn write(shared: &Shared, mut out: impl Write) {
    let mut lines = Vec::new();
    loop {
        let mut buffer = shared.lock();
        while buffer.lines.is_empty() && !buffer.is_closed {
            buffer.is_idle = true;
            buffer = shared.changed.wait(buffer).unwrap_or_else(PoisonError::into_inner);
        }
        buffer.is_idle = false;
        if !buffer.is_closed {
            let collected = shared.changed.wait_timeout(buffer, FLUSH_INTERVAL);
            buffer = collected.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut lines, &mut buffer.lines);
        let (dropped, is_closed) = (std::mem::take(&mut buffer.dropped), buffer.is_closed);
        drop(buffer);
        // The server goes on when its log cannot be written.
        let _ = out.write_all(&lines);
        if dropped > 0 {
            let _ = out.write_all(shared.dropped(dropped).as_bytes());
        }
        let _ = out.flush();
        lines.clear();
        if is_closed {
            return;
        }
    }
}

/// The subscriber that makes a line of each event. It ignores spans, because events contain the id of their request.
struct LineSubscriber {
    level: Level,
    shared: Arc<Shared>,
}

impl Subscriber for LineSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.level))
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let target = metadata.target().strip_prefix("modreg::").unwrap_or(metadata.target());
        let (mut line, mut second) = SCRATCH.take();
        self.shared.begin(&mut line, &mut second, *metadata.level(), target);
        match self.shared.format {
            LineFormat::Human => event.record(&mut HumanFields(&mut line)),
            LineFormat::Json => {
                event.record(&mut JsonFields(&mut line));
                line.push('}');
            }
        }
        line.push('\n');
        self.shared.add(line.as_bytes());
        line.clear();
        SCRATCH.set((line, second));
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// Returns what is written for the events of a test.
#[cfg(test)]
pub(crate) fn written(format: LineFormat, level: Level, events: impl FnOnce()) -> String {
    let shared = Arc::new(Shared::new(format, || Timestamp::UNIX_EPOCH));
    tracing::subscriber::with_default(LineSubscriber { level, shared: Arc::clone(&shared) }, events);
    shared.lock().is_closed = true;
    let mut out = Vec::new();
    write(&shared, &mut out);
    String::from_utf8(out).expect("lines are texts")
}
