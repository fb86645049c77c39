//! Writes SARIF 2.1.0 (OASIS), as code scanning reads it.
//!
//! Paths are relative to the root of the repository, under the base `%SRCROOT%`. Hosts close a result that a later log
//! does not contain, so every log contains all results, even if there are none. The log has no
//! `primaryLocationLineHash`: the host's upload computes it from the files and reports one that differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
};

use serde::Serialize;

use super::report_item::{Findings, ReportItem};
use crate::{
    diagnostic::{Position, Rule, Severity},
    domain::{RepoPath, clip},
    report::json,
};

/// The most results of a run; code scanning takes 25,000 and keeps the first 5,000.
const MAX_RESULTS: usize = 5_000;

/// The most characters of a message; 5,000 of them stay below the 10 MB that a host takes.
const MAX_MESSAGE: usize = 1_000;

/// The base of all paths, which is the root of the repository.
const BASE: &str = "%SRCROOT%";

/// Writes the log: one run with all findings, the most severe first.
pub fn write(out: &mut dyn io::Write, findings: &Findings) -> io::Result<()> {
    let mut results = findings.fingerprinted();
    results.sort_by_key(|(item, _)| item.severity);
    let left_out = results.len().saturating_sub(MAX_RESULTS);
    results.truncate(MAX_RESULTS);
    let codes: BTreeSet<_> = results.iter().map(|(item, _)| item.rule.code).collect();
    let rules: BTreeMap<_, _> = results.iter().map(|(item, _)| (item.rule.code, item.rule)).collect();
    let index = |code| codes.iter().position(|known| *known == code).unwrap_or_default();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "modreg",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.values().map(|rule| Descriptor::of(rule)).collect(),
            },
        },
        automation_details: Automation { id: format!("modreg/{}/", findings.check.as_str()) },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(
            BASE,
            Base { description: Message::new("The root of the repository.") },
        )]),
        invocations: [Invocation::leaving_out(left_out)],
        results: results
            .iter()
            .map(|(item, hex)| ResultObject::of(item, hex, index(item.rule.code)))
            .collect(),
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    };
    json::write_value(out, &log)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: Automation,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    invocations: [Invocation; 1],
    results: Vec<ResultObject<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

/// A rule, for people who look at a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
}

impl Descriptor {
    fn of(rule: &Rule) -> Self {
        let explanation = Message::new(rule.explanation);
        Self {
            id: rule.code,
            short_description: Message::new(rule.summary),
            full_description: Message::new(rule.explanation.split("\n\n").next().unwrap_or_default()),
            help: explanation,
            default_configuration: Configuration { level: level(rule.severity) },
        }
    }
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
struct Base {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

impl Invocation {
    fn leaving_out(count: usize) -> Self {
        let notification = || Notification {
            level: "warning",
            message: Message::new(&format!(
                "{count} more findings are not in this log; run `modreg` on a command line to see them"
            )),
        };
        let tool_execution_notifications = (count > 0).then(notification).into_iter().collect();
        Self { execution_successful: true, tool_execution_notifications }
    }
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, &'a str>,
}

impl<'a> ResultObject<'a> {
    fn of(item: &ReportItem, fingerprint: &'a str, rule_index: usize) -> Self {
        let message = match &item.help {
            Some(help) => format!("{}\n{help}", item.message),
            None => item.message.clone(),
        };
        Self {
            rule_id: item.rule.code,
            rule_index,
            level: level(item.severity),
            message: Message::new(&clip(&message, MAX_MESSAGE)),
            locations: [Location::of(item)],
            partial_fingerprints: BTreeMap::from([("modregFinding/v1", fingerprint)]),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

impl Location {
    fn of(item: &ReportItem) -> Self {
        let logical = LogicalLocation { fully_qualified_name: item.pointer.to_string() };
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation::of(&item.path),
                region: item.place.map(Region::of),
            },
            logical_locations: (!logical.fully_qualified_name.is_empty())
                .then_some(logical)
                .into_iter()
                .collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl ArtifactLocation {
    /// Returns the location of a file. A file outside of the repository, whose path is absolute, has no base.
    fn of(path: &RepoPath) -> Self {
        let uri = percent_encoded(path.as_str());
        if path.as_str().starts_with('/') {
            Self { uri: format!("file://{uri}"), uri_base_id: None }
        } else {
            Self { uri, uri_base_id: Some(BASE) }
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    fn of((start, end): (Position, Position)) -> Self {
        let (start_line, start_column) = (start.line, start.column);
        Self { start_line, start_column, end_line: end.line, end_column: end.column }
    }
}

/// A plain text that is shown as it is.
#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    /// Escapes what viewers would read as a link (`[text](target)`, section 3.11.6) or as a placeholder (`{0}`, section
    /// 3.11.5). [`json::write_value`] escapes the characters that cannot be seen.
    fn new(text: &str) -> Self {
        let mut inert = String::with_capacity(text.len());
        let mut previous = None;
        for (offset, character) in text.char_indices() {
            match character {
                '(' if previous == Some(']') => inert.push_str("\\u{28}"),
                '{' if text[offset + 1..].starts_with(|next: char| next.is_ascii_digit()) => {
                    inert.push_str("\\u{7b}");
                }
                character => inert.push(character),
            }
            previous = Some(character);
        }
        Self { text: inert }
    }
}

const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// Returns a path as a relative reference (RFC 3986, section 4.2): all but unreserved characters and `/` are escaped.
fn percent_encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests;
