//! The index and the checked-out files, read and changed by git.

mod attributes;
pub(super) mod checkout;
pub(super) mod excluded;
pub(super) mod index;
mod nested;
mod path_state;
pub(super) mod status;
