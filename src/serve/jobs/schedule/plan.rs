//! Computes which runs are due, and when the next one is, from the schedules, the progress and the time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ModuleName, Schedule},
    sync::Scope,
};

/// The largest accepted difference between a saved time and a clock that is behind it. A later time came from a wrong clock.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(1);

/// The target of a schedule. The registry comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The whole registry.
    Registry,
    /// A single module.
    Module(ModuleName),
}

/// The schedule of each target.
pub(super) type Schedules = BTreeMap<Target, Schedule>;

/// The runs that are due now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// The targets whose runs are due.
    pub(super) targets: BTreeSet<Target>,
    /// The earliest time at which one of them should have begun.
    pub(super) since: Timestamp,
}

impl Due {
    /// Returns the scope of the sync: all modules if the registry is due.
    pub(super) fn scope(&self) -> Scope {
        let modules = self.targets.iter().map(|target| match target {
            Target::Registry => None,
            Target::Module(name) => Some(name.clone()),
        });
        modules.collect::<Option<BTreeSet<_>>>().map_or(Scope::All, Scope::Modules)
    }
}

/// The time up to which each schedule's runs are done. It is saved, so that missed runs are made up by one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ScheduleProgress {
    registry: Option<DoneUntil>,
    modules: BTreeMap<ModuleName, DoneUntil>,
}

/// The time up to which all runs of one schedule are done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DoneUntil {
    schedule: String,
    until: Timestamp,
}

impl ScheduleProgress {
    /// Starts new and changed schedules at the current time, and removes those that no longer exist.
    pub(super) fn update(&mut self, schedules: &Schedules, now: Timestamp) {
        let renew = |mark: Option<DoneUntil>, schedule: &Schedule| {
            let is_good = |mark: &DoneUntil| {
                mark.schedule == schedule.to_string() && mark.until <= now + MAX_CLOCK_SKEW
            };
            mark.filter(is_good).unwrap_or_else(|| DoneUntil { schedule: schedule.to_string(), until: now })
        };
        let mut before = std::mem::take(self);
        for (target, schedule) in schedules {
            match target {
                Target::Registry => self.registry = Some(renew(before.registry.take(), schedule)),
                Target::Module(name) => {
                    let mark = renew(before.modules.remove(name), schedule);
                    self.modules.insert(name.clone(), mark);
                }
            }
        }
    }

    /// Returns the runs that should have begun by now. Several missed runs of a target are due once.
    pub(super) fn due(&self, schedules: &Schedules, now: Timestamp) -> Option<Due> {
        let late = self.coming(schedules).filter(|(_, next)| *next <= now);
        let (targets, times): (BTreeSet<Target>, Vec<Timestamp>) =
            late.map(|(target, next)| (target.clone(), next)).unzip();
        times.into_iter().min().map(|since| Due { targets, since })
    }

    /// Returns the time of the next run, or `None` if nothing is scheduled.
    pub(super) fn next(&self, schedules: &Schedules) -> Option<Timestamp> {
        self.coming(schedules).map(|(_, next)| next).min()
    }

    /// Records that runs are done up to `now`.
    pub(super) fn record_done(&mut self, due: &Due, now: Timestamp) {
        for target in &due.targets {
            let mark = match target {
                Target::Registry => self.registry.as_mut(),
                Target::Module(name) => self.modules.get_mut(name),
            };
            if let Some(mark) = mark {
                mark.until = mark.until.max(now);
            }
        }
    }

