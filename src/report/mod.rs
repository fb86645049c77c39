//! Renders what the stages return as text for people and for programs.
//!
//! A [`Style`] describes what the place where a report is shown can display. No file here reads the environment or asks
//! a terminal, and none decides whether something is right or wrong.
//!
//! Invariant: text that comes from an authored file passes through [`text`] before it is written, whatever the format.

pub mod changes;
pub mod findings;
pub mod json;
pub mod manifest;
pub mod markdown;
pub mod shorten;
pub mod step_outputs;
mod style;
pub mod terminal;
#[cfg(test)]
mod testing;
pub mod text;

pub use style::Style;
