//! The findings of `validate`, `compile --check` and `verify`, in the one form from which every format is written.
//!
//! A finding is about an authored file or about a generated one: a diagnostic has a place in a text, a file of the
//! registry has none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use sha2::{Digest as _, Sha256};

use crate::{
    diagnostic::{Diagnostic, Position, Rule, Severity},
    domain::{Pointer, RepoPath},
    registry::root_path,
    rules::registry,
    sync::{Discrepancy, Drift, Verification},
};

/// The command that checked. Hosts use its name to keep the results of several checks apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// `modreg validate`.
    Validate,
    /// `modreg compile`.
    Compile,
    /// `modreg verify`.
    Verify,
}

impl Check {
    /// Returns the name of the command.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Compile => "compile",
            Self::Verify => "verify",
        }
    }
}

/// The findings of a check.
#[derive(Debug)]
pub struct Findings {
    /// The command that checked.
    pub check: Check,
    /// The files that were checked, valid or not.
    pub checked: BTreeSet<RepoPath>,
    /// Whether warnings make the check fail, as errors do.
    pub is_strict: bool,
    /// The findings, in the order in which people read them.
    pub items: Vec<ReportItem>,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct ReportItem {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// The severity, which settings may have changed.
    pub severity: Severity,
    /// The file that the finding is about.
    pub path: RepoPath,
    /// The node of the file that it is about, or the root if it is about the whole file.
    pub pointer: Pointer,
    /// The place of the finding, from its first character to the one after its last, or `None` if the file has no text
    /// to show.
    pub place: Option<(Position, Position)>,
    /// The message on one line. It is raw: it can contain text of the file.
    pub message: String,
    /// The advice on what to do.
    pub help: Option<String>,
}

impl Findings {
    /// Returns the findings of a check of the `checked` manifests.
    pub fn of_manifests(check: Check, checked: BTreeSet<RepoPath>, found: &[Diagnostic]) -> Self {
        let items = found.iter().map(ReportItem::from).collect();
        Self { check, checked, is_strict: false, items }
    }

    /// Adds a finding for each file of `registry/` that differs from what the manifests compile to.
    #[must_use]
    pub fn with_drift(mut self, drift: &Drift) -> Self {
        self.checked.insert(root_path());
        self.items.extend(drift.paths().into_iter().map(|path| drifted(path, drift)));
        self
    }

    /// Returns the findings of a verification.
    pub fn of_verification(found: &Verification) -> Self {
        let items = found.discrepancies.iter().map(ReportItem::from).collect();
        Self { check: Check::Verify, checked: [root_path()].into(), is_strict: false, items }
    }

    /// Returns whether a finding makes the check fail.
    pub fn is_failure(&self, item: &ReportItem) -> bool {
        match item.severity {
            Severity::Error => true,
            Severity::Warning => self.is_strict,
            Severity::Note => false,
        }
    }

    /// Returns the number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.items.iter().filter(|item| item.severity == severity).count()
    }

    /// Returns the findings, the most severe first.
    pub fn by_severity(&self) -> Vec<&ReportItem> {
        let mut items: Vec<&ReportItem> = self.items.iter().collect();
        items.sort_by_key(|item| item.severity);
        items
    }

