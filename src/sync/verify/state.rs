//! The snapshot that is verified, and what it is compared with.

use crate::{
    compile::Compiler,
    domain::ObjectId,
    git::Repository,
    registry::{Root, Snapshot},
    sync::log::{past::Past, published::Log},
};

/// The snapshot to check, with a root that can be read.
pub(in crate::sync) struct State<'a> {
    pub(in crate::sync) repository: &'a Repository,
    pub(in crate::sync) commit: ObjectId,
    pub(in crate::sync) snapshot: &'a Snapshot,
    pub(in crate::sync) root: &'a Root,
    pub(in crate::sync) log: &'a Log,
    pub(in crate::sync) past: &'a Past<'a>,
    pub(in crate::sync) compiler: &'a Compiler,
}
