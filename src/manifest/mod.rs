//! From a document to a [`Manifest`], which is proof that the document is valid.

mod context_key;
pub mod rules;
#[cfg(test)]
mod tests;
mod valid;
mod validate;

pub use context_key::ContextKey;
pub use valid::Manifest;
pub use validate::{Invalid, validate};
