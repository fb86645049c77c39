//! The table of what was checked, and readings of the program's reports.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use serde_json::Value;

/// Prints a line that shows also where the test harness captures output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints one row: what was looked at, and what was found.
pub(crate) fn row(what: &str, found: &str) {
    line(&format!("| {what:<44} | {found}"));
}

/// The number at `/summary/KEY`.
pub(crate) fn count(report: &Value, key: &str) -> usize {
    let count = report["summary"][key].as_u64();
    usize::try_from(count.unwrap_or_else(|| panic!("no `{key}` in {}", report["summary"]))).expect("a count")
}

/// What the counts of a `sync` or `diff` add up to.
pub(crate) fn total(report: &Value) -> usize {
    report["summary"].as_object().expect("a summary").keys().map(|key| count(report, key)).sum()
}

/// The names of the modules with one kind of change, sorted.
pub(crate) fn changed<'a>(report: &'a Value, kind: &str) -> Vec<&'a str> {
    let changes = list(report, "changes").iter().filter(|change| change["change"] == kind);
    let mut names: Vec<_> = changes.map(|change| text(&change["name"])).collect();
    names.sort_unstable();
    names
}

/// The errors of a report, by the manifest they are about.
pub(crate) fn errors(report: &Value) -> BTreeMap<&str, Vec<&Value>> {
    let mut errors: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for found in list(report, "diagnostics").iter().filter(|found| found["severity"] == "error") {
        errors.entry(text(&found["path"])).or_default().push(found);
    }
    errors
}

/// How many errors there are of each code.
pub(crate) fn by_code(errors: &BTreeMap<&str, Vec<&Value>>) -> String {
    let mut counts = BTreeMap::<_, usize>::new();
    for found in errors.values().flatten() {
        *counts.entry(text(&found["code"])).or_default() += 1;
    }
    counts.iter().map(|(code, count)| format!("{count} {code}")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn list<'a>(report: &'a Value, key: &str) -> &'a [Value] {
    report[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {report}"))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}
