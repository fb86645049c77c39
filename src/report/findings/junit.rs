//! Writes `JUnit` XML: a suite for each file that was checked, a test case for each finding.
//!
//! A finding that makes the check fail is a failed case, any other is a passed one with output; a file without findings
//! has one case that passed.

use std::{collections::BTreeMap, io};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::report_item::{Findings, ReportItem};
use crate::report::text::visible;

/// Writes the report.
pub fn write(out: &mut dyn io::Write, findings: &Findings) -> io::Result<()> {
    let mut by_path: BTreeMap<_, Vec<&ReportItem>> =
        findings.checked.iter().map(|path| (path, Vec::new())).collect();
    for item in &findings.items {
        by_path.entry(&item.path).or_default().push(item);
    }
    let mut report = Report::new(format!("modreg {}", findings.check.as_str()));
    for (path, items) in by_path {
        let mut suite = TestSuite::new(&*visible(path.as_str()));
        if items.is_empty() {
            suite.add_test_case(TestCase::new("no problems", TestCaseStatus::success()));
        }
        suite.add_test_cases(items.into_iter().map(|item| case(item, findings)));
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

fn case(item: &ReportItem, findings: &Findings) -> TestCase {
    let message = visible(&item.message);
    let place = item.place.map_or_else(String::new, |(start, _)| format!(":{}:{}", start.line, start.column));
    let mut text = visible(&format!("{}{place}: {}", item.path, item.message)).into_owned();
    if let Some(help) = &item.help {
        text += "\nhelp: ";
        text += &visible(help);
    }
    // The place is not part of the name, so that the case keeps its name when lines move.
    let name = visible(&format!("{} {}", item.rule.code, item.pointer)).trim_end().to_owned();
    let class_name = visible(item.path.as_str());
    let mut case = if findings.is_failure(item) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(&*message).set_type(item.rule.code).set_description(&*text);
        TestCase::new(name, status)
    } else {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_system_out(&*text);
        case
    };
    case.set_classname(&*class_name);
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnostic::Severity,
        domain::RepoPath,
        report::testing::{findings, item, placed},
    };

    fn report(items: Vec<ReportItem>) -> String {
        let mut findings = findings(items);
        findings.checked.insert(RepoPath::new("modules/good.yaml"));
        let mut out = Vec::new();
        write(&mut out, &findings).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_file_is_a_suite_and_each_finding_a_case() {
        let warning = ReportItem { severity: Severity::Warning, ..item("modules/b.yaml", "look") };
        let xml = report(vec![placed("modules/a.yaml", "<wrong> & \"so\"", 3, 3), warning]);
        let case = "<testcase name=\"schema/enum /status\" classname=\"modules/a.yaml\">";
        let failure = "<failure message=\"&lt;wrong&gt; &amp; &quot;so&quot;\" type=\"schema/enum\">\
                       modules/a.yaml:3:2: &lt;wrong&gt; &amp; &quot;so&quot;</failure>";
        for part in [
            "<testsuites name=\"modreg validate\" tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"0\">",
            "<testsuite name=\"modules/a.yaml\" tests=\"1\" skipped=\"0\" errors=\"0\" failures=\"1\">",
            case,
            failure,
            "<testcase name=\"schema/enum\" classname=\"modules/b.yaml\">",
            "<system-out>modules/b.yaml: look</system-out>",
            "<testcase name=\"no problems\"/>",
        ] {
            assert!(xml.contains(part), "{part} is not in:\n{xml}");
        }
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_escaped() {
        let xml = report(vec![item("a\u{1}]]>.yaml", "\u{1b}[8m ]]> \u{fffe}\n::error::x")]);
        let read = Report::deserialize_from_str(&xml).unwrap();
        assert_eq!(read.test_suites.len(), 2);
        assert!(!xml.contains(['\u{1}', '\u{1b}', '\u{fffe}']), "{xml}");
    }
}
