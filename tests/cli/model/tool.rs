//! What people ask modreg to do.

use std::fs;

use serde_json::Value;

use super::{
    checks::{self, Answer},
    people,
    world::World,
};

/// `sync`, sometimes as a dry run.
pub(super) fn sync(world: &mut World) {
    let at = world.anywhere();
    sync_in(world, at);
}

/// `sync` in a checkout, sometimes as a dry run.
pub(super) fn sync_in(world: &mut World, at: usize) {
    let dry = world.chance(15);
    ask(world, at, if dry { &["sync", "--dry-run"] } else { &["sync"] });
}

/// `sync --push`.
pub(super) fn sync_and_push(world: &mut World) {
    let at = world.anywhere();
    ask(world, at, &["sync", "--push"]);
}

/// `sync MODULE`.
pub(super) fn sync_one(world: &mut World) {
    let at = world.anywhere();
    let paths = people::manifests(world, at);
    let Some(path) = world.one_of(&paths) else { return };
    let name = people::module_of(&path);
    ask_or_push(world, at, &["sync", &name]);
}

/// `prune`.
pub(super) fn prune(world: &mut World) {
    let at = world.anywhere();
    ask_or_push(world, at, &["prune"]);
}

/// `rollback`, of all modules or of one.
pub(super) fn rollback(world: &mut World) {
    let at = world.anywhere();
    let (folder, head) = (world.folder(at), world.head(at));
    let log = world.book.log(&folder, &[head]);
    let Some(version) = world.one_of(&log.published) else { return };
    let number = version.root.version.to_string();
    let names: Vec<String> = version.entries.into_keys().collect();
    let mut args = vec!["rollback", &number];
    let name = world.one_of(&names).filter(|_| world.chance(60));
    args.extend(name.as_deref());
    args.extend(["--reason", "the model"]);
    ask_or_push(world, at, &args);
}

/// `unpin`, of all modules or of one.
pub(super) fn unpin(world: &mut World) {
    let at = world.anywhere();
    let (folder, head) = (world.folder(at), world.head(at));
    let pinned: Vec<String> =
        world.book.root(&folder, &head).map(|root| root.pinned.into_iter().collect()).unwrap_or_default();
    let name = world.one_of(&pinned).filter(|_| world.chance(50));
    let args: Vec<&str> = ["unpin"].into_iter().chain(name.as_deref()).collect();
    ask_or_push(world, at, &args);
}

/// `compile`, and a commit of what it wrote.
pub(super) fn compile(world: &mut World) {
    let at = world.anywhere();
    compile_in(world, at);
}

/// `compile` in a checkout, and a commit of what it wrote.
pub(super) fn compile_in(world: &mut World, at: usize) {
    let mut answer = checks::compile(world, at, &["compile"]);
    if let Some(token) = answer.token().filter(|_| world.chance(70)) {
        answer = checks::compile(world, at, &["compile", "--allow-removals", &token]);
        assert_ne!(answer.code, 4, "the token is for what was refused: {}", answer.err);
    }
    if matches!(answer.code, 0 | 3) && !world.ask(at, &["status", "--porcelain"]).is_empty() {
        let serial = world.next();
        world.commit(at, &format!("compiled {serial}"));
        checks::compiled_commit(world, at, &answer);
        world.count("compiled commits");
    }
}

/// Removes what modreg recorded in a repository.
pub(super) fn forget_record(world: &mut World) {
    let at = world.anywhere();
    world.shell(at, "rm -rf .git/modreg");
    world.checkouts[at].own.clear();
    world.count("removals of the record");
}

/// Runs a command, with `--push` now and then where there is a remote.
fn ask_or_push(world: &mut World, at: usize, args: &[&str]) {
    let pushes = world.has_remote && world.chance(40);
    let args: Vec<&str> = args.iter().copied().chain(pushes.then_some("--push")).collect();
    ask(world, at, &args);
}

/// Runs a command, and answers a refusal as people do.
fn ask(world: &mut World, at: usize, args: &[&str]) {
    let answer = checks::publish(world, at, args);
    if answer.code != 4 {
        return;
    }
    if let Some(token) = answer.token() {
        answer_guard(world, at, args, &token);
    } else if answer.err.contains("git restore") {
        restore(world, at, args, &answer);
    } else if args.contains(&"--push") && world.chance(60) {
        world.git(at, &["fetch", "--quiet", "origin"]);
        world.git(at, &["reset", "--quiet", "--hard", "origin/main"]);
        world.checkouts[at].own.clear();
        world.count("checkouts that were reset to the remote");
    }
}

/// Tries wrong tokens first, and then mostly the right one.
fn answer_guard(world: &mut World, at: usize, args: &[&str], token: &str) {
    let others: Vec<String> = world.tokens.keys().filter(|other| *other != token).cloned().collect();
    let foreign = world.one_of(&others).unwrap_or_else(|| "0123456789abcdef".to_owned());
    if world.chance(50) {
        let args = [args, &["--allow-removals", &foreign]].concat();
        let answer = checks::publish(world, at, &args);
        assert_eq!(answer.code, 4, "a foreign token let something through\n{}", answer.err);
        world.count("foreign tokens");
    }
    if world.chance(70) {
        let args = [args, &["--allow-removals", token]].concat();
        let answer = checks::publish(world, at, &args);
        // What the token lets through may still not fit on the remote's branch.
        let is_refused_by_remote = args.contains(&"--push") && answer.code == 4 && answer.token().is_none();
        let is_done = matches!(answer.code, 0 | 3);
        assert!(is_done || is_refused_by_remote, "the token is for what was refused: {}", answer.err);
        world.count("tokens");
    }
}

/// Follows the help of the message about an unreadable root, which must work.
fn restore(world: &mut World, at: usize, args: &[&str], answer: &Answer) {
    let start = answer.err.find("git restore").expect("the message has it");
    let command = answer.err[start..].split(['`', '\n']).next().expect("a command").trim().to_owned();
    if !world.chance(80) {
        return;
    }
    let (folder, head) = (world.folder(at), world.head(at));
    let log = world.book.log(&folder, &[head]);
    let good = !log.published.is_empty();
    assert!(!good || !command.contains("COMMIT"), "the message has to name a commit: {}", answer.err);
    if command.contains("COMMIT") {
        return;
    }
    world.shell(at, &command);
    let serial = world.next();
    world.commit(at, &format!("as the message says {serial}"));
    let again = checks::publish(world, at, args);
    let is_helped = !again.err.contains("git restore");
    assert!(is_helped || args.contains(&"--push"), "`{command}` did not help: {}", again.err);
    world.count("restored roots");
}

/// The value of a report, or nothing where the command printed none.
pub(super) fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// Whether the record of a checkout is there.
pub(super) fn has_record(world: &World, at: usize) -> bool {
    fs::exists(world.folder(at).join(".git/modreg")).expect("a folder can be looked at")
}