    fn coming<'a>(&self, schedules: &'a Schedules) -> impl Iterator<Item = (&'a Target, Timestamp)> {
        schedules.iter().filter_map(|(target, schedule)| {
            let mark = match target {
                Target::Registry => self.registry.as_ref(),
                Target::Module(name) => self.modules.get(name),
            };
            Some((target, schedule.next_after(mark?.until)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn module(name: &str) -> Target {
        Target::Module(name.parse().unwrap())
    }

    fn schedules(list: &[(Target, &str)]) -> Schedules {
        let zone = "America/Chicago";
        list.iter().map(|(target, cron)| (target.clone(), Schedule::parse(cron, zone).unwrap())).collect()
    }

    fn nightly() -> Schedules {
        schedules(&[(Target::Registry, "0 3 * * *")])
    }

    /// Checks the clock every `step` seconds as the server does, and counts the runs by their date in the time zone.
    fn simulate(schedules: &Schedules, step: i64, from: &str, days: i64) -> BTreeMap<Date, usize> {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let first: Date = from.parse().unwrap();
        let start = first.to_zoned(zone.clone()).unwrap().timestamp();
        let end = first.saturating_add(days.days()).to_zoned(zone.clone()).unwrap().timestamp();
        let mut runs: BTreeMap<Date, usize> =
            (0..days).map(|day| (first.saturating_add(day.days()), 0)).collect();
        let (mut progress, mut now) = (ScheduleProgress::default(), start);
        while now < end {
            progress.update(schedules, now);
            if let Some(due) = progress.due(schedules, now) {
                *runs.entry(now.to_zoned(zone.clone()).date()).or_default() += 1;
                progress.record_done(&due, now);
            }
            now += step.seconds();
        }
        runs
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "the count is there to be seen")]
    fn two_years_of_a_nightly_schedule_have_one_run_on_each_date() {
        let runs = simulate(&nightly(), 1799, "2026-01-01", 730);
        let wrong: Vec<_> = runs.iter().filter(|(_, count)| **count != 1).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!((runs.len(), runs.values().sum::<usize>()), (730, 730));
        println!("{} dates, {} runs", runs.len(), runs.values().sum::<usize>());
    }

    #[test]
    fn a_run_in_a_skipped_or_repeated_hour_happens_once() {
        for cron in ["30 2 * * *", "30 1 * * *", "0 1 * * *", "59 1 * * *"] {
            let schedules = schedules(&[(Target::Registry, cron)]);
            for from in ["2026-03-06", "2026-10-30"] {
                let runs = simulate(&schedules, 97, from, 5);
                assert!(runs.values().all(|count| *count == 1), "{cron}: {runs:?}");
            }
        }
    }

    #[test]
    fn missed_runs_are_made_up_once() {
        let schedules = nightly();
        let mut progress = ScheduleProgress::default();
        progress.update(&schedules, time("2026-06-01T12:00:00Z"));
        assert_eq!(progress.due(&schedules, time("2026-06-01T12:00:01Z")), None);
        assert_eq!(progress.next(&schedules), Some(time("2026-06-02T08:00:00Z")));
        let stored = serde_json::to_string(&progress).unwrap();
        let mut progress: ScheduleProgress = serde_json::from_str(&stored).unwrap();
        let back = time("2026-06-05T17:00:00Z");
        progress.update(&schedules, back);
        let due = progress.due(&schedules, back).unwrap();
        assert_eq!((due.since, due.scope()), (time("2026-06-02T08:00:00Z"), Scope::All));
        progress.record_done(&due, back);
        assert_eq!(progress.due(&schedules, back), None);
        assert_eq!(progress.next(&schedules), Some(time("2026-06-06T08:00:00Z")));
    }

    #[test]
    fn a_changed_schedule_starts_at_the_current_time() {
        let mut progress = ScheduleProgress::default();
        progress.update(&nightly(), time("2026-06-01T12:00:00Z"));
        let hourly = schedules(&[(Target::Registry, "0 * * * *")]);
        let now = time("2026-06-05T12:30:00Z");
        progress.update(&hourly, now);
        assert_eq!(
            (progress.due(&hourly, now), progress.next(&hourly)),
            (None, Some(time("2026-06-05T13:00:00Z")))
        );
    }

    #[test]
    fn a_clock_that_is_set_back_neither_repeats_nor_stops_a_run() {
        let schedules = nightly();
        let mut progress = ScheduleProgress::default();
        progress.update(&schedules, time("2026-06-01T12:00:00Z"));
        let now = time("2026-06-02T08:00:00Z");
        progress.record_done(&progress.due(&schedules, now).unwrap(), now);
        let back = time("2026-06-02T07:59:00Z");
        progress.update(&schedules, back);
        assert_eq!(progress.due(&schedules, now), None);
        let (wrong, right) = (time("2039-01-01T00:00:00Z"), time("2026-06-02T09:00:00Z"));
        progress.record_done(&progress.due(&schedules, wrong).unwrap(), wrong);
        progress.update(&schedules, right);
        assert_eq!(progress.next(&schedules), Some(time("2026-06-03T08:00:00Z")));
    }

    #[test]
    fn modules_that_are_due_together_are_one_sync_and_the_registry_includes_all() {
        let schedules = schedules(&[
            (Target::Registry, "0 3 * * *"),
            (module("chat"), "*/10 * * * *"),
            (module("drive"), "0 * * * *"),
        ]);
        let mut progress = ScheduleProgress::default();
        progress.update(&schedules, time("2026-06-02T06:55:00Z"));
        let at = |progress: &mut ScheduleProgress, text: &str| {
            let due = progress.due(&schedules, time(text))?;
            progress.record_done(&due, time(text));
            Some(due.scope())
        };
        let modules =
            |names: &[&str]| Some(Scope::Modules(names.iter().map(|name| name.parse().unwrap()).collect()));
        assert_eq!(at(&mut progress, "2026-06-02T06:59:59Z"), None);
        assert_eq!(at(&mut progress, "2026-06-02T07:00:00Z"), modules(&["chat", "drive"]));
        assert_eq!(at(&mut progress, "2026-06-02T07:10:05Z"), modules(&["chat"]));
        assert_eq!(at(&mut progress, "2026-06-02T08:00:00Z"), Some(Scope::All));
        assert_eq!(at(&mut progress, "2026-06-02T08:00:01Z"), None);
        assert_eq!(at(&mut progress, "2026-06-02T08:10:00Z"), modules(&["chat"]));
    }

    #[test]
    fn removed_schedules_are_forgotten() {
        let both = schedules(&[(Target::Registry, "0 3 * * *"), (module("chat"), "0 * * * *")]);
        let (mut progress, now) = (ScheduleProgress::default(), time("2026-06-02T06:55:00Z"));
        progress.update(&both, now);
        progress.update(&nightly(), now);
        assert_eq!(progress.modules, BTreeMap::new());
        progress.update(&Schedules::new(), now);
        assert_eq!((progress.next(&both), progress.clone()), (None, ScheduleProgress::default()));
    }
}
