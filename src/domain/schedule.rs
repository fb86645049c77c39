//! When something happens again and again: a cron expression in a time zone.

mod error;
mod explain;

pub use error::InvalidSchedule;

use std::{fmt, sync::LazyLock};

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase, TimeZoneName},
};

use error::MAX_LENGTH;

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

/// The time at which the search for a first run begins. Every day and every weekday comes around within the years after it.
const EPOCH: Timestamp = Timestamp::constant(946_684_800, 0);

/// The zones that came with the program, so that every machine knows the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Schedule {
    /// Reads a cron expression, in the zone with this IANA name.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, InvalidSchedule> {
        let named = ZONES.get(zone).map_err(|_| unknown_zone(zone))?;
        // Neither the library nor the explanation may see a text of any length: both take far more time than its length.
        if expression.len() > MAX_LENGTH {
            return Err(explain::too_long(expression));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let read = |expression: &str| {
            let is_plain = expression.is_ascii() && expression.split_ascii_whitespace().count() == 5;
            if is_plain { parser.parse(expression).ok() } else { None }
        };
        let explain = || explain::explain(expression, |other| read(other).is_some());
        let cron = read(expression).ok_or_else(explain)?;
        let schedule = Self { cron, expression: expression.into(), zone: named };
        match schedule.next_after(EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(InvalidSchedule::Never(expression.to_owned())),
        }
    }

    /// Returns the first time after `instant`; none in the last years that dates can express.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let start = instant.to_zoned(self.zone.clone());
        self.cron.find_next_occurrence(&start, false).ok().map(|next| next.timestamp())
    }

    /// Returns the cron expression as it was written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Returns the IANA name of the zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

