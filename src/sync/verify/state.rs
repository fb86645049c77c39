//! The snapshot that is verified, and what it is compared with.

use crate::{
    compile::Compiler,
    domain::ObjectId,
    git::Repository,
    registry::{Root, Snapshot},
    sync::log::{past::Past, published::Log},
};

/// What is checked, with a root that can be read.
pub(super) struct State<'a> {
    pub(super) repository: &'a Repository,
    pub(super) commit: ObjectId,
    pub(super) snapshot: &'a Snapshot,
    pub(super) root: &'a Root,
    pub(super) log: &'a Log,
    pub(super) past: &'a Past<'a>,
    pub(super) compiler: &'a Compiler,
}
