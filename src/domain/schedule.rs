//! When something happens again and again: a cron expression in a time zone.

use std::{fmt, sync::LazyLock};

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

/// A cron expression of five fields in a time zone.
///
/// It follows the wall clock as `cron` does: what falls into an hour that is skipped happens right after it, and what falls
/// into an hour that comes twice happens once. Only expressions that repeat within the hour run through both.
///
/// Invariant: there is a time at which it happens.
#[derive(Clone)]
pub struct Schedule {
    cron: Cron,
    expression: Box<str>,
    zone: TimeZone,
}

/// Why there is no [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// The expression cannot be read.
    #[error("`{}` is not a cron expression of five fields", .0.escape_debug())]
    Expression(String),
    /// The expression names a date that no year has.
    #[error("`{}` never happens", .0.escape_debug())]
    Never(String),
    /// There is no such time zone.
    #[error("`{}` is not a time zone", .0.escape_debug())]
    Zone(String),
}

impl InvalidSchedule {
    /// What to write instead.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Expression(_) => {
                "write minute, hour, day of the month, month and day of the week, as in \"0 3 * * *\""
            }
            Self::Never(_) => "name a day that the month has",
            Self::Zone(_) => "write an IANA name such as \"America/Chicago\" or \"UTC\"",
        }
    }
}

/// Where the search for a first time begins. Every day and every weekday comes around within the years after it.
const EPOCH: Timestamp = Timestamp::constant(946_684_800, 0);

/// The longest expression: all fields spelled out are far shorter.
const LONGEST: usize = 200;

/// The zones that came with the program, so that every machine knows the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Schedule {
    /// Reads a cron expression, in the zone with this IANA name.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, InvalidSchedule> {
        let named = ZONES.get(zone).map_err(|_| InvalidSchedule::Zone(zone.to_owned()))?;
        let wrong = || InvalidSchedule::Expression(expression.to_owned());
        let fields = expression.split_ascii_whitespace().count();
        if expression.len() > LONGEST || fields != 5 || !expression.is_ascii() {
            return Err(wrong());
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|_| wrong())?;
        let schedule = Self { cron, expression: expression.into(), zone: named };
        match schedule.next_after(EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(InvalidSchedule::Never(expression.to_owned())),
        }
    }

    /// The first time after `instant`; none in the last years that dates can express.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let start = instant.to_zoned(self.zone.clone());
        self.cron.find_next_occurrence(&start, false).ok().map(|next| next.timestamp())
    }

    /// The cron expression as it was written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The IANA name of the zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression && self.zone() == other.zone()
    }
}

impl Eq for Schedule {}

impl fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schedule({self})")
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.expression, self.zone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::{ToSpan as _, civil::Date};

    use super::*;

    /// Every time in two years that hold the changes of the clocks, counted by the date on the wall.
    fn runs_by_date(expression: &str, zone: &str, from: &str) -> BTreeMap<Date, usize> {
        let schedule = Schedule::parse(expression, zone).unwrap();
        let first: Date = from.parse().unwrap();
        let days = i64::from(first.until(first.saturating_add(2.years())).unwrap().get_days());
        let mut runs: BTreeMap<Date, usize> =
            (0..days).map(|day| (first.saturating_add(day.days()), 0)).collect();
        let last = *runs.last_key_value().unwrap().0;
        let start = first.to_zoned(schedule.zone.clone()).unwrap().timestamp() - 1.second();
        let mut now = start;
        while let Some(next) = schedule.next_after(now) {
            assert!(next > now);
            let date = next.to_zoned(schedule.zone.clone()).date();
            if date > last {
                break;
            }
            *runs.get_mut(&date).unwrap() += 1;
            now = next;
        }
        runs
    }

    #[test]
    fn a_nightly_time_comes_once_on_every_date() {
        for (expression, zone) in [
            ("0 3 * * *", "America/Chicago"),
            ("30 2 * * *", "America/Chicago"),
            ("0 2 * * *", "America/Chicago"),
            ("30 1 * * *", "America/Chicago"),
            ("0 0 * * *", "Africa/Cairo"),
            ("15 0 * * *", "Africa/Cairo"),
            ("45 1 * * *", "Australia/Lord_Howe"),
            ("30 2 * * *", "Europe/Berlin"),
            ("0 0 * * *", "Asia/Kathmandu"),
            ("30 2 * * *", "UTC"),
        ] {
            let runs = runs_by_date(expression, zone, "2025-01-01");
            let strange: Vec<_> = runs.iter().filter(|(_, count)| **count != 1).collect();
            assert!(strange.is_empty() && runs.len() == 730, "{expression} {zone}: {strange:?}");
        }
    }

    #[test]
    fn what_repeats_within_the_hour_follows_the_day() {
        let runs = runs_by_date("*/30 * * * *", "America/Chicago", "2026-01-01");
        let of = |date: &str| runs[&date.parse::<Date>().unwrap()];
        assert_eq!((of("2026-03-08"), of("2026-07-01"), of("2026-11-01")), (46, 48, 50));
    }

    #[test]
    fn a_late_start_within_the_repeated_hour_does_not_run_again() {
        let schedule = Schedule::parse("30 1 * * *", "America/Chicago").unwrap();
        let next = |instant: &str| schedule.next_after(instant.parse().unwrap()).unwrap().to_string();
        assert_eq!(next("2026-11-01T06:29:59Z"), "2026-11-01T06:30:00Z");
        assert_eq!(next("2026-11-01T06:30:00Z"), "2026-11-02T07:30:00Z");
        assert_eq!(next("2026-11-01T06:30:07.5Z"), "2026-11-02T07:30:00Z");
        assert_eq!(next("2026-11-01T07:10:00Z"), "2026-11-02T07:30:00Z");
    }

    #[test]
    fn what_cannot_be_read_or_never_happens_is_refused() {
        let expression = |text: &str| Err(InvalidSchedule::Expression(text.to_owned()));
        let never = |text: &str| Err(InvalidSchedule::Never(text.to_owned()));
        let zone = |text: &str| Err(InvalidSchedule::Zone(text.to_owned()));
        for (text, name, expected) in [
            ("0 3 * * *", "America/Chicago", Ok(())),
            ("  0  3 * * MON-FRI ", "UTC", Ok(())),
            ("0 0 29 2 *", "UTC", Ok(())),
            ("0 0 29 2 1#1", "UTC", Ok(())),
            ("0 0 30 2 *", "UTC", never("0 0 30 2 *")),
            ("0 0 31 2,4,6,9,11 *", "UTC", never("0 0 31 2,4,6,9,11 *")),
            ("0 25 * * *", "UTC", expression("0 25 * * *")),
            ("0 3 * *", "UTC", expression("0 3 * *")),
            ("0 0 3 * * *", "UTC", expression("0 0 3 * * *")),
            ("@daily", "UTC", expression("@daily")),
            ("", "UTC", expression("")),
            ("nightly at three o'clock ok", "UTC", expression("nightly at three o'clock ok")),
            ("0 3 * * *", "America/Chicgo", zone("America/Chicgo")),
            ("0 3 * * *", "", zone("")),
            ("0 3 * * *", "../../etc/passwd", zone("../../etc/passwd")),
        ] {
            assert_eq!(Schedule::parse(text, name).map(|_| ()), expected, "{text:?} {name:?}");
        }
    }
}
