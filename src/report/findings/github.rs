//! Writes GitHub annotations: workflow commands on standard output, which the runner shows at the lines of a pull
//! request.
//!
//! A step can make ten annotations of each kind. The most severe findings come first; the last annotation of a kind
//! says how many more there are, and those follow as plain lines in the log.

use std::{fmt::Write as _, io};

use super::report_item::{Findings, ReportItem};
use crate::{diagnostic::Severity, domain::clip, report::text::visible};

/// The number of annotations of each kind that a step can make.
const MAX_OF_A_KIND: usize = 10;

/// The most characters of a message; hosts take 64 KiB.
const MAX_MESSAGE: usize = 4_000;

/// Writes an annotation for each finding, as far as the host accepts them, and a plain line for each of the others.
pub fn write(out: &mut dyn io::Write, findings: &Findings) -> io::Result<()> {
    let items = findings.by_severity();
    let mut left_out = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_kind: Vec<&ReportItem> =
            items.iter().copied().filter(|item| item.severity == severity).collect();
        let shown = if of_kind.len() > MAX_OF_A_KIND { MAX_OF_A_KIND - 1 } else { of_kind.len() };
        for item in &of_kind[..shown] {
            writeln!(out, "{}", annotation(item))?;
        }
        let more = &of_kind[shown..];
        if !more.is_empty() {
            let noun = severity.as_str();
            writeln!(
                out,
                "::{}::{} more {noun}s: the log of this step lists them",
                command(severity),
                more.len()
            )?;
        }
        left_out.extend_from_slice(more);
    }
    left_out.iter().try_for_each(|item| writeln!(out, "{}", line(item)))
}

/// Returns the workflow command for a severity.
const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn annotation(item: &ReportItem) -> String {
    let mut command = format!("::{} file={}", command(item.severity), property(item.path.as_str()));
    if let Some((start, end)) = item.place {
        _ = write!(command, ",line={},endLine={}", start.line, end.line);
        // The host would take columns of a later line for columns of the first one.
        if start.line == end.line {
            _ = write!(command, ",col={},endColumn={}", start.column, end.column);
        }
    }
    let mut message = data(&item.message);
    if let Some(help) = &item.help {
        message += "%0A";
        message += &data(help);
    }
    format!("{command},title={}::{message}", property(item.rule.code))
}

/// Returns a finding as one line of the log.
fn line(item: &ReportItem) -> String {
    let place = item.place.map_or_else(String::new, |(start, _)| format!(":{}:{}", start.line, start.column));
    let text =
        format!("{}{place}: {}[{}]: {}", item.path, item.severity.as_str(), item.rule.code, item.message);
    visible(&clip(&text, MAX_MESSAGE)).into_owned()
}

/// Returns a text as the data of a command: on one line, visible, and escaped as the runner expects it.
fn data(text: &str) -> String {
    visible(&clip(text, MAX_MESSAGE)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns a text as the value of a property, in which the characters that would end it are escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
