//! `modreg` compiles a Git repository of module manifests into a versioned, verifiable registry of AI contexts.
//!
//! The program is one sentence: **load → parse → validate → check → compile → diff → publish**. Each arrow is a public
//! function, each stage a module, and the modules stand here in that order.

pub mod diagnostic;
pub mod domain;
pub mod object;
pub mod source;

pub mod settings;

pub mod load;

pub mod schema;

pub mod manifest;

pub mod rules;

pub mod registry;

pub mod compile;

pub mod diff;

pub mod git;

pub mod sync;

pub mod report;

mod builtins;
pub mod cli;
