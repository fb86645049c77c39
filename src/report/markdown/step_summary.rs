//! Writes the summary of a workflow's step in Markdown: the result first, then what is wrong and what changed.

use super::sections;
use crate::{
    diagnostic::{Diagnostic, Severity},
    report::{
        findings::{Check, Findings},
        terminal::sync::{counts, held_line, pinned_line},
        text::count,
    },
    sync::{Conclusion, Outcome},
};

/// The most bytes of the file; hosts refuse more than 1 MiB.
const MAX_FILE: usize = 900 * 1024;

/// Returns the summary of a check.
pub fn findings(findings: &Findings) -> String {
    let (subject, good) = match findings.check {
        Check::Validate => {
            ("Manifests", format!("no problems in {}", count(findings.checked.len(), "manifest")))
        }
        Check::Compile => ("Registry on disk", "it matches the manifests".to_owned()),
        Check::Verify => ("Registry at HEAD", "it is intact and matches its sources".to_owned()),
    };
    let fails = findings.items.iter().any(|item| findings.is_failure(item));
    let number = |severity, noun| match findings.count(severity) {
        0 => None,
        number => Some(count(number, noun)),
    };
    let found: Vec<String> = [
        number(Severity::Error, "error"),
        number(Severity::Warning, "warning"),
        number(Severity::Note, "note"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let verdict = if found.is_empty() { good } else { found.join(", ") };
    let sign = if fails { "❌" } else { "✅" };
    let mut summary = format!("### {sign} {subject}: {verdict}\n");
    sections::findings(&mut summary, &findings.items);
    summary
}

/// Returns the summary of a verification, with the reasons why something could not be checked.
pub fn verification(found: &Findings, unverifiable: &[String]) -> String {
    let mut summary = findings(found);
    sections::list(&mut summary, unverifiable.iter().map(|reason| format!("not checked: {reason}")));
    summary
}

/// Returns the summary of a sync.
pub fn sync(outcome: &Outcome) -> String {
    let plan = &outcome.draft.plan;
    let version = outcome.previous.version();
    let next = outcome.draft_version();
    let is_good = plan.invalid.is_empty();
    let sign = |is_good| if is_good { "✅" } else { "⚠️" };
    let totals = counts(&plan.summary);
    let heading = match &outcome.conclusion {
        Conclusion::Unchanged => {
            format!("{} Registry: version {version} is unchanged: {totals}", sign(is_good))
        }
        Conclusion::DryRun if next == version => {
            format!("{} Registry: version {version} would not change: {totals}", sign(is_good))
        }
        Conclusion::DryRun => {
            format!("{} Registry: a sync would publish version {next}: {totals}", sign(is_good))
        }
        Conclusion::Committed { .. } => format!("{} Registry: version {next}: {totals}", sign(is_good)),
        Conclusion::Refused(refusal) => {
            format!("❌ Registry: version {version} is unchanged: {}", refusal.reason(plan))
        }
    };
    let mut summary = format!("### {heading}\n");
    sections::permissions(&mut summary, &outcome.draft.changes);
    let held = plan.held.iter().map(|(name, held)| held_line(name, held));
    let pinned = plan.pinned.iter().map(|(name, pin)| pinned_line(name, pin));
    let repaired =
        outcome.draft.repaired.iter().map(|(path, deviation)| format!("{path}: {}", deviation.past()));
    sections::list(&mut summary, held.chain(pinned).chain(repaired));
    let found: Vec<Diagnostic> = outcome.diagnostics().cloned().collect();
    sections::body(&mut summary, version, &outcome.draft.changes, &found);
    summary
}

/// Returns the part of a summary that fits after `before` bytes of others in the same file: all of it, the heading, or
/// nothing.
pub fn fitting(summary: &str, before: usize) -> Option<String> {
    let room = MAX_FILE.saturating_sub(before);
    if summary.len() < room {
        return Some(format!("{summary}\n"));
    }
    let verdict = summary.lines().next().unwrap_or_default();
    let short =
        format!("{verdict}\n\nThe summaries of this step are too long; its log contains the rest.\n\n");
    (short.len() <= room).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{self, VECTORS, commands, item};

    #[test]
    fn the_heading_comes_before_the_findings() {
        let mut found = testing::findings(vec![testing::placed("modules/a.yaml", "wrong", 3, 3)]);
        assert_eq!(
            findings(&found),
            "### ❌ Manifests: 1 error\n\n| | where | rule | what |\n|---|---|---|---|\n\
             | ❌ | `modules/a.yaml:3` | `schema/enum` | `wrong` |\n"
        );
        found.items.clear();
        found.checked.insert(crate::domain::RepoPath::new("modules/a.yaml"));
        assert_eq!(findings(&found), "### ✅ Manifests: no problems in 1 manifest\n");
        found.items.push(crate::report::findings::ReportItem {
            severity: Severity::Warning,
            ..item("a.yaml", "look")
        });
        assert!(findings(&found).starts_with("### ✅ Manifests: 1 warning\n"));
        found.is_strict = true;
        assert!(findings(&found).starts_with("### ❌ Manifests: 1 warning\n"));
    }

    #[test]
    fn a_summary_that_is_too_long_is_cut_to_its_heading() {
        let summary = "### verdict\n\nmore\n";
        assert_eq!(fitting(summary, 0).as_deref(), Some("### verdict\n\nmore\n\n"));
        let short = fitting(summary, MAX_FILE - 100).unwrap();
        assert_eq!(fitting(&"x\n".repeat(MAX_FILE), 0).unwrap().lines().next(), Some("x"));
        assert!(short.starts_with("### verdict\n"), "{short}");
        assert_eq!(fitting(summary, MAX_FILE - 10), None);
        assert_eq!(fitting(summary, MAX_FILE * 2), None);
    }

    #[test]
    fn a_summary_contains_no_workflow_command() {
        for vector in VECTORS {
            let summary = findings(&testing::findings_with(vector));
            assert_eq!(commands(&summary), Vec::<String>::new(), "{summary}");
            assert_eq!(summary.lines().count(), 6, "{summary}");
        }
    }
}
