//! `modreg` compiles a Git repository of module manifests into a versioned, verifiable registry of AI contexts.
//!
//! The program is one sentence: **load → parse → validate → check → compile → diff → publish, or serve**. Each arrow is a public
//! function, each stage a module. The modules are declared below in an order in which each uses only those above it.
//!
//! ```text
//!  cli                                              the command line: arguments, exit codes, everything that prints
//!   └─ serve ── webhook ── http                     the registry over HTTP, and what it sends
//!       └─ report                                   results as text for people and for programs
//!           └─ sync                                 what was published, what comes next, how it gets onto the branch
//!               ├─ git                              the only module that opens a repository
//!               └─ compile, fix, diff               pure: many manifests at once
//!                   └─ rules, manifest, registry    pure: one manifest, one entry
//!                       └─ schema, settings, load   schemas, modreg.toml, the files of a folder (load does I/O)
//!                           └─ source, object       pure: the tree of one document; Git's object formats
//!                               └─ diagnostic       pure: findings and texts with places
//!                                   └─ domain       pure: the words of the contract as types
//! ```
//!
//! # Code map
//!
//! | module | takes | returns |
//! |---|---|---|
//! | [`domain`] | texts | the words of the contract as types: names, versions, paths, JSON pointers, statuses; how messages quote |
//! | [`diagnostic`] | | mistakes in authored files, as values; source texts with positions |
//! | [`object`] | bytes | Git's object ids and trees, without a repository |
//! | [`source`] | the bytes of one file | a [`source::Document`], or every error in it |
//! | [`settings`] | the text of `modreg.toml` | what the registry's owner decided |
//! | [`load`] | a folder | the manifests in it, and the files that only look like one |
//! | [`schema`] | a document | what violates the JSON Schemas, in an author's words |
//! | [`manifest`] | a document | a [`manifest::Manifest`], or everything that is wrong with it |
//! | [`rules`] | valid manifests | what is wrong beyond the schema; the table of all rules, each with a failing case in `tests/cases/` |
//! | [`registry`] | a manifest | its canonical [`registry::Entry`]; the root file and the layout |
//! | [`compile`] | many manifests | the entry of each, or why it has none, computed in parallel |
//! | [`fix`] | the bytes of a manifest | the same bytes with mechanical mistakes corrected |
//! | [`diff`] | the entries of two snapshots | which modules changed, and which of their fields |
//! | [`git`] | a repository | its head, trees and history; the writes of publishing, all as Git decides them |
//! | [`sync`] | a repository | the next snapshot, guarded and committed; status, history, verification |
//! | [`report`] | results of all of these | text for people and for programs |
//! | [`http`] | an address | the response, within limits of time and size |
//! | [`webhook`] | a finished sync | signed messages, stored until they are delivered or given up |
//! | [`builtins`] | | the modules that every new registry begins with |
//! | [`serve`] | a repository | the registry over HTTP |
//! | [`cli`] | the command line | commands, exit codes, everything that prints |
//!
//! # Where is …?
//!
//! Every file begins with one sentence about its purpose, and `tests/architecture` checks that the paths below exist.
//!
//! | reading and checking | place |
//! |---|---|
//! | which files are manifests | `load/classify.rs` by name, `load/walk.rs` on disk, `sync/plan/sources.rs` in a commit |
//! | repeated keys, merge keys, numbers, depth | noticed in `source/tree/builder.rs`, `source/json.rs`, `source/yaml/reader.rs`; the messages are in `source/common_errors.rs` |
//! | how both formats become one tree, and syntax errors | `source/json.rs`, `source/yaml.rs`, with the folders beside them |
//! | the line and column of a finding | `source/document.rs`, `diagnostic/source_text.rs` |
//! | the message for a violation of a schema | `schema/keywords.rs`, `schema/objects.rs` |
//! | one rule: its check, its texts, its tests | `rules/trailing_space.rs` and its neighbours; a failing case of each in `tests/cases/` |
//! | severities and suppressions | `rules/apply_settings.rs` |
//! | what `--fix` changes | `fix/change.rs` |
//! | the nearest word of "did you mean" | `domain/closest.rs` |
//! | what a name, a version, a schedule or an address may be, and when a schedule fires | `domain/`; `settings/` reads keys and reports places |
//! | a key of `modreg.toml`, its range and its default | its section in `settings/`; `settings/section.rs` checks types and ranges |
//! | how patterns are read | `schema/ai-context.schema.json`; nothing compiles them yet, `tests/cli/patterns.rs` keeps the text true |
//!
//! | compiling and publishing | place |
//! |---|---|
//! | the bytes of an entry | `registry/entry.rs` |
//! | two manifests of one module | `compile/duplicates.rs` |
//! | what forces a full compilation | `compile/compiler.rs`, in `inputs` |
//! | which manifests are read again | `sync/plan/select.rs` |
//! | holds, pins, version rules, the next number | `sync/plan/next_snapshot.rs` |
//! | which versions count as published | `sync/log/published.rs` |
//! | the removal guard, and the token that lets removals through | `sync/publish/guard.rs` compares it, `sync/removal_token.rs` makes it, `cli/commands/compile.rs` reads it from commits |
//! | uncommitted work in `registry/` | `sync/publish/checkout.rs` |
//! | the commit message | `sync/publish/message.rs` |
//! | how a branch is moved, and how often a push is tried | `sync/publish/local.rs`, `sync/publish/remote.rs`; the number is in `settings/push.rs` |
//! | why a push failed | `git/remote/failure.rs` |
//! | who commits | `git/commits/identity.rs` |
//! | where `registry/` differs from a compilation | `sync/working_tree.rs` |
//! | whether a committed registry is intact | `sync/verify/mod.rs` |
//!
//! | showing and serving | place |
//! |---|---|
//! | which modules and fields changed | `diff/changes.rs`, `diff/fields.rs` |
//! | permissions before everything else in a diff | `report/changes/permissions.rs` |
//! | how text from manifests is escaped | `report/text.rs` for terminals, `report/markdown/code.rs`, `report/findings/github.rs` |
//! | the shape of a report | `report/json/`, with its schema in `schema/` |
//! | where a long list ends | `report/shorten.rs`; `cli/context.rs` decides by the terminal |
//! | environment variables, the clock, colours | `cli/context.rs` |
//! | exit codes | the numbers: `cli/exit.rs`; of an error, with its help: `cli/error.rs`; of a publishing run: `cli/publish.rs`; of a check: its file in `cli/commands/` |
//! | all routes, and their description in `/openapi.json` | `serve/routes/table.rs` |
//! | who may call a route, and with which token | `serve/auth/verifier.rs`, `serve/auth/claims.rs` |
//! | where an `ETag` is compared | `serve/http/etag.rs` |
//! | limits of connections, time and size | `serve/transport/connection.rs`, `serve/http/query.rs` |
//! | when the server syncs by itself | `serve/jobs/schedule/plan.rs` |
//! | when a webhook message is sent again | `webhook/retry.rs` |
//!
//! # Glossary
//!
//! The words of the contract (users read them too):
//!
//! | word | meaning |
//! |---|---|
//! | manifest | one authored file that describes one module |
//! | entry | the compiled, canonical form of one module in the registry |
//! | root | `registry/snapshot.json`, the file that describes one version |
//! | snapshot | one version of the registry: the root and all entries, committed together |
//! | log | the published versions, read from Git history |
//! | change | `added`, `updated` or `removed`: one per module, with the fields that changed |
//! | skipped | valid but not registered: no AI context, or a status that is not registrable |
//! | held | the manifest is invalid now, so the entry stays at its last good content |
//! | pinned | rolled back on purpose; a sync leaves the entry alone until it is unpinned |
//! | orphan | an entry whose manifest is gone or no longer registrable |
//! | drift | `registry/` differs from what compiling the sources produces |
//!
//! The words of the code:
//!
//! | word | meaning |
//! |---|---|
//! | [`diagnostic::Rule`] | a code such as `schema/required`, with severity, summary and explanation |
//! | [`diagnostic::Finding`] | what a check found, at a route such as `/aiContext/keywords/0` |
//! | [`diagnostic::Diagnostic`] | a finding with its place in the text of a file |
//! | report item | a diagnostic or a discrepancy of a generated file, in the one form from which every report format is written |
//! | [`source::Document`], [`source::Node`] | the tree of one file, and a node of it; both formats give the same tree |
//! | main line | HEAD and its first parents |
//! | plan | what the next snapshot contains and how each module got there: a pure value |
//! | draft | a plan with the bytes of the new entries and root |
//! | record | the entries that compiling a source tree returned in this repository; saves compiling them again |
//! | own commits | the snapshots that this repository made itself, so that unpublished ones can be made anew |
//!
//! # How a change becomes a version
//!
//! A new keyword in `modules/chat/module.yaml` is merged, and CI runs `modreg sync --push`:
//!
//! 1. [`cli`] turns the arguments into a [`sync::Request`] and calls [`sync::sync`], which takes the sync lock.
//! 2. `sync/log` reads the log of HEAD: version 41 is the last published one, with its root and entries.
//! 3. `sync/plan/select.rs` compares the tree of `modules/` with the one that was compiled here last. Only `chat` differs, so
//!    only its manifest is read; without a record of that compilation all manifests are read.
//! 4. [`source::parse`] makes a tree of its bytes, [`manifest::validate`] checks it against the schemas, [`rules::check`] checks
//!    the rest. [`compile::Compiler::compile_all`] does this for all selected manifests in parallel.
//! 5. [`registry::Entry`] is the canonical JSON of the module. Its bytes have a Git blob id, which differs from version 41's.
//! 6. `sync/plan/next_snapshot.rs` makes the [`sync::Plan`] of version 42 from the previous snapshot and the results: `chat` is
//!    updated, the others are unchanged. Had its manifest been invalid, the plan would hold the old entry.
//! 7. `sync/publish/guard.rs` checks the plan: too many removals would be refused here.
//! 8. `sync/publish/objects.rs` writes one blob, the trees above it, the root and the commit. Nothing refers to them yet.
//! 9. `sync/publish/remote.rs` pushes the commit. If another push came first, it fetches, and steps 2 to 9 are repeated on the
//!    new head. Then the local branch is moved by compare-and-swap, and `sync/publish/checkout.rs` writes the two changed files.
//! 10. [`report`] prints the [`sync::Outcome`]; [`cli`] turns it into an exit code.
//!
//! # What is recorded
//!
//! | file in the folder `modreg` of the git directory | contains | without it |
//! |---|---|---|
//! | `log-1.json` | the log as it was read from one commit | the log is read from the first commit on |
//! | `record-1.json` | which entries a source tree was compiled to here | all manifests are compiled |
//! | `own-commits-1.json` | the snapshots that this repository made, and what each of them did | a snapshot that was never pushed counts as a commit of people |
//! | `seen-1.json` | where the branches of remotes were | Git's own tracking branch has to show that a remote was rewritten |
//! | `moving-1.json`, in the git directory of a worktree | the branch that is being moved to another commit | a run that is killed at this moment needs a person |
//! | `journal.json` | how the last run ended | `status` does not know |
//! | `schedule.json` | the scheduled runs of the server that are done | a run that is due may be repeated |
//! | the folder `webhooks` | messages that are not delivered yet, and the last deliveries | these messages are lost |
//!
//! Apart from messages that wait, each of them is a cache or a convenience: it can be deleted at any time, and one that cannot be
//! written is not an error.
//!
//! # Invariants
//!
//! Invariant: the core is pure. From `domain` to `diff`, apart from [`load`], nothing reads a file, the environment, the
//! clock, a terminal or Git. [`git`] and [`load`] do I/O and return typed errors; [`cli`] alone prints.
//!
//! Invariant: no two files import each other, and a module uses only those above it. `tests/architecture` checks both.
//!
//! Invariant: an entry is a pure function of its manifest, and a snapshot of its sources, schemas, settings and the snapshot
//! before it. Neither the order of input nor the number of threads is visible in a byte of output.
//!
//! Invariant: reading only the manifests that changed gives the same bytes as reading all.
//!
//! Invariant: what cannot be understood is never taken for empty. A root that was edited, cut off or written by a newer
//! program stops every writer; an invalid manifest holds its entry and never removes it.
//!
//! Invariant: a version is never used twice and never goes back on the main line; an equal result makes no version and no
//! commit. What was published is read from the commits (`sync/log/`); commit messages prove nothing.
//!
//! Invariant: what others wrote does not prove what was compiled. Only the record of this repository saves a compilation. The
//! record is a cache of its own, outside the commits.
//!
//! Invariant: objects are written before the branch moves, and the branch moves before the checkout does. A killed run
//! leaves the old or the new snapshot, and the next run repairs the rest.
//!
//! Invariant: wherever Git has a policy, the `git` program decides. libgit2 reads the object database and nothing else, and
//! of the git directory a sync itself opens only the objects and its own files in the folder `modreg`.
//!
//! Invariant: text from manifests is never printed raw, whatever the format.
//!
//! # Decisions
//!
//! **Files and Git instead of a database.** Merging is approving, and history is the audit log, so a second store could only
//! disagree with them. The price is that a question about the past walks commits, which the cached log makes cheap.
//!
//! **The `git` program writes, libgit2 reads objects.** Identity, signing, hooks, attributes, references and permissions follow
//! the user's own Git, whatever its version. libgit2 stays for reading many objects, where starting processes would cost most.
//!
//! **Our own strict readers of JSON and YAML.** Readers built on serde keep the last of two equal keys, accept merge keys and lose
//! the places that messages need. Scanning YAML is left to `granit-parser`; a test suite compares every value with `serde_yaml`.
//!
//! **JSON Schema, in an author's words.** The `jsonschema` library decides what is valid. Its messages are written for schema
//! authors, so `schema/` turns each violation into a finding with a place, a did-you-mean and a remedy.
//!
//! **Entries are canonical JSON named by Git blob ids.** The registry's content then has an identity that everybody can check with
//! `git rev-parse`, and equal content costs nothing to compare.
//!
//! **One stream of objects per sync.** Running `git hash-object` for each entry would cost a process each. All new objects go in
//! one pack stream to `git unpack-objects` or `git index-pack`, which check and store them as the repository's settings say.
//!
//! **Panics unwind.** One faulty request or one faulty schema must not end a server, so `panic = "abort"` is not set.
//!
//! **Synchronous by default.** Compiling is bound by the processor and uses threads. Only [`serve`] waits for many clients at once,
//! and only there is a `tokio` runtime, which other commands never start.
//!
//! **Own code where a library did not fit.** `Accept-Encoding`, the cache of issuers' keys, the `OpenAPI` document, webhook
//! signatures, SARIF and Code Quality reports are short, tested against their standards, and have no kept library that is as
//! good. The log, request ids, CORS and web addresses of [`serve`] will be tried with libraries.
//!
//! Deliberately absent: a database, network access outside the `git` program and [`http`], a merge or a forced push, feature
//! flags, and a tokio runtime outside [`serve`].

#[cfg(test)]
mod testing;

pub mod domain;
pub mod diagnostic;
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
