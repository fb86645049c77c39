//! `modreg` compiles a Git repository of module manifests into a versioned, verifiable registry of AI contexts.
//!
//! The program is one sentence: **load → parse → validate → check → compile → diff → publish, or serve**. Each arrow is a public
//! function, each stage a module, and the modules stand below in that order: one uses only those before it.
//!
//! # Code map
//!
//! | module | takes | gives |
//! |---|---|---|
//! | [`domain`] | texts | the words of the contract as types |
//! | [`diagnostic`] | | what is wrong with an authored file, as a value |
//! | [`object`] | bytes | git's ids and trees, without a repository |
//! | [`source`] | the bytes of one file | a [`source::Document`], or every error in it |
//! | [`settings`] | the text of `modreg.toml` | what the registry's owner decided |
//! | [`load`] | a folder | the manifests in it, and what only looks like one |
//! | [`schema`] | a document | what breaks the JSON Schemas, in an author's words |
//! | [`manifest`] | a document | a [`manifest::Manifest`], or everything that is wrong with it |
//! | [`rules`] | valid manifests | what is wrong beyond the schema; the table of all rules |
//! | [`registry`] | a manifest | its canonical [`registry::Entry`]; the root file and the layout |
//! | [`compile`] | many manifests | what became of each of them, in parallel |
//! | [`fix`] | the bytes of a manifest | the same bytes with what is mechanical mended |
//! | [`diff`] | the entries of two snapshots | which modules changed, and which of their fields |
//! | [`git`] | a repository | its head, trees and history; and what publishing changes in it, all as git decides it |
//! | [`sync`] | a repository | the next snapshot, guarded and committed; status, history, verification |
//! | [`report`] | all of these | text for people and for programs |
//! | [`http`] | an address | what it answers, within limits |
//! | [`webhook`] | a sync that ended | signed messages, kept until they are delivered |
//! | [`serve`] | a repository | the registry over HTTP |
//! | [`cli`] | the command line | commands, exit codes, everything that prints |
//!
//! # How a sync goes
//!
//! [`sync::sync`] reads the log of HEAD, which tells the snapshot before: the published version with the highest number. It
//! lists the manifests of HEAD and selects those that must be read: all, or only those that changed since a source tree
//! that was compiled here. They are compiled in parallel; a pure function makes the plan of the next snapshot; guards look
//! at the plan; objects are written, the branch is moved by compare-and-swap, here or at a remote first, and the
//! checked-out `registry/` is brought up to date. A run that loses the race for the branch compiles the new head.
//!
//! # What is recorded
//!
//! | file in `modreg/` of the git directory | contains | without it |
//! |---|---|---|
//! | `log-1.json` | the log that was read from one commit | the log is read from the first commit on |
//! | `record-1.json` | which entries compiling a source tree gave here | all manifests are compiled |
//! | `own-commits-1.json` | the snapshots that this repository made, and what each of them did | a snapshot that was never pushed counts as a commit of people |
//! | `seen-1.json` | where the branches of remotes were | git's own tracking branch has to tell that a remote was rewritten |
//! | `moving-1.json`, in the git directory of a worktree | the branch that is on its way to another commit | a run that is killed at this moment needs a person |
//! | `journal.json` | how the last run ended | `status` does not know |
//!
//! Each of them is a cache or a convenience: it can be deleted at any time, and one that cannot be written is no error.
//!
//! # Invariants
//!
//! Invariant: the core is pure. From `domain` to `diff`, apart from [`load`], nothing reads a file, the environment, the
//! clock, a terminal or git. [`git`] and [`load`] do I/O and give typed errors; [`cli`] alone prints.
//!
//! Invariant: an entry is a pure function of its manifest, and a snapshot of its sources, schemas, settings and the snapshot
//! before it. Neither the order of input nor the number of threads is visible in a byte of output.
//!
//! Invariant: reading only the manifests that changed gives the same bytes as reading all.
//!
//! Invariant: what cannot be understood is never taken for empty. A root that was edited, cut off or written by a newer
//! program stops every writer; an invalid manifest holds its entry and never removes it.
//!
//! Invariant: a version is never used twice and never goes back on the main line; an equal result is no version and no
//! commit. What was published is read from the commits (`sync/log/`); commit messages prove nothing.
//!
//! Invariant: what others wrote is no proof of what was compiled. Only the record of this repository saves a compilation.
//!
//! Invariant: objects are written before the branch moves, and the branch moves before the checkout does. A killed run
//! leaves the old or the new snapshot, and the next run repairs the rest.
//!
//! Invariant: wherever Git has a policy, the `git` program decides. libgit2 reads the object database and nothing else, and
//! of all that lies in the git directory a sync itself opens only the objects and its own files in `modreg/`.
//!
//! Invariant: text from manifests is never printed raw, whatever the format.
//!
//! Deliberately absent: a database, network access outside the `git` program and [`http`], a merge or a forced push, feature
//! flags, and a tokio runtime outside [`serve`].

#[cfg(test)]
mod testing;

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

pub mod fix;

pub mod diff;

pub mod git;

pub mod sync;

pub mod report;

pub mod http;

pub mod webhook;

mod builtins;

pub mod serve;

pub mod cli;
