//! What is wrong with manifests and with the registry: one list of findings, and one file for each format that shows it.

pub mod github;
pub mod gitlab;
pub mod human;
pub mod junit;
mod report_item;
pub mod sarif;
mod snippet;

pub use report_item::{Check, Findings, ReportItem, drift_message};
