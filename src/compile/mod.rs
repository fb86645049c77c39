//! From the bytes of manifests to entries: parse, validate, check and compile, in parallel.
//!
//! Invariant: pure. The same manifests, schemas and settings have the same result on any machine, in any order of
//! input and on any number of threads. Nothing here reads a file or asks a clock.

mod compiler;
mod duplicates;

pub use compiler::{Compiled, Compiler, ManifestFile, Registration, Unreadable};
pub(crate) use duplicates::place;
pub use duplicates::refuse_duplicates;
