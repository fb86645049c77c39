//! The machine-readable reports, version 1: what `--format json` prints.
//!
//! What a schema marks optional is left out where absent; all other fields are always there, `null` where there is
//! nothing to tell. Characters that cannot be seen are written as escapes: a program reads the same text, and nothing
//! happens to a terminal or a build log that the report passes through.

mod compile;
mod status;

pub use compile::{CompileReport, FileReport};
pub use status::{Delivery, DeliveryResult, StatusReport, WebhooksReport};

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use super::text::starts_command;
use crate::{
    diagnostic::{Diagnostic, Severity, is_hidden},
    diff::{ChangeKind, Changes, ModuleChange},
    domain::{ModuleName, ObjectId, Pointer, RepoPath, SnapshotVersion},
    registry::{Held, Pin},
    sync::Summary,
};

/// The version of the shape of all reports.
pub const REPORT_VERSION: u32 = 1;

/// A report with its version, as it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Versioned<T> {
    report_version: u32,
    #[serde(flatten)]
    report: T,
}

impl<T> Versioned<T> {
    /// Adds the version.
    pub const fn new(report: T) -> Self {
        Self { report_version: REPORT_VERSION, report }
    }
}

/// Writes a report as one JSON object, two spaces deep, with a final newline.
pub fn write<T: Serialize>(out: &mut dyn io::Write, report: &T) -> io::Result<()> {
    write_value(out, &Versioned::new(report))
}

/// Writes a value of a foreign format in the same way, without a version of ours.
pub(super) fn write_value<T: Serialize>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// A report as [`write()`] writes it.
pub fn to_bytes<T: Serialize>(report: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, report).expect("memory takes all bytes");
    bytes
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticReport {
    code: &'static str,
    severity: Severity,
    path: RepoPath,
    pointer: Pointer,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl From<&Diagnostic> for DiagnosticReport {
    fn from(diagnostic: &Diagnostic) -> Self {
        let (start, end) = (diagnostic.start(), diagnostic.end());
        Self {
            code: diagnostic.rule.code,
            severity: diagnostic.severity,
            path: diagnostic.source.path().clone(),
            pointer: diagnostic.pointer.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
        }
    }
}

/// All findings, in the order given.
pub fn diagnostics(diagnostics: &[Diagnostic]) -> Vec<DiagnosticReport> {
    diagnostics.iter().map(DiagnosticReport::from).collect()
}

/// What `validate` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateReport {
    /// The counts.
    pub summary: ValidateSummary,
    /// What was fixed, each finding as it stood before; only where fixing was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Vec<DiagnosticReport>>,
    /// All findings.
    pub diagnostics: Vec<DiagnosticReport>,
    /// The files and folders that were left out because Git ignores them, of those that look like manifests.
    pub ignored: Vec<RepoPath>,
    /// The files that were left out because their names are not those of manifests.
    pub others: Vec<RepoPath>,
    /// The modules whose entries a sync would remove; only where all manifests were checked.
    pub removed: Vec<ModuleName>,
}

/// The counts of a `validate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateSummary {
    /// Manifests seen.
    pub modules: usize,
    /// Manifests without an error.
    pub valid: usize,
    /// Valid manifests that are not registered.
    pub skipped: usize,
    /// Findings that make a manifest invalid.
    pub errors: usize,
    /// Findings that do not.
    pub warnings: usize,
}

/// What `diff` would change or `sync` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangesReport {
    /// The version before.
    pub from: SnapshotVersion,
    /// The version after; `None` is the working tree, which has none yet.
    pub to: Option<SnapshotVersion>,
    /// The version that the registry has now.
    pub version: SnapshotVersion,
    /// The commit that was made.
    pub commit: Option<ObjectId>,
    /// The counts.
    pub summary: Summary,
    /// One change per module, by name.
    pub changes: Vec<ChangeReport>,
    /// The generated paths that were not what was published, and were repaired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repaired: Vec<RepoPath>,
    /// All findings.
    pub diagnostics: Vec<DiagnosticReport>,
    /// Why nothing was written, where a guard refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeReport {
    name: ModuleName,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ModuleName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_to: Option<ModuleName>,
    fields: Vec<Pointer>,
}

