//! `schedule/invalid`: a module's own schedule that never comes.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{InvalidSchedule, Pointer, Schedule},
    source::Node,
};

/// The rule `schedule/invalid`.
pub static INVALID: Rule = Rule {
    code: "schedule/invalid",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "the schedule of a module cannot be read, or matches no date",
    explanation: "`sync.schedule` is a cron expression of five fields (minute, hour, day of the month, month, day of the \
        week), and `sync.timezone` an IANA name such as `America/Chicago`. This schedule cannot be read, or matches no date \
        of any year. `modreg serve` ignores it, and syncs the module together with the rest of the registry. The entry of \
        the module does not change.\n\n\
        Correct the expression or the time zone.",
};

/// Warns where the manifest has a schedule that cannot be read or never comes.
pub fn check(root: Node<'_>) -> Vec<Finding> {
    let text = |key| root.get("sync")?.get(key).and_then(Node::as_str);
    let (Some(expression), zone) = (text("schedule"), text("timezone")) else { return Vec::new() };
    findings(expression, zone)
}

/// Returns the mistakes in the expression and in the zone.
fn findings(expression: &str, zone: Option<&str>) -> Vec<Finding> {
    let Err(error) = Schedule::parse(expression, zone.unwrap_or("UTC")) else { return Vec::new() };
    match error {
        InvalidSchedule::Zone { .. } => {
            let other = Schedule::parse(expression, "UTC").err();
            other.into_iter().chain([error]).map(|error| finding(&error)).collect()
        }
        _ => vec![finding(&error)],
    }
}

fn finding(error: &InvalidSchedule) -> Finding {
    let (key, label) = match error {
        InvalidSchedule::Expression { .. } => ("schedule", "not a cron expression"),
        InvalidSchedule::Never(_) => ("schedule", "never"),
        InvalidSchedule::Zone { .. } => ("timezone", "not a time zone"),
    };
    Finding {
        rule: &INVALID,
        route: Pointer::ROOT.key("sync").key(key),
        part: Part::Value,
        message: error.to_string(),
        label: label.to_owned(),
        help: Some(error.help()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_without_a_next_run_is_reported_at_its_place() {
        for (expression, zone, expected) in [
            ("0 3 * * *", None, &[][..]),
            ("0 3 * * *", Some("Europe/Berlin"), &[]),
            ("nightly", None, &["/sync/schedule"]),
            ("0 0 30 2 *", Some("UTC"), &["/sync/schedule"]),
            ("0 3 * * *", Some("Berlin"), &["/sync/timezone"]),
            ("61 3 * * *", Some("Berlin"), &["/sync/schedule", "/sync/timezone"]),
        ] {
            let found = findings(expression, zone);
            let routes: Vec<_> = found.iter().map(|finding| finding.route.as_str()).collect();
            assert_eq!(routes, expected, "{expression}");
        }
    }
}
