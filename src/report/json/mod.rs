//! The machine-readable reports, version 1: what `--format json` prints and what the server responds with.
//!
//! A field that a schema marks optional is left out where it is absent; all other fields are always there, with `null`
//! for an absent value.

mod changes;
mod compile;
mod diagnostics;
mod history;
mod new;
mod status;
mod sync_answer;
mod validate;
mod verify;
mod write;

pub use changes::{ChangeReport, ChangesReport, Refusal, changes};
pub use compile::{CompileReport, FileReport};
pub use diagnostics::{DiagnosticReport, diagnostics};
pub use history::{HistoryReport, HistoryReportRecord};
pub use new::NewReport;
pub use status::{Delivery, DeliveryResult, StatusReport, WebhooksReport};
pub use sync_answer::{Action, AnswerSummary, Detail, DetailStatus, SyncAnswer};
pub use validate::{ValidateReport, ValidateSummary};
pub use verify::{VerifyProblem, VerifyReport};
pub(super) use write::write_value;
pub use write::{REPORT_VERSION, Versioned, to_bytes, write};

#[cfg(test)]
mod tests;
