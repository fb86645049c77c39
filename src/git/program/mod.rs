//! Running the `git` program: one run, what it printed, and what that means.

pub(super) mod command;
pub(super) mod messages;
pub(super) mod output;
pub(super) mod running;
mod streams;
pub(super) mod words;