fn unknown_zone(written: &str) -> InvalidSchedule {
    let zones: Vec<_> = ZONES.available().collect();
    let meant = explain::meant_zone(written, zones.iter().map(TimeZoneName::as_str));
    InvalidSchedule::Zone { written: written.to_owned(), meant: meant.map(str::to_owned) }
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

    /// Returns every time in two years with changes of the clocks, counted by local date.
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
    fn schedules_within_the_hour_follow_the_clock_changes() {
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

    /// Returns what is wrong with a schedule, and what to write instead.
    fn refused(expression: &str, zone: &str) -> Option<(String, String)> {
        let error = Schedule::parse(expression, zone).err()?;
        Some((error.to_string(), error.help()))
    }

    #[test]
    fn readable_expressions_with_a_next_run_are_schedules() {
        for expression in ["0 3 * * *", "  0  3 * * MON-FRI ", "0 0 29 2 *", "0 0 29 2 1#1"] {
            assert_eq!(refused(expression, "UTC"), None, "{expression}");
        }
    }

    #[test]
    fn a_date_that_no_year_has_is_refused() {
        for expression in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *"] {
            let (message, help) = refused(expression, "UTC").unwrap();
            assert_eq!(message, format!("`{expression}` never happens"));
            assert_eq!(help, "choose a day that exists in the month");
        }
    }

    #[test]
    fn the_field_that_cannot_be_read_is_named() {
        let ranges = "write a number from 0 to 59, a range such as `0-59`, a list, or `*`";
        let hours = "write a number from 0 to 23, a range such as `0-23`, a list, or `*`";
        let days = "write a number from 1 to 31, a range such as `1-31`, a list, or `*`";
        let months =
            "write a number from 1 to 12, a range such as `1-12`, a list, or `*`; names are JAN to DEC";
        let weekdays =
            "write a number from 0 to 7, a range such as `0-7`, a list, or `*`; names are SUN to SAT";
        let all = "write minute, hour, day of the month, month and day of the week, as in \"0 3 * * *\"";
        for (expression, message, help) in [
            ("61 3 * * *", "the minute `61` is not between 0 and 59", ranges),
            ("5-70 3 * * *", "the minute `70` is not between 0 and 59", ranges),
            ("0,75 3 * * *", "the minute `75` is not between 0 and 59", ranges),
            ("a 3 * * *", "the minute `a` cannot be read", ranges),
            ("99999999999 3 * * *", "the minute `99999999999` is not between 0 and 59", ranges),
            (
                "10-5 3 * * *",
                "the minute `10-5` ends before it starts",
                "write `5-10`, or two ranges: `10-59,0-5`",
            ),
            ("*/0 3 * * *", "the step of the minute `*/0` is 0", "write a step of 1 or more"),
            ("0 25 * * *", "the hour `25` is not between 0 and 23", hours),
            ("0 3 32 * *", "the day of the month `32` is not between 1 and 31", days),
            ("0 3 0 * *", "the day of the month `0` is not between 1 and 31", days),
            ("0 3 * 13 *", "the month `13` is not between 1 and 12", months),
            ("0 3 * JNA *", "the month `JNA` is not one of JAN to DEC", "did you mean `JAN`?"),
            ("0 3 * XYZ *", "the month `XYZ` is not one of JAN to DEC", months),
            ("0 3 * * 8", "the day of the week `8` is not between 0 and 7", weekdays),
            ("0 3 * * MON,FRY", "the day of the week `FRY` is not one of SUN to SAT", "did you mean `FRI`?"),
            ("0 3 * *", "`0 3 * *` has 4 fields, but a cron expression has five", all),
            (
                "0 0 3 * * *",
                "`0 0 3 * * *` has 6 fields, but a cron expression has five",
                "remove the field for seconds: write \"0 3 * * *\"",
            ),
            ("@daily", "`@daily` is not a cron expression of five fields", "write \"0 0 * * *\""),
            ("nightly", "`nightly` is not a cron expression of five fields", "write \"0 3 * * *\""),
            ("", "`` is not a cron expression of five fields", all),
            ("at three in the night", "the minute `at` cannot be read", ranges),
            ("every day at three", "`every day at three` is not a cron expression of five fields", all),
        ] {
            assert_eq!(
                refused(expression, "UTC"),
                Some((message.to_owned(), help.to_owned())),
                "{expression}"
            );
        }
    }

    #[test]
    fn a_long_text_is_refused_by_its_length_and_not_repeated() {
        let all = "write minute, hour, day of the month, month and day of the week, as in \"0 3 * * *\"";
        for (expression, shown) in [
            ("0,".repeat(200_000) + "x 3 * * *", "0,".repeat(30)),
            ("0 3 * * * ".repeat(40_000), "0 3 * * * ".repeat(6)),
            ("x".repeat(400_000), "x".repeat(60)),
            ("ä".repeat(101), "ä".repeat(60)),
        ] {
            let message =
                format!("`{shown}…` is longer than 200 bytes, the most that a cron expression may have");
            assert_eq!(refused(&expression, "UTC"), Some((message, all.to_owned())), "{shown}");
        }
        let (message, _) = refused(&format!("0 3 * * {}", "x".repeat(150)), "UTC").unwrap();
        let named = format!("the day of the week `{}…` is not one of SUN to SAT", "x".repeat(60));
        assert_eq!(message, named);
        let (message, _) = refused("0 3 * * *", &"x".repeat(400_000)).unwrap();
        assert_eq!(message, format!("`{}…` is not a time zone", "x".repeat(60)));
    }

    #[test]
    fn a_zone_that_is_close_to_a_name_is_helped_with_it() {
        let other = "write an IANA name such as \"America/Chicago\" or \"UTC\"";
        for (zone, help) in [
            ("America/Chicgo", "did you mean \"America/Chicago\"?"),
            ("Berlin", "did you mean \"Europe/Berlin\"?"),
            ("new york", "did you mean \"America/New_York\"?"),
            ("Europe/Xanadu-on-the-Hill", other),
            ("../../etc/passwd", other),
        ] {
            let expected = (format!("`{zone}` is not a time zone"), help.to_owned());
            assert_eq!(refused("0 3 * * *", zone), Some(expected), "{zone}");
        }
    }
}
