//! The words of the domain as types: a value in hand is proof that it is well formed. Also how messages quote pieces of files.

mod closest;
mod module_name;
mod module_version;
mod object_id;
mod pointer;
mod quote;
mod repo_path;
mod schedule;
mod status;
mod version;
mod web_address;

pub use closest::closest;
pub use module_name::{InvalidModuleName, ModuleName};
pub use module_version::{nearest_version, parse_version};
pub use object_id::{InvalidObjectId, ObjectFormat, ObjectId};
pub use pointer::Pointer;
pub use quote::{clip, excerpt, is_hidden, quoted, quoted_in_full, quoted_verbatim};
pub use repo_path::RepoPath;
pub use schedule::{InvalidSchedule, Schedule};
pub use status::{Status, UnknownStatus};
pub use version::SnapshotVersion;
pub use web_address::{InvalidWebAddress, WebAddress};
