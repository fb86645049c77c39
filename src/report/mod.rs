//! Presentation: what people and programs read.
//!
//! Values come in, text goes out; a [`Style`] describes what the terminal can show. Nothing here probes a terminal,
//! reads the environment or decides what is right.
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
