//! Tests of the format of lines, and of the levels that are logged.

use serde_json::{Value, json};
use tracing::{debug, error, info, trace, warn};

use super::*;
use crate::report::text::visible;

/// Parses lines in JSON, each of which must be an object.
fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

#[test]
fn a_time_has_the_requested_number_of_digits() {
    let mut second = CachedSecond::default();
    for (time, digits, expected) in [
        ("2026-11-22T03:00:00Z", 3, "2026-11-22T03:00:00.000Z"),
        ("2026-11-22T03:00:00.000999999Z", 6, "2026-11-22T03:00:00.000999Z"),
        ("2026-11-22T03:00:00.999999999Z", 3, "2026-11-22T03:00:00.999Z"),
        ("2026-11-22T03:00:01.05Z", 9, "2026-11-22T03:00:01.050000000Z"),
        ("2026-11-22T03:00:00.5Z", 1, "2026-11-22T03:00:00.5Z"),
    ] {
        let mut line = String::new();
        second.push(&mut line, time.parse().unwrap(), digits);
        assert_eq!(line, expected);
    }
}

#[test]
fn a_value_is_one_field_of_one_line_whatever_it_contains() {
    for (text, human) in [
        ("plain", "plain"),
        ("two words", "\"two words\""),
        ("", "\"\""),
        ("x\" result=\"changed", r#""x\" result=\"changed""#),
        ("one\"quote", r#""one\"quote""#),
        ("back\\slash", "back\\slash"),
        ("x\\\" result=y", r#""x\\\" result=y""#),
        ("two\nlines", "two\\nlines"),
        ("\r\t\0\u{7f}", "\\r\\t\\u{0}\\u{7f}"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
        ("Ä☃", "Ä☃"),
    ] {
        let event = || info!(target: "audit", who = text, shown = %text, "it was {text}");
        let message = format!("it was {}", visible(text));
        let expected = format!("1970-01-01T00:00:00.000Z INFO  audit {message} who={human} shown={human}\n");
        assert_eq!(written(LineFormat::Human, Level::INFO, event), expected);
        let expected = json!({
            "time": "1970-01-01T00:00:00.000000Z", "level": "info", "target": "audit",
            "message": format!("it was {text}"), "who": text, "shown": text,
        });
        assert_eq!(parsed(&written(LineFormat::Json, Level::INFO, event)), [expected]);
    }
}

#[test]
fn numbers_are_json_numbers_and_absent_fields_are_omitted() {
    let event =
        || warn!(most = u64::MAX, none = 0_u64, id = None::<&str>, error = Some("why"), kind = ?Some(1));
    let expected = "1970-01-01T00:00:00.000Z WARN  serve::log::tests most=18446744073709551615 none=0 error=why kind=Some(1)\n";
    assert_eq!(written(LineFormat::Human, Level::INFO, event), expected);
    let expected = json!({
        "time": "1970-01-01T00:00:00.000000Z", "level": "warn", "target": "serve::log::tests",
        "most": u64::MAX, "none": 0, "error": "why", "kind": "Some(1)",
    });
    assert_eq!(parsed(&written(LineFormat::Json, Level::INFO, event)), [expected]);
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
        let lines = parsed(&written(LineFormat::Json, level, events));
        let levels: Vec<_> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
        assert_eq!(levels, expected);
        assert_eq!(written(LineFormat::Human, level, events).lines().count(), expected.len());
    }
}

#[test]
fn lines_that_are_not_read_in_time_are_dropped_and_counted() {
    let long = "x".repeat(MAX_BUFFERED_BYTES / 4);
    let events = || (0..7).for_each(|_| info!("{long}"));
    let lines = written(LineFormat::Human, Level::INFO, events);
    let last = lines.lines().last().unwrap();
    assert_eq!(lines.lines().filter(|line| line.ends_with(&long)).count(), 3);
    assert!(last.ends_with(" 4 lines of the log were dropped because they were not read in time"), "{last}");
    let lines = parsed(&written(LineFormat::Json, Level::INFO, events));
    assert_eq!((lines.len(), &lines[3]["lines"]), (4, &4.into()));
    assert_eq!(lines[3]["level"], "warn");
}