impl From<&ModuleChange> for ChangeReport {
    fn from(change: &ModuleChange) -> Self {
        let blank = |word| Self {
            name: change.name.clone(),
            change: word,
            from_version: None,
            to_version: None,
            renamed_from: None,
            renamed_to: None,
            fields: Vec::new(),
        };
        match change.kind.clone() {
            ChangeKind::Added { version, renamed_from } => {
                Self { to_version: version, renamed_from, ..blank("added") }
            }
            ChangeKind::Updated { from_version, to_version, fields } => Self {
                from_version,
                to_version,
                fields: fields.into_iter().map(|field| field.pointer).collect(),
                ..blank("updated")
            },
            ChangeKind::Removed { version, renamed_to } => {
                Self { from_version: version, renamed_to, ..blank("removed") }
            }
        }
    }
}

/// All changes, by name.
pub fn changes(changes: &Changes) -> Vec<ChangeReport> {
    changes.iter().map(ChangeReport::from).collect()
}

/// Why a guard refused a sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// One line.
    pub reason: String,
    /// The modules that would go.
    pub removals: Vec<ModuleName>,
    /// What lets exactly these go, where that is what the guard is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// The manifest that `new` wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewReport {
    /// The module.
    pub name: ModuleName,
    /// The name for people that the skeleton has.
    pub display_name: String,
    /// The status that the skeleton has.
    pub status: &'static str,
    /// Where it is.
    pub path: RepoPath,
}

/// The audit log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryReport {
    /// One record per snapshot.
    pub history: Vec<HistoryRecord>,
}

/// One snapshot in the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRecord {
    /// Its version.
    pub version: SnapshotVersion,
    /// The commit that holds it.
    pub commit: ObjectId,
    /// When it was committed.
    #[serde(serialize_with = "time")]
    pub time: Timestamp,
    /// Who committed it.
    pub author: String,
    /// What started the run.
    pub trigger: Option<String>,
    /// The commit that was compiled.
    pub source_commit: Option<ObjectId>,
    /// Modules that were added; absent where a shallow clone lacks the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<usize>,
    /// Modules with another entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<usize>,
    /// Modules that were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<usize>,
    /// Modules that were rolled back and pinned, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// Modules whose pins were lifted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unpinned: BTreeSet<ModuleName>,
    /// Modules whose entries stay at their last good content from then on, with the reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<ModuleName, Held>,
    /// Modules that are no longer held.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub released: BTreeSet<ModuleName>,
}

/// Whether the registry is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Whether there is no problem.
    pub verified: bool,
    /// The version that was checked.
    pub version: SnapshotVersion,
    /// Its content.
    pub tree: Option<ObjectId>,
    /// How many versions were checked.
    pub versions: usize,
    /// What is wrong now.
    pub problems: Vec<VerifyProblem>,
    /// What was wrong at earlier commits and no longer is.
    pub repaired: Vec<VerifyProblem>,
    /// What could not be checked, and why.
    pub unverifiable: Vec<String>,
}

/// One thing that is wrong with the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyProblem {
    /// What kind of problem it is.
    pub code: String,
    /// The file.
    pub path: RepoPath,
    /// One line.
    pub message: String,
    /// The commit that brought it in, where that is known.
    pub commit: Option<ObjectId>,
}

/// RFC 3339, in UTC.
fn time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// Writes pretty JSON with escapes for what cannot be seen and for what build servers read as commands.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let (mut plain_from, mut previous) = (0, None);
        for (offset, character) in text.char_indices() {
            if is_hidden(character, previous) || starts_command(character, previous, &text[offset..]) {
                writer.write_all(&text.as_bytes()[plain_from..offset])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                plain_from = offset + character.len_utf8();
            }
            previous = Some(character);
        }
        writer.write_all(&text.as_bytes()[plain_from..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests;
