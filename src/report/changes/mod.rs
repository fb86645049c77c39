//! The changes of a registry in lines that the formats for people share: modules, fields and permissions.

mod describe;
mod field_lines;
pub mod human;
mod invalid;
mod permissions;

pub(super) use describe::{is_version, moved, summary};
pub(super) use field_lines::{Mark, lines};
pub use invalid::InvalidModules;
pub(super) use permissions::{describe_permissions, permissions_first};
