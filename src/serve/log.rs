//! The log: one line for each event, for people or for programs.
//!
//! Lines are collected and written by a thread of their own, a few times a second at most, so that a request does not wait
//! for whoever reads the log. What stands in them is text from anywhere: for people every character is shown as what it
//! is, for programs the line is JSON. No token is ever given to it.

use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use jiff::Timestamp;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};

use crate::report::text::visible;

/// How long lines are collected before they are written.
const COLLECT: Duration = Duration::from_millis(50);
/// So many bytes wait at most for a reader that does not read; what comes then is dropped, and counted.
const WAITING: usize = 4 << 20;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Human,
    /// One JSON object.
    Json,
}

/// The log of this process. What was collected is written when it goes.
pub struct Log {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Log")
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    dropped: usize,
    /// Whether the writer sleeps until something comes.
    sleeps: bool,
    is_over: bool,
}

impl Log {
    /// Has every event of this process written to `out`, down to the given level.
    pub fn install(
        form: Form,
        level: Level,
        clock: fn() -> Timestamp,
        out: impl Write + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared::default());
        let lines = Lines { form, level, clock, shared: Arc::clone(&shared) };
        // Where something else listens already, that keeps the log.
        let _ = tracing::subscriber::set_global_default(lines);
        let theirs = Arc::clone(&shared);
        let writer =
            thread::Builder::new().name("modreg-log".to_owned()).spawn(move || write(&theirs, out)).ok();
        Self { shared, writer }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        self.shared.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Writes what is collected until it is over.
fn write(shared: &Shared, mut out: impl Write) {
    let mut lines = Vec::new();
    loop {
        let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.lines.is_empty() && !waiting.is_over {
            waiting.sleeps = true;
            waiting = shared.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.sleeps = false;
        if !waiting.is_over {
            let collected = shared.changed.wait_timeout(waiting, COLLECT);
            waiting = collected.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut lines, &mut waiting.lines);
        let (dropped, is_over) = (std::mem::take(&mut waiting.dropped), waiting.is_over);
        drop(waiting);
        // A log that cannot be written is no reason to stop serving.
        let _ = out.write_all(&lines);
        if dropped > 0 {
            let _ = writeln!(out, "{dropped} lines of the log were dropped: nobody read them in time");
        }
        let _ = out.flush();
        lines.clear();
        if is_over {
            return;
        }
    }
}

/// Makes a line of each event. Spans are not asked for: a request's id stands in its events.
struct Lines {
    form: Form,
    level: Level,
    clock: fn() -> Timestamp,
    shared: Arc<Shared>,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.level))
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = String::with_capacity(256);
        let metadata = event.metadata();
        let now = (self.clock)();
        let target = metadata.target().strip_prefix("modreg::").unwrap_or(metadata.target());
        match self.form {
            Form::Human => {
                let _ = write!(line, "{now:.3} {:5} {target}", metadata.level());
                event.record(&mut Human(&mut line));
            }
            Form::Json => {
                let _ = write!(line, "{{\"time\":\"{now:.6}");
                for part in ["\",\"level\":\"", word(*metadata.level()), "\",\"target\":\"", target, "\""] {
                    line.push_str(part);
                }
                event.record(&mut Json(&mut line));
                line.push('}');
            }
        }
        line.push('\n');
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.lines.len() + line.len() > WAITING {
            waiting.dropped += 1;
            return;
        }
        waiting.lines.extend_from_slice(line.as_bytes());
        if waiting.sleeps {
            self.shared.changed.notify_one();
        }
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// What programs read for a level.
const fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// `key=value`, the message bare.
struct Human<'a>(&'a mut String);

impl Visit for Human<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = visible(value);
        let _ = match field.name() {
            "message" => write!(self.0, " {value}"),
            name if value.contains(' ') || value.is_empty() => write!(self.0, " {name}=\"{value}\""),
            name => write!(self.0, " {name}={value}"),
        };
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let _ = write!(self.0, " {}={value}", field.name());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// `,"key":value`.
struct Json<'a>(&'a mut String);

impl Json<'_> {
    fn name(&mut self, field: &Field) {
        self.0.push_str(",\"");
        self.0.push_str(field.name());
        self.0.push_str("\":");
    }
}

impl Visit for Json<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        push_json(self.0, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        let _ = write!(self.0, "{value}");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Adds a JSON string. Most are plain and go in as they are.
fn push_json(line: &mut String, text: &str) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        line.push('"');
        line.push_str(text);
        line.push('"');
    } else {
        line.push_str(&serde_json::Value::from(text).to_string());
    }
}
