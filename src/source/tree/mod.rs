//! A document in memory: one flat list of nodes in reading order.

pub(super) mod builder;
mod index;
pub(super) mod node;
pub(super) mod number;
pub(super) mod spans;

#[cfg(test)]
pub(crate) use builder::TreeBuilder;
pub use node::{Elements, Members, Node, Tree, Value};
pub use number::Number;
