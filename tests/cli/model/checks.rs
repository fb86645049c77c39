//! Runs of modreg, each with what must be true after it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

use super::{
    book::Version,
    forged, tool,
    world::{World, ask_in, lines},
};
use crate::harness::run;

/// How a run of modreg ended.
pub(super) struct Answer {
    pub(super) code: i32,
    pub(super) err: String,
    report: Value,
    /// The token that the run was given.
    given: Option<String>,
}

impl Answer {
    /// The answer that a run gave.
    pub(super) fn of(ran: crate::harness::Ran, args: &[&str]) -> Self {
        assert!([0, 2, 3, 4, 5].contains(&ran.code), "modreg {args:?}: {}\n{}{}", ran.code, ran.out, ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        let given = args.windows(2).find(|pair| pair[0] == "--allow-removals").map(|pair| pair[1].to_owned());
        Self { code: ran.code, report: tool::report(&ran.out), err: ran.err, given }
    }

    /// The token that a refusal of the removal guard printed.
    pub(super) fn token(&self) -> Option<String> {
        Some(self.report["refused"]["token"].as_str()?.to_owned())
    }

    /// The entries that a refused run would have removed.
    fn removals(&self) -> BTreeSet<String> {
        let names = self.report["refused"]["removals"].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    fn is_done(&self) -> bool {
        matches!(self.code, 0 | 3)
    }
}

/// What was there before a run.
struct Before {
    state: String,
    head: String,
    remote_refs: String,
    remote: BTreeSet<String>,
    local: BTreeSet<String>,
}

impl Before {
    fn of(world: &World, at: usize) -> Self {
        let (remote_refs, remote) =
            if world.has_remote { (refs(world), world.remote_commits()) } else { Default::default() };
        Self { state: state(world, at), head: world.head(at), remote_refs, remote, local: world.commits(at) }
    }

    /// Checks that a run has changed nothing.
    fn is_unchanged(&self, world: &World, at: usize, why: &str) {
        assert_eq!(state(world, at), self.state, "{why}: the checkout is another");
        if world.has_remote {
            assert_eq!(refs(world), self.remote_refs, "{why}: the remote is another");
        }
    }
}

/// Runs a command that publishes, and checks everything that must be true after it.
pub(super) fn publish(world: &mut World, at: usize, args: &[&str]) -> Answer {
    let before = Before::of(world, at);
    let pushes = args.contains(&"--push");
    let ran = world.modreg(at, &[args, &["--format", "json"]].concat());
    let answer = Answer::of(ran, args);
    world.remark(&format!("exit {}: {}", answer.code, answer.err.lines().next().unwrap_or_default()));
    count(world, &answer, args);
    if !answer.is_done() || args.contains(&"--dry-run") {
        before.is_unchanged(world, at, &format!("exit {} of {args:?}", answer.code));
    }
    if answer.code == 4 && !pushes {
        let has_reason = answer.token().is_some() || answer.err.contains("git restore");
        assert!(has_reason || args[0] == "rollback", "refused without a remedy: {}", answer.err);
    }
    if pushes {
        explains_refusal(world, at, &before, &answer);
    }
    if let Some(token) = answer.token() {
        guard_has_reason(world, at, &answer);
        world.tokens.insert(token, answer.removals());
    }
    if answer.is_done() && !args.contains(&"--dry-run") {
        new_commits(world, at, &before, &answer, pushes);
        let is_plain = args[0] == "sync" && args.get(1).is_none_or(|arg| arg.starts_with("--"));
        check_after_done(world, at, is_plain, answer.code);
    }
    answer
}

/// Runs `compile`, which writes files or refuses.
pub(super) fn compile(world: &mut World, at: usize, args: &[&str]) -> Answer {
    let before = Before::of(world, at);
    let ran = world.modreg(at, &[args, &["--format", "json"]].concat());
    let answer = Answer::of(ran, args);
    world.remark(&format!("exit {}: {}", answer.code, answer.err.lines().next().unwrap_or_default()));
    count(world, &answer, args);
    if answer.is_done() {
        assert_eq!(world.head(at), before.head, "compile commits nothing");
    } else {
        before.is_unchanged(world, at, &format!("exit {} of {args:?}", answer.code));
    }
    if let Some(token) = answer.token() {
        world.tokens.insert(token, answer.removals());
    }
    answer
}

/// Checks the commit of what `compile` wrote.
pub(super) fn compiled_commit(world: &mut World, at: usize, answer: &Answer) {
    let (folder, head) = (world.folder(at), world.head(at));
    let parents = world.book.parents(&folder, &head);
    let (now, before) = (world.book.seen(&folder, &head), world.book.seen(&folder, &parents[0]));
    if now.blob != before.blob {
        snapshot(world, &folder, &head, answer.given.as_deref());
    }
    let verified = run(Command::new(env!("CARGO_BIN_EXE_modreg")).arg("verify"), &folder);
    assert_eq!(verified.code, 0, "verify after compile\n{}{}", verified.out, verified.err);
}

/// Checks what a successful run added.
fn new_commits(world: &mut World, at: usize, before: &Before, answer: &Answer, pushes: bool) {
    let folder = world.folder(at);
    let local = world.commits(at);
    let made: Vec<String> = {
        let listed = world.ask(at, &["rev-list", "--topo-order", "--reverse", "HEAD"]);
        let is_new = |commit: &&str| !world.known.contains(*commit) && !before.local.contains(*commit);
        listed.lines().filter(is_new).map(str::to_owned).collect()
    };
    // A run that pushes also publishes anew what earlier runs made here and never pushed.
    let most = if pushes { 1 + world.checkouts[at].own.len() } else { 1 };
    assert!(made.len() <= most, "one run made {} commits", made.len());
    for commit in &made {
        made_commit(world, &folder, commit, answer.given.as_deref());
    }
    if pushes {
        let remote = world.remote_commits();
        arrived(world, &before.remote, &remote);
        assert_eq!(world.head(at), world.remote_head(), "the local branch is not the remote's");
        let lost: Vec<_> = before.local.difference(&remote).collect();
        let own = &world.checkouts[at].own;
        assert!(lost.iter().all(|commit| own.contains(*commit)), "commits of people are gone: {lost:?}");
        world.checkouts[at].own.retain(|commit| !remote.contains(commit) && local.contains(commit));
    } else {
        assert!(before.local.is_subset(&local), "a run without `--push` dropped commits");
        assert_eq!(local.len(), before.local.len() + made.len(), "a run without `--push` fetched commits");
        if world.has_remote {
            assert_eq!(refs(world), before.remote_refs, "a run without `--push` pushed");
        }
        world.checkouts[at].own.extend(made.iter().cloned());
    }
    if !made.is_empty() {
        world.count("snapshots");
    }
    world.made.extend(made.iter().cloned());
    world.known.extend(made);
}

/// Checks what runs of modreg did to the remote's branch.
fn arrived(world: &World, before: &BTreeSet<String>, remote: &BTreeSet<String>) {
    assert!(before.is_subset(remote), "the remote's branch was not moved forward");
    let back: Vec<_> = remote.intersection(&world.removed).collect();
    assert!(back.is_empty(), "removed commits came back: {back:?}");
}

/// Checks a commit that modreg made.
pub(super) fn made_commit(world: &mut World, folder: &Path, commit: &str, token: Option<&str>) {
    let parents = world.book.parents(folder, commit);
    assert_eq!(parents.len(), 1, "{commit} is a merge by modreg");
    let args = ["diff-tree", "-r", "--no-commit-id", "--name-only", commit];
    let touched = lines(&ask_in(folder, &args));
    let outside: Vec<_> = touched.iter().filter(|path| !path.starts_with("registry/")).collect();
    assert!(outside.is_empty(), "{commit} touches {outside:?}");
    snapshot(world, folder, commit, token);
}

/// Checks a new version: its number, what it removes, and what it holds and pins.
fn snapshot(world: &mut World, folder: &Path, commit: &str, token: Option<&str>) {
    let parents = world.book.parents(folder, commit);
    let root = world.book.root(folder, commit).expect("modreg writes roots that can be read");
    let entries = world.book.entries(folder, commit);
    let log = world.book.log(folder, &parents);
    let repeated: Vec<_> = log.numbers.range(root.version..).collect();
    assert!(repeated.is_empty(), "{commit} is version {}, and there are {repeated:?}", root.version);
    assert!(
        log.published.iter().all(|version| version.root.version < root.version),
        "{commit} is version {}, and a higher one is published",
        root.version
    );
    for name in root.held.iter().chain(&root.pinned) {
        let now = entries.get(name);
        let is_known = log.published.iter().any(|version| version.entries.get(name) == now);
        assert!(
            is_known,
            "{commit}: no published version has this entry of `{name}`, which is held or pinned"
        );
        assert!(now.is_some() || !root.held.contains(name), "{commit} holds `{name}`, which has no entry");
    }
    let latest = publishers(log.latest());
    let is_let_through = latest.is_empty()
        || latest.iter().any(|version| guard_passes(world, folder, &parents[0], version, &entries, token));
    assert!(is_let_through, "{commit} removes more than the guard allows, token {token:?}");
}

/// The oldest commit that has each of these roots.
fn publishers(versions: Vec<&Version>) -> Vec<Version> {
    let mut oldest: BTreeMap<&str, &Version> = BTreeMap::new();
    for version in versions {
        oldest.insert(&version.blob, version);
    }
    oldest.into_values().cloned().collect()
}

/// Whether the guard lets these entries follow a version.
fn guard_passes(
    world: &World,
    folder: &Path,
    head: &str,
    version: &Version,
    entries: &BTreeMap<String, String>,
    token: Option<&str>,
) -> bool {
    let old = &version.entries;
    let removed: BTreeSet<String> = old.keys().filter(|name| !entries.contains_key(*name)).cloned().collect();
    let allowed = allowed(folder, head, old.len()).min(allowed(folder, &version.commit, old.len()));
    let is_exceeded = removed.len() > allowed || (removed.len() == old.len() && !old.is_empty());
    let is_named = token.and_then(|token| world.tokens.get(token)).is_some_and(|set| removed.is_subset(set));
    !is_exceeded || is_named
}

/// How many of `total` entries the settings of a commit let a run remove.
fn allowed(folder: &Path, commit: &str, total: usize) -> usize {
    let settings = format!("{commit}:modreg.toml");
    let ran = run(Command::new("git").args(["show", &settings]), folder);
    let number = |key: &str, default: usize| {
        let line = ran.out.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map_or(default, |number| number.parse().expect("a number"))
    };
    number("removals", 3).max(total * number("percent", 20) / 100)
}

/// Checks that a refusal of the guard names entries, and only such that were published.
fn guard_has_reason(world: &mut World, at: usize, answer: &Answer) {
    assert_eq!(answer.code, 4, "a token without a refusal");
    let removals = answer.removals();
    let (folder, head) = (world.folder(at), world.head(at));
    let remote = if world.has_remote { Some(world.remote()) } else { None };
    let mut published = world.book.log(&folder, &[head]).published;
    if let Some(remote) = remote {
        let head = world.remote_head();
        published.extend(world.book.log(&remote, &[head]).published);
    }
    let is_published = |name: &String| published.iter().any(|version| version.entries.contains_key(name));
    assert!(!removals.is_empty(), "a refusal that names no entries");
    assert!(
        removals.iter().all(is_published),
        "a refusal names entries that were never published: {removals:?}"
    );
}

/// Checks that `sync --push` is refused exactly where it has to be.
fn explains_refusal(world: &mut World, at: usize, before: &Before, answer: &Answer) {
    if !world.has_remote || answer.code == 2 {
        return;
    }
    let ahead: BTreeSet<_> = before.local.difference(&before.remote).collect();
    let behind = before.remote.difference(&before.local).count();
    let own = &world.checkouts[at].own;
    let people = ahead.iter().filter(|commit| !own.contains(**commit)).count();
    let dropped = before.local.intersection(&world.removed).count();
    if dropped > 0 {
        assert_eq!(answer.code, 4, "{dropped} commits here were removed from the remote: {}", answer.err);
        world.count("refusals: the remote was rewritten");
    } else if people > 0 && behind > 0 {
        assert_eq!(answer.code, 4, "{people} commits of people ahead, {behind} behind: {}", answer.err);
        world.count("refusals: diverged");
    } else if answer.code == 4 && answer.token().is_none() && !answer.err.contains("git restore") {
        let tracked = world.ask(at, &["rev-parse", "refs/remotes/origin/main"]);
        let is_rewritten = !world.remote_commits().contains(&tracked);
        assert!(is_rewritten, "refused without a reason, {people} ahead, {behind} behind: {}", answer.err);
    }
}

fn count(world: &mut World, answer: &Answer, args: &[&str]) {
    world.count(match answer.code {
        0 => "runs that were done",
        3 => "runs that were done with invalid manifests",
        2 => "runs that could not be done",
        5 => "runs that lost a race",
        _ => "refusals",
    });
    if answer.token().is_some() {
        world.count("refusals: the guard");
    } else if answer.code == 4 && answer.err.contains("git restore") {
        world.count("refusals: the root at HEAD");
    }
    world.count(match args[0] {
        "sync" if args.contains(&"--push") => "runs of sync --push",
        "sync" => "runs of sync",
        "compile" => "runs of compile",
        "prune" => "runs of prune",
        "rollback" => "runs of rollback",
        _ => "runs of unpin",
    });
}

/// Checks what must be true of a repository after a run that was done; `is_plain` is that of all modules.
fn check_after_done(world: &mut World, at: usize, is_plain: bool, code: i32) {
    let (folder, head) = (world.folder(at), world.head(at));
    assert_eq!(world.ask(at, &["status", "--porcelain"]), "", "the checkout is clean");
    let ask = |args: &[&str]| run(Command::new(env!("CARGO_BIN_EXE_modreg")).args(args), &folder);
    if !is_plain {
        // Whatever else is wrong with the registry is left to the next sync of all modules.
        return;
    }
    let verified = ask(&["verify"]);
    assert_eq!(verified.code, 0, "verify: {}{}", verified.out, verified.err);
    let verified = ask(&["verify", "--history"]);
    assert_eq!(verified.code, 0, "verify --history: {}{}", verified.out, verified.err);
    let highest = world.book.log(&folder, std::slice::from_ref(&head)).highest();
    let Some(root) = world.book.root(&folder, &head) else {
        assert_eq!(highest, 0, "HEAD has no root, although versions were published");
        return;
    };
    assert_eq!(root.version, highest, "the root at HEAD is not the highest version");
    let forged = forged::forged_entries(world, at);
    let kept = |name: &&String| root.held.contains(*name) || root.pinned.contains(*name);
    let left: Vec<_> = forged.iter().filter(|name| !(world.has_forged_root && kept(name))).collect();
    assert!(left.is_empty(), "forged entries are still there: {left:?}");
    let again = ask(&["sync"]);
    assert_eq!(again.code, code, "a second run: {}{}", again.out, again.err);
    assert_eq!(world.head(at), head, "a second run made a commit");
    compiles_alike_without_record(world, at);
}

/// Checks that a full compilation has the same result as the incremental one.
fn compiles_alike_without_record(world: &mut World, at: usize) {
    let folder = world.folder(at);
    let record = folder.join(".git/modreg");
    let aside = folder.join(".git/modreg.aside");
    let was_there = tool::has_record(world, at);
    if was_there {
        fs::rename(&record, &aside).expect("the record can be moved");
    }
    let args = ["sync", "--dry-run", "--format", "json"];
    let dry = run(Command::new(env!("CARGO_BIN_EXE_modreg")).args(args), &folder);
    let report = tool::report(&dry.out);
    assert!(matches!(dry.code, 0 | 3), "a full compile: {}{}", dry.out, dry.err);
    assert_eq!(report["from"], report["to"], "a full compile would publish: {report:#}");
    assert_eq!(report["changes"], Value::Array(Vec::new()), "a full compile has changes: {report:#}");
    if was_there {
        let _ = fs::remove_dir_all(&record);
        fs::rename(&aside, &record).expect("the record can be moved back");
    }
}

/// All that a refusal has to leave alone in a checkout.
fn state(world: &World, at: usize) -> String {
    let parts: [&[&str]; 5] = [
        &["symbolic-ref", "HEAD"],
        &["for-each-ref", "refs/heads", "refs/tags"],
        &["ls-files", "--stage"],
        &["status", "--porcelain", "--untracked-files=all"],
        &["diff", "HEAD"],
    ];
    parts.map(|args| world.ask(at, args)).join("\n--\n")
}

fn refs(world: &World) -> String {
    ask_in(&world.remote(), &["for-each-ref"])
}

/// What the runs of a race have to leave behind: all of them together are checked.
pub(super) fn after_race(
    world: &mut World,
    before: &BTreeSet<String>,
    locals: &[BTreeSet<String>],
    answers: &[Option<Answer>],
) {
    let remote = world.remote_commits();
    arrived(world, before, &remote);
    let folder = world.remote();
    let listed = ask_in(&folder, &["rev-list", "--topo-order", "--reverse", "refs/heads/main"]);
    for commit in
        listed.lines().filter(|commit| !world.known.contains(*commit)).map(str::to_owned).collect::<Vec<_>>()
    {
        made_commit(world, &folder, &commit, None);
        world.count("snapshots");
        world.made.insert(commit.clone());
        world.known.insert(commit);
    }
    for (at, answer) in answers.iter().enumerate() {
        let Some(answer) = answer else { continue };
        count(world, answer, &["sync", "--push"]);
        world.count("runs in a race");
        if answer.is_done() {
            let own = &world.checkouts[at].own;
            let lost = locals[at].difference(&remote).filter(|commit| !own.contains(*commit)).count();
            assert_eq!(lost, 0, "commits of people are gone");
            let ahead = world.commits(at).difference(&remote).count();
            assert_eq!(ahead, 0, "a run that was done left {ahead} commits behind");
            assert_eq!(world.ask(at, &["status", "--porcelain"]), "", "the checkout is clean");
        } else {
            assert_eq!(world.commits(at), locals[at], "a run that was not done moved the branch");
        }
    }
    world.remember_push();
}
