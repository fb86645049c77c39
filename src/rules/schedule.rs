//! `schedule/invalid`: a module's own schedule that never comes.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{InvalidSchedule, Schedule},
    manifest::Manifest,
    source::Pointer,
};

/// `schedule/invalid`.
pub static INVALID: Rule = Rule {
    code: "schedule/invalid",
    severity: Severity::Warning,
    fixed: false,
    summary: "a module's own schedule comes around",
    explanation: "`sync.schedule` is a cron expression of five fields (minute, hour, day of the month, month, day of the \
        week), and `sync.timezone` an IANA name such as `America/Chicago`. One that cannot be read, or whose date no year \
        has, is left out by `modreg serve`: the module is then synced with the registry as a whole. Its entry is not touched.",
};

/// Warns where the manifest has a schedule that is none.
pub fn check(manifest: &Manifest) -> Vec<Finding> {
    let Some((expression, zone)) = manifest.schedule() else { return Vec::new() };
    flaw(expression, zone).into_iter().collect()
}

fn flaw(expression: &str, zone: Option<&str>) -> Option<Finding> {
    let error = Schedule::parse(expression, zone.unwrap_or("UTC")).err()?;
    let (key, label) = match error {
        InvalidSchedule::Expression { .. } => ("schedule", "not a cron expression"),
        InvalidSchedule::Never(_) => ("schedule", "never"),
        InvalidSchedule::Zone { .. } => ("timezone", "not a time zone"),
    };
    Some(Finding {
        rule: &INVALID,
        route: Pointer::ROOT.key("sync").key(key),
        part: Part::Value,
        message: error.to_string(),
        label: label.to_owned(),
        help: Some(error.help()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_is_warned_about_at_its_place() {
        for (expression, zone, expected) in [
            ("0 3 * * *", None, None),
            ("0 3 * * *", Some("Europe/Berlin"), None),
            ("nightly", None, Some("/sync/schedule")),
            ("0 0 30 2 *", Some("UTC"), Some("/sync/schedule")),
            ("0 3 * * *", Some("Berlin"), Some("/sync/timezone")),
        ] {
            let found = flaw(expression, zone);
            assert_eq!(found.as_ref().map(|finding| finding.route.as_str()), expected, "{expression}");
        }
    }
}
