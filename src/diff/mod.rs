//! The differences between two snapshots: which modules changed, and which of their fields.
//!
//! Entries come in as canonical JSON, changes go out as values. Nothing here reads, prints or decides whether a change
//! is allowed.

mod align;
mod changes;
mod fields;
mod permissions;

pub use changes::{ChangeKind, Changes, ModuleChange, changes};
pub use fields::{FieldChange, FieldKind, fields};
pub use permissions::PermissionChange;
