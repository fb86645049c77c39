//! What is checked out: the index and the files, changed and judged by git.

mod attributes;
pub(super) mod checkout;
pub(super) mod excluded;
pub(super) mod index;
mod nested;
mod path_state;
pub(super) mod status;
