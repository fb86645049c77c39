//! `modreg` compiles a Git repository of module manifests into a versioned, verifiable registry of AI contexts.
//!
//! The program is one sentence: **load → parse → validate → check → compile → diff → publish**. Each arrow is a public
//! function, each stage a module, and the modules stand here in that order.
//!
//! # Code map
//!
//! | module | takes | gives |
//! |---|---|---|
//! | [`domain`] | texts | the words of the contract as types |
//! | [`diagnostic`] | | what is wrong with an authored file, as a value |
//! | [`source`] | bytes | a tree of nodes with places, or every error |
//! | [`diff`] | the entries of two snapshots | which modules changed, and which of their fields |
//! | [`report`] | diagnostics, changes, counts | text for people and for programs |
//! | [`object`] | files' bytes | git's ids and trees, without a repository |
//! | [`git`] | a repository | its head, trees and history; and what publishing changes in it |
//! | [`settings`] | the text of `modreg.toml` | what the registry's owner decided |
//! | [`builtins`] | | the modules that a new registry begins with |
//! | [`load`] | a folder | the manifests in it, and what only looks like one |
//! | [`schema`] | JSON Schemas and a document | what breaks them, in an author's words |
//! | [`manifest`] | a document | a valid manifest, or everything that is wrong with it |
//! | [`rules`] | valid manifests | what is wrong beyond the schema; the table of all rules |

pub mod builtins;
pub mod diagnostic;
pub mod diff;
pub mod domain;
pub mod report;
pub mod git;
pub mod object;
pub mod load;
pub mod settings;
pub mod manifest;
pub mod rules;
pub mod schema;
pub mod source;
