//! Markdown for code hosts: the comment on a pull request and the summary of a step.
//!
//! Every text of a manifest is in code spans and fenced blocks.

mod code;
mod comment;
mod field_diffs;
mod fit;
mod sections;
pub mod step_summary;

pub use comment::comment;