    /// Returns each finding with its fingerprint in hex, by which hosts recognize a finding from run to run.
    ///
    /// A fingerprint does not change when lines move: it covers the rule, the file, the node, the message without its
    /// digits, because a message may name another line, and the number of the finding among equal ones.
    pub fn fingerprinted(&self) -> Vec<(&ReportItem, String)> {
        let mut seen: BTreeMap<[u8; 32], u32> = BTreeMap::new();
        let fingerprinted = self.items.iter().map(|item| {
            let identity = item.identity();
            let nth = seen.entry(identity).and_modify(|nth| *nth += 1).or_insert(1);
            let mut digest = Sha256::new();
            digest.update(identity);
            digest.update(nth.to_be_bytes());
            (item, hex(&digest.finalize()[..16]))
        });
        fingerprinted.collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

impl ReportItem {
    fn identity(&self) -> [u8; 32] {
        let message: String = self.message.chars().filter(|character| !character.is_ascii_digit()).collect();
        let mut digest = Sha256::new();
        for part in [self.rule.code, self.path.as_str(), self.pointer.as_str(), &message] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

impl From<&Diagnostic> for ReportItem {
    fn from(diagnostic: &Diagnostic) -> Self {
        let has_text = !diagnostic.source.text().is_empty();
        Self {
            rule: diagnostic.rule,
            severity: diagnostic.severity,
            path: diagnostic.source.path().clone(),
            pointer: diagnostic.pointer.clone(),
            place: has_text.then(|| (diagnostic.start(), diagnostic.end())),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
        }
    }
}

impl From<&Discrepancy> for ReportItem {
    fn from(problem: &Discrepancy) -> Self {
        let message = match problem.commit {
            Some(commit) => format!("{} (since commit {:.10})", problem.message, commit.to_string()),
            None => problem.message.clone(),
        };
        Self::of_file(problem.rule, problem.path.clone(), message, None)
    }
}

impl ReportItem {
    fn of_file(rule: &'static Rule, path: RepoPath, message: String, help: Option<String>) -> Self {
        Self { rule, severity: rule.severity, path, pointer: Pointer::ROOT, place: None, message, help }
    }
}

fn drifted(path: &RepoPath, drift: &Drift) -> ReportItem {
    let message = format!("this file {}", drift_message(path, drift));
    let help = "run `modreg compile` and commit the result".to_owned();
    ReportItem::of_file(&registry::DRIFT, path.clone(), message, Some(help))
}

/// Returns what is wrong with a file of the registry.
pub fn drift_message(path: &RepoPath, drift: &Drift) -> String {
    match (drift.odd.get(path), drift.remove.contains(path)) {
        (Some(odd), true) => format!("{}, and should not exist: no manifest compiles to it", odd.present()),
        (Some(odd), false) => format!("{}, not a regular file", odd.present()),
        (None, true) => "should not exist: no manifest compiles to it".to_owned(),
        (None, false) => "is missing or differs from what the manifests compile to".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::item;

    fn findings(items: Vec<ReportItem>) -> Findings {
        Findings { check: Check::Validate, checked: BTreeSet::new(), is_strict: false, items }
    }

    fn fingerprints(items: Vec<ReportItem>) -> Vec<String> {
        findings(items).fingerprinted().into_iter().map(|(_, fingerprint)| fingerprint).collect()
    }

    #[test]
    fn fingerprints_are_unique_and_do_not_depend_on_line_numbers() {
        let here = item("a.yaml", "the key `x` appears twice in one object, first on line 3");
        let mut moved = item("a.yaml", "the key `x` appears twice in one object, first on line 14");
        moved.place = Some((Position { line: 20, column: 1 }, Position { line: 20, column: 2 }));
        let original = fingerprints(vec![here.clone()]);
        assert_eq!(fingerprints(vec![moved]), original);
        let twice = fingerprints(vec![here.clone(), here.clone()]);
        assert_eq!(twice[0], original[0]);
        assert_ne!(twice[1], twice[0]);
        let mut elsewhere = here.clone();
        elsewhere.pointer = Pointer::new("/name");
        for other in [item("b.yaml", &here.message), item("a.yaml", "another message"), elsewhere] {
            assert_ne!(fingerprints(vec![other]), original);
        }
    }

    #[test]
    fn only_warnings_depend_on_strictness() {
        for (severity, fails, fails_strictly) in
            [(Severity::Error, true, true), (Severity::Warning, false, true), (Severity::Note, false, false)]
        {
            let one = ReportItem { severity, ..item("a.yaml", "wrong") };
            let mut all = findings(vec![one.clone()]);
            assert_eq!(all.is_failure(&one), fails, "{severity:?}");
            all.is_strict = true;
            assert_eq!(all.is_failure(&one), fails_strictly, "{severity:?}");
        }
    }
}
