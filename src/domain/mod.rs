//! The words of the domain as types: a value in hand is proof that it is well formed.

mod closest;
mod module_name;
mod object_id;
mod repo_path;
mod status;
mod version;

pub use closest::closest;
pub use module_name::{InvalidModuleName, ModuleName};
pub use object_id::{InvalidObjectId, ObjectId};
pub use repo_path::RepoPath;
pub use status::{Status, UnknownStatus};
pub use version::SnapshotVersion;
