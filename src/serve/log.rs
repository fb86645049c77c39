//! The log: one line for each event, for people or for programs.
//!
//! Lines are collected and written by a thread of their own, a few times a second at most, so that a request does not wait
//! for whoever reads the log. What stands in them is text from anywhere: for people every character is shown as what it
//! is, for programs the line is JSON. No token is ever given to it.

use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
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

struct Shared {
    form: Form,
    clock: fn() -> Timestamp,
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
        let shared = Arc::new(Shared::new(form, clock));
        let lines = Lines { level, shared: Arc::clone(&shared) };
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
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn new(form: Form, clock: fn() -> Timestamp) -> Self {
        Self { form, clock, waiting: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What every line begins with.
    fn begin(&self, level: Level, target: &str) -> String {
        let mut line = String::with_capacity(256);
        let now = (self.clock)();
        match self.form {
            Form::Human => {
                let _ = write!(line, "{now:.3} {level:5} {target}");
            }
            Form::Json => {
                let _ = write!(line, "{{\"time\":\"{now:.6}");
                for part in ["\",\"level\":\"", word(level), "\",\"target\":\"", target, "\""] {
                    line.push_str(part);
                }
            }
        }
        line
    }

    /// The line that stands for those that nobody read in time.
    fn dropped(&self, lines: usize) -> String {
        const WHY: &str = "lines of the log were dropped: nobody read them in time";
        let mut line = self.begin(Level::WARN, "serve::log");
        let _ = match self.form {
            Form::Human => writeln!(line, " {lines} {WHY}"),
            Form::Json => writeln!(line, ",\"message\":\"{WHY}\",\"lines\":{lines}}}"),
        };
        line
    }
}

/// Writes what is collected until it is over.
fn write(shared: &Shared, mut out: impl Write) {
    let mut lines = Vec::new();
    loop {
        let mut waiting = shared.lock();
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
            let _ = out.write_all(shared.dropped(dropped).as_bytes());
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
    level: Level,
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
        let metadata = event.metadata();
        let target = metadata.target().strip_prefix("modreg::").unwrap_or(metadata.target());
        let mut line = self.shared.begin(*metadata.level(), target);
        match self.shared.form {
            Form::Human => event.record(&mut Human(&mut line)),
            Form::Json => {
                event.record(&mut Json(&mut line));
                line.push('}');
            }
        }
        line.push('\n');
        let mut waiting = self.shared.lock();
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
            name if value.contains([' ', '"']) || value.is_empty() => {
                write!(self.0, " {name}=\"{}\"", value.replace('"', "\\\""))
            }
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

/// What is written of the events of a test.
#[cfg(test)]
pub(super) fn written(form: Form, level: Level, events: impl FnOnce()) -> String {
    let shared = Arc::new(Shared::new(form, || Timestamp::UNIX_EPOCH));
    tracing::subscriber::with_default(Lines { level, shared: Arc::clone(&shared) }, events);
    shared.lock().is_over = true;
    let mut out = Vec::new();
    write(&shared, &mut out);
    String::from_utf8(out).expect("lines are texts")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tracing::{debug, error, info, trace, warn};

    use super::*;

    /// The lines for programs, each of which must be an object.
    fn parsed(lines: &str) -> Vec<Value> {
        lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    #[test]
    fn a_value_is_one_field_of_one_line_whatever_it_holds() {
        for (text, human) in [
            ("plain", "plain"),
            ("two words", "\"two words\""),
            ("", "\"\""),
            ("x\" result=\"changed", r#""x\" result=\"changed""#),
            ("one\"quote", r#""one\"quote""#),
            ("back\\slash", "back\\slash"),
            ("two\nlines", "two\\nlines"),
            ("\r\t\0\u{7f}", "\\r\\t\\u{0}\\u{7f}"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("Ä☃", "Ä☃"),
        ] {
            let event = || info!(target: "audit", who = text, shown = %text, "it was {text}");
            let message = format!("it was {}", visible(text));
            let expected =
                format!("1970-01-01T00:00:00.000Z INFO  audit {message} who={human} shown={human}\n");
            assert_eq!(written(Form::Human, Level::INFO, event), expected);
            let expected = json!({
                "time": "1970-01-01T00:00:00.000000Z", "level": "info", "target": "audit",
                "message": format!("it was {text}"), "who": text, "shown": text,
            });
            assert_eq!(parsed(&written(Form::Json, Level::INFO, event)), [expected]);
        }
    }

    #[test]
    fn numbers_are_numbers_and_what_is_absent_is_left_out() {
        let event =
            || warn!(most = u64::MAX, none = 0_u64, id = None::<&str>, error = Some("why"), kind = ?Some(1));
        let expected = "1970-01-01T00:00:00.000Z WARN  serve::log::tests most=18446744073709551615 none=0 error=why kind=Some(1)\n";
        assert_eq!(written(Form::Human, Level::INFO, event), expected);
        let expected = json!({
            "time": "1970-01-01T00:00:00.000000Z", "level": "warn", "target": "serve::log::tests",
            "most": u64::MAX, "none": 0, "error": "why", "kind": "Some(1)",
        });
        assert_eq!(parsed(&written(Form::Json, Level::INFO, event)), [expected]);
    }

    #[test]
    fn what_is_below_the_level_is_left_out() {
        let events = || {
            error!("x");
            warn!("x");
            info!("x");
            debug!("x");
            trace!("x");
        };
        for (level, expected) in [
            (Level::ERROR, &["error"][..]),
            (Level::WARN, &["error", "warn"]),
            (Level::INFO, &["error", "warn", "info"]),
            (Level::DEBUG, &["error", "warn", "info", "debug"]),
            (Level::TRACE, &["error", "warn", "info", "debug", "trace"]),
        ] {
            let lines = parsed(&written(Form::Json, level, events));
            let levels: Vec<_> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
            assert_eq!(levels, expected);
            assert_eq!(written(Form::Human, level, events).lines().count(), expected.len());
        }
    }

    #[test]
    fn what_nobody_reads_in_time_is_dropped_and_counted() {
        let long = "x".repeat(WAITING / 4);
        let events = || (0..7).for_each(|_| info!("{long}"));
        let lines = written(Form::Human, Level::INFO, events);
        let last = lines.lines().last().unwrap();
        assert_eq!(lines.lines().filter(|line| line.ends_with(&long)).count(), 3);
        assert!(last.ends_with(" 4 lines of the log were dropped: nobody read them in time"), "{last}");
        let lines = parsed(&written(Form::Json, Level::INFO, events));
        assert_eq!((lines.len(), &lines[3]["lines"]), (4, &4.into()));
        assert_eq!(lines[3]["level"], "warn");
    }
}
