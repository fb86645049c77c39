//! The Code Quality report of GitLab: an array of findings, each with a fingerprint.

use std::io;

use serde::Serialize;

use super::report_item::{Findings, ReportItem};
use crate::{diagnostic::Severity, domain::RepoPath, report::json};

/// Writes the report.
pub fn write(out: &mut dyn io::Write, findings: &Findings) -> io::Result<()> {
    let issues: Vec<_> =
        findings.fingerprinted().into_iter().map(|(item, hex)| Issue::new(item, hex)).collect();
    json::write_value(out, &issues)
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a RepoPath,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
}

impl<'a> Issue<'a> {
    fn new(item: &'a ReportItem, fingerprint: String) -> Self {
        // The format requires a line, so findings without a place get the first one.
        let lines = match item.place {
            Some((start, end)) => Lines { begin: start.line, end: Some(end.line) },
            None => Lines { begin: 1, end: None },
        };
        let description = match &item.help {
            Some(help) => format!("{}; {help}", item.message),
            None => item.message.clone(),
        };
        Self {
            description,
            check_name: item.rule.code,
            fingerprint,
            severity: severity(item.severity),
            location: Location { path: &item.path, lines },
        }
    }
}

/// Returns GitLab's word for a severity: an error blocks and is critical, a warning is minor.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::testing::{findings, item, placed};

    fn report(items: Vec<ReportItem>) -> Value {
        let mut out = Vec::new();
        write(&mut out, &findings(items)).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_issue_has_the_fields_that_gitlab_requires() {
        let mut issues =
            report(vec![placed("modules/ä.yaml", "wrong", 3, 5), item("registry/snapshot.json", "gone")]);
        let fingerprints: Vec<String> = issues
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .map(|issue| issue.as_object_mut().unwrap().remove("fingerprint").unwrap().to_string())
            .collect();
        assert_ne!(fingerprints[0], fingerprints[1]);
        assert_eq!(fingerprints[0].len(), 34);
        assert_eq!(
            issues,
            json!([
                {
                    "description": "wrong", "check_name": "schema/enum", "severity": "critical",
                    "location": {"path": "modules/ä.yaml", "lines": {"begin": 3, "end": 5}},
                },
                {
                    "description": "gone", "check_name": "schema/enum", "severity": "critical",
                    "location": {"path": "registry/snapshot.json", "lines": {"begin": 1}},
                },
            ])
        );
    }

    #[test]
    fn without_findings_the_report_is_an_empty_array() {
        assert_eq!(report(Vec::new()), json!([]));
    }
}
