//! `[schedule]`: when `serve` syncs by itself.

use super::section::Section;
use crate::domain::{InvalidSchedule, Schedule};

pub(super) const KEYS: &[&str] = &["enabled", "cron", "timezone"];

const CRON: &str = "0 3 * * *";
const ZONE: &str = "America/Chicago";

/// The times at which `serve` syncs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduling {
    /// Whether it syncs by itself at all, the registry and modules with schedules of their own.
    pub is_enabled: bool,
    /// The schedule of the whole registry. Its zone is also that of modules that name none.
    pub registry: Schedule,
}

pub(super) fn read(mut section: Section<'_>) -> Scheduling {
    let cron = section.text("cron");
    let zone = section.text("timezone");
    let written = |text: &Option<toml::Spanned<String>>, default: &str| {
        text.as_ref().map_or_else(|| default.to_owned(), |text| text.get_ref().clone())
    };
    let parsed = Schedule::parse(&written(&cron, CRON), &written(&zone, ZONE));
    let place = match &parsed {
        Err(InvalidSchedule::Zone { .. }) => zone.as_ref(),
        Err(InvalidSchedule::Expression { .. } | InvalidSchedule::Never(_)) | Ok(_) => cron.as_ref(),
    };
    let span = place.map_or_else(|| section.span(), toml::Spanned::span);
    let registry = section.value_or_report(span, parsed.map_err(|error| (error.to_string(), error.help())));
    Scheduling {
        is_enabled: section.boolean("enabled").unwrap_or(true),
        registry: registry
            .unwrap_or_else(|| Schedule::parse(CRON, ZONE).expect("the default is tested to be a schedule")),
    }
}
