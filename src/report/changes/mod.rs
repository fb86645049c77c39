//! What changes in a registry: the modules, their fields and their permissions, in lines that every format for people shares.

mod describe;
mod field_lines;
pub mod human;
mod invalid;
mod permissions;

pub(super) use describe::{is_version, moved, permissions_first, summary};
pub(super) use field_lines::{Mark, lines};
pub use invalid::InvalidModules;
pub(super) use permissions::describe_permissions;
