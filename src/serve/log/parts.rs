//! The parts of a line: the time, the level, and the fields of an event.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use tracing::{
    Level,
    field::{Field, Visit},
};

use crate::report::text::visible;

/// A second as text. It is cached because most lines are written in the same second as the line before.
#[derive(Default)]
pub(super) struct CachedSecond {
    number: i64,
    text: String,
}

impl CachedSecond {
    /// Appends a time with this number of digits after the second, at most nine.
    pub(super) fn push(&mut self, line: &mut String, time: Timestamp, digits: u32) {
        let nanosecond = time.subsec_nanosecond();
        if self.text.is_empty() || self.number != time.as_second() {
            self.number = time.as_second();
            self.text = format!("{time:.0}");
            self.text.pop();
        }
        line.push_str(&self.text);
        line.push('.');
        // A 1 before the digits keeps their leading zeros.
        let part = 10_u32.pow(digits) + nanosecond.unsigned_abs() / 10_u32.pow(9 - digits);
        line.push_str(&itoa::Buffer::new().format(part)[1..]);
        line.push('Z');
    }
}

/// Returns the name of a level in JSON.
pub(super) const fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// The visitor that writes fields as `key=value`, and the message without a key.
pub(super) struct HumanFields<'a>(pub(super) &'a mut String);

impl Visit for HumanFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = visible(value);
        let _ = match field.name() {
            "message" => write!(self.0, " {value}"),
            name if value.contains([' ', '"']) || value.is_empty() => {
                write!(self.0, " {name}=\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
            }
            name => write!(self.0, " {name}={value}"),
        };
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        for part in [" ", field.name(), "=", itoa::Buffer::new().format(value)] {
            self.0.push_str(part);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// The visitor that writes fields as `,"key":value`.
pub(super) struct JsonFields<'a>(pub(super) &'a mut String);

impl JsonFields<'_> {
    fn name(&mut self, field: &Field) {
        self.0.push_str(",\"");
        self.0.push_str(field.name());
        self.0.push_str("\":");
    }
}

impl Visit for JsonFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        push_json(self.0, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Appends a JSON string. Most strings need no escapes and are copied.
fn push_json(line: &mut String, text: &str) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    // A loop without an early exit checks many bytes in one step.
    if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        line.push('"');
        line.push_str(text);
        line.push('"');
    } else {
        line.push_str(&serde_json::Value::from(text).to_string());
    }
}
