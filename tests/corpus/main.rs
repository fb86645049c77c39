//! Acceptance: the program over thousands of real manifests and the public suites of parsers, where a corpus is at hand,
//! and over one full manifest whose every leaf is changed.
//!
//! `MODREG_CORPUS` names the unpacked corpus; without it, a packed one beside the checkout is unpacked. Where there is
//! neither, each test reports that it was skipped.

#[path = "../cli/harness.rs"]
#[expect(dead_code, reason = "the harness serves the command-line tests as well")]
mod harness;

mod corpus;
mod fix;
mod history;
mod leaves;
mod mistakes;
mod modules;
mod parsers;
mod report;
mod shown;
mod threads;
