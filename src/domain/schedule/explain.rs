//! Messages for cron expressions that the library refuses: which field is wrong, and why.
//!
//! The library only reports that it refuses an expression. Each field is tried alone, with `*` in place of the others, so that
//! whatever the library reads is never called wrong here.

use std::ops::RangeInclusive;

use super::error::{InvalidSchedule, MAX_LENGTH};
use crate::domain::{closest, quoted};

const FIELDS: usize = 5;

/// One field of a cron expression.
struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const NAMES: [Field; FIELDS] = [
    Field { name: "minute", range: 0..=59, names: &[] },
    Field { name: "hour", range: 0..=23, names: &[] },
    Field { name: "day of the month", range: 1..=31, names: &[] },
    Field { name: "month", range: 1..=12, names: MONTHS },
    Field { name: "day of the week", range: 0..=7, names: WEEKDAYS },
];

/// The expressions that some programs know by a word, with what they mean.
const WORDS: &[(&str, &str)] = &[
    ("hourly", "0 * * * *"),
    ("daily", "0 0 * * *"),
    ("midnight", "0 0 * * *"),
    ("nightly", "0 3 * * *"),
    ("weekly", "0 0 * * 0"),
    ("monthly", "0 0 1 * *"),
    ("yearly", "0 0 1 1 *"),
    ("annually", "0 0 1 1 *"),
];

const ALL: &str = "write minute, hour, day of the month, month and day of the week, as in \"0 3 * * *\"";

/// Refuses an expression that is too long to be looked at.
pub(super) fn too_long(expression: &str) -> InvalidSchedule {
    let reason = format!(
        "{} is longer than {MAX_LENGTH} bytes, the most that a cron expression may have",
        quoted(expression)
    );
    InvalidSchedule::Expression { reason, help: ALL.to_owned() }
}

/// Explains why an expression cannot be read; `reads` returns whether the library accepts another one.
pub(super) fn explain(expression: &str, reads: impl Fn(&str) -> bool) -> InvalidSchedule {
    let fault = |reason: String, help: String| InvalidSchedule::Expression { reason, help };
    let quoted_expression = quoted(expression);
    let fields: Vec<_> = expression.split_ascii_whitespace().collect();
    if let [word] = fields[..] {
        let plain = word.trim_start_matches('@').to_ascii_lowercase();
        let meant = WORDS.iter().find(|(known, _)| *known == plain);
        let help = meant.map_or_else(|| ALL.to_owned(), |(_, meaning)| format!("write \"{meaning}\""));
        return fault(format!("{quoted_expression} is not a cron expression of five fields"), help);
    }
    let looks_like_cron =
        |field: &&str| field.starts_with(|first: char| first.is_ascii_digit() || first == '*');
    if fields.len() != FIELDS && fields.first().is_some_and(looks_like_cron) {
        let help = if fields.len() == FIELDS + 1 && reads(&fields[1..].join(" ")) {
            format!("remove the field for seconds: write {}", in_double_quotes(&fields[1..].join(" ")))
        } else {
            ALL.to_owned()
        };
        return fault(
            format!("{quoted_expression} has {} fields, but a cron expression has five", fields.len()),
            help,
        );
    }
    if fields.len() == FIELDS && expression.is_ascii() {
        for (index, (written, field)) in fields.iter().zip(&NAMES).enumerate() {
            let alone = |part: &str| {
                let mut others = ["*"; FIELDS];
                others[index] = part;
                reads(&others.join(" "))
            };
            if !alone(written) {
                let part = written.split(',').find(|part| !alone(part)).unwrap_or(written);
                let (reason, help) = of_field(field, part);
                return fault(reason, help);
            }
        }
    }
    fault(format!("{quoted_expression} is not a cron expression of five fields"), ALL.to_owned())
}

/// Returns what is wrong with a part of a field, and what to write.
fn of_field(field: &Field, part: &str) -> (String, String) {
    let Field { name, range, names } = field;
    let (first, last) = (range.start(), range.end());
    let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
    let mut help =
        format!("write a number from {first} to {last}, a range such as `{first}-{last}`, a list, or `*`");
    if let [first, .., last] = names {
        help = format!("{help}; names are {first} to {last}");
    }
    for value in values.split('-') {
        let is_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        if is_digits && !value.parse().is_ok_and(|number: u32| range.contains(&number)) {
            return (format!("the {name} {} is not between {first} and {last}", quoted(value)), help);
        }
        let is_word = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_name = names.iter().any(|known| known.eq_ignore_ascii_case(value));
        if is_word
            && !is_name
            && let [first, .., last] = names
        {
            let meant = closest(value, names.iter().copied());
            let help = meant.map_or(help, |meant| format!("did you mean `{meant}`?"));
            return (format!("the {name} {} is not one of {first} to {last}", quoted(value)), help);
        }
    }
    if step.is_some_and(|step| step.bytes().all(|byte| byte == b'0')) {
        return (
            format!("the step of the {name} {} is 0", quoted(part)),
            "write a step of 1 or more".to_owned(),
        );
    }
    let bounds = values.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    if let Some((from, to)) = bounds.filter(|(from, to): &(u32, u32)| from > to) {
        let help = format!("write `{to}-{from}`, or two ranges: `{from}-{last},{first}-{to}`");
        return (format!("the {name} {} ends before it starts", quoted(part)), help);
    }
    (format!("the {name} {} cannot be read", quoted(part)), help)
}

/// Returns the names of the zone that was most likely meant.
pub(super) fn meant_zone<'a>(written: &str, zones: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let place = written.replace(' ', "_");
    let is_place = |zone: &&str| {
        zone.rsplit_once('/').is_some_and(|(area, name)| {
            // These repeat the names of other zones.
            !matches!(area, "posix" | "right") && name.eq_ignore_ascii_case(&place)
        })
    };
    zones.clone().find(is_place).or_else(|| closest(written, zones))
}

fn in_double_quotes(written: &str) -> String {
    format!("\"{}\"", written.escape_debug())
}
