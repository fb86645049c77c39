//! The findings of the commands that check something, with one file for each format that shows them.

pub mod github;
pub mod gitlab;
pub mod human;
pub mod junit;
mod report_item;
pub mod sarif;
mod snippet;

pub use report_item::{Check, Findings, ReportItem, drift_message};
