//! What is checked out: the index and the files, changed and judged by git.

mod attributes;
pub(super) mod checkout;
pub(super) mod index;
pub(super) mod left_out;
mod nested;
mod seen;
pub(super) mod status;
