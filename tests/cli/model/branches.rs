//! What people do to branches: reverts, merges, cherry-picks, pulls, pushes and force-pushes.

use super::{
    checks, people, tool,
    world::{Checkout, World, lines},
};

/// Reverts a commit of the main line, whatever it is.
pub(super) fn revert(world: &mut World) {
    let at = world.anywhere();
    let commits = recent(world, at, 12);
    if let Some(commit) = world.one_of(&commits[..commits.len() - 1]) {
        revert_commit(world, at, &commit);
    }
}

/// Reverts a commit that modreg made.
pub(super) fn revert_snapshot(world: &mut World) {
    let at = world.anywhere();
    let mut commits = recent(world, at, 20);
    commits.retain(|commit| world.made.contains(commit));
    commits.truncate(4);
    if let Some(commit) = world.one_of(&commits) {
        world.count("reverts of snapshots");
        revert_commit(world, at, &commit);
    }
}

fn revert_commit(world: &mut World, at: usize, commit: &str) {
    let is_merge = world.ask(at, &["rev-list", "-1", "--parents", commit]).split(' ').count() > 2;
    let mainline: &[&str] = if is_merge { &["--mainline", "1"] } else { &[] };
    let ran = world.try_git(at, &[&["revert", "--no-edit"], mainline, &[commit]].concat());
    finish(world, at, ran.code);
    world.count("reverts");
}

/// Makes a side branch, lets both sides go on, and brings the side back by a merge.
pub(super) fn merge(world: &mut World) {
    let at = world.anywhere();
    let side = side_branch(world, at);
    let strategy: &[&[&str]] = &[&[], &["--no-ff"], &["-Xours"], &["-Xtheirs"], &["--strategy=ours"]];
    let options = strategy[world.random.usize(0..strategy.len())];
    let args = [&["merge", "--quiet", "--no-edit"], options, &[&side]].concat();
    if world.chance(25) {
        merge_and_compile(world, at, &side);
    } else {
        let ran = world.try_git(at, &args);
        finish(world, at, ran.code);
    }
    world.git(at, &["branch", "--quiet", "-D", &side]);
    world.count("merges");
}

/// Merges as DESIGN advises where the compiled registry is a part of a change.
fn merge_and_compile(world: &mut World, at: usize, side: &str) {
    world.try_git(at, &["merge", "--quiet", "--no-commit", "--no-ff", side]);
    let own_root = world.try_git(at, &["checkout", "--ours", "--", "registry/snapshot.json"]);
    if own_root.code != 0 {
        world.remark("no conflict in the root");
    }
    let conflicts = world.ask(at, &["diff", "--name-only", "--diff-filter=U"]);
    for path in conflicts.lines().filter(|path| !path.starts_with("registry/snapshot.json")) {
        take(world, at, "--theirs", path);
    }
    world.git(at, &["add", "--all"]);
    let is_merging = world.ask(at, &["rev-parse", "--git-path", "MERGE_HEAD"]);
    if !world.folder(at).join(is_merging).exists() {
        return;
    }
    let mut answer = checks::compile(world, at, &["compile"]);
    if let Some(token) = answer.token() {
        answer = checks::compile(world, at, &["compile", "--allow-removals", &token]);
    }
    world.git(at, &["add", "--all"]);
    world.git(at, &["commit", "--quiet", "--no-edit", "--allow-empty"]);
    if matches!(answer.code, 0 | 3) {
        checks::compiled_commit(world, at, &answer);
        world.count("merges that were compiled");
    }
}

/// Makes a side branch and brings its changes back as one commit.
pub(super) fn squash(world: &mut World) {
    let at = world.anywhere();
    let side = side_branch(world, at);
    let ran = world.try_git(at, &["merge", "--quiet", "--squash", &side]);
    resolve_conflicts(world, at);
    if ran.code == 0 || !world.ask(at, &["status", "--porcelain"]).is_empty() {
        let serial = world.next();
        world.commit(at, &format!("squash {serial}"));
    }
    world.git(at, &["branch", "--quiet", "-D", &side]);
    world.count("squash merges");
}

/// Picks a commit from anywhere in the repository.
pub(super) fn cherry_pick(world: &mut World) {
    let at = world.anywhere();
    let listed = world.ask(at, &["rev-list", "--no-merges", "--all", "--reflog", "--max-count=30"]);
    let commits: Vec<String> = listed.lines().map(str::to_owned).collect();
    if let Some(commit) = world.one_of(&commits) {
        let ran = world.try_git(at, &["cherry-pick", &commit]);
        finish(world, at, ran.code);
        world.count("cherry-picks");
    }
}

/// Pulls, by a rebase or by a merge, and pushes; or discards the local commits; or only fetches.
pub(super) fn exchange(world: &mut World) {
    let at = world.anywhere();
    let choice = world.random.u8(0..10);
    if choice >= 8 {
        world.git(at, &["fetch", "--quiet", "origin"]);
        if choice == 8 {
            reset_to_remote(world, at);
        } else {
            // Commits that a person fetched and kept may be pushed again.
            let commits = world.commits(at);
            world.removed.retain(|commit| !commits.contains(commit));
        }
        return;
    }
    if choice < 5 {
        if world.try_git(at, &["pull", "--quiet", "--rebase"]).code != 0 {
            world.git(at, &["rebase", "--abort"]);
            world.git(at, &["fetch", "--quiet", "origin"]);
            reset_to_remote(world, at);
        }
    } else {
        let ran = world.try_git(at, &["pull", "--quiet", "--no-rebase", "--no-edit"]);
        finish(world, at, ran.code);
        world.count("merges");
    }
    world.remember();
    world.git(at, &["push", "--quiet", "origin", "main"]);
    world.remember_push();
    world.count("pushes of people");
}

fn reset_to_remote(world: &mut World, at: usize) {
    world.git(at, &["reset", "--quiet", "--hard", "origin/main"]);
    let commits = world.commits(at);
    world.checkouts[at].own.retain(|commit| commits.contains(commit));
}

/// Moves the remote's branch back, or to a history without one of its commits.
pub(super) fn force_push(world: &mut World) {
    let at = world.anywhere();
    let before = world.remote_commits();
    world.git(at, &["fetch", "--quiet", "origin"]);
    reset_to_remote(world, at);
    let back = world.random.usize(1..=6);
    let steps = recent(world, at, back + 1).len() - 1;
    if steps == 0 {
        return;
    }
    let onto = format!("HEAD~{steps}");
    if world.chance(40) {
        let from = format!("HEAD~{}", steps - 1);
        if world.try_git(at, &["rebase", "--quiet", "--onto", &onto, &from]).code != 0 {
            world.git(at, &["rebase", "--abort"]);
            world.git(at, &["reset", "--quiet", "--hard", &onto]);
        }
    } else {
        world.git(at, &["reset", "--quiet", "--hard", &onto]);
        if world.chance(50) {
            people::edit_in(world, at);
        }
    }
    world.remember();
    world.git(at, &["push", "--quiet", "--force", "origin", "main"]);
    let after = world.remote_commits();
    world.removed.extend(before.difference(&after).cloned());
    let commits = world.commits(at);
    world.checkouts[at].own.retain(|commit| commits.contains(commit));
    world.remember_push();
    world.count("force-pushes");
}

/// Replaces a checkout by a fresh clone.
pub(super) fn clone_anew(world: &mut World) {
    let at = world.random.usize(1..world.checkouts.len());
    let Checkout { name, .. } = world.checkouts[at];
    world.shell(0, &format!("rm -rf ../{name}"));
    world.git(0, &["clone", "--quiet", "../remote.git", &format!("../{name}")]);
    world.checkouts[at].own.clear();
    world.count("fresh clones");
}

/// Makes a branch from a recent commit with work on it and sometimes a version; the main line may go on too.
fn side_branch(world: &mut World, at: usize) -> String {
    let side = format!("side{}", world.next());
    let steps = recent(world, at, 5).len();
    let from = format!("HEAD~{}", world.random.usize(0..steps));
    world.git(at, &["switch", "--quiet", "--create", &side, &from]);
    for _ in 0..world.random.usize(1..=2) {
        people::edit_in(world, at);
    }
    match world.random.u8(0..10) {
        0..=2 => tool::sync_in(world, at),
        3 | 4 => tool::compile_in(world, at),
        _ => {}
    }
    world.remember();
    world.git(at, &["switch", "--quiet", "main"]);
    if world.chance(50) {
        people::edit_in(world, at);
    }
    if world.chance(30) {
        tool::sync_in(world, at);
    }
    side
}

/// The newest commits of the main line of a checkout.
fn recent(world: &World, at: usize, most: usize) -> Vec<String> {
    let listed = world.ask(at, &["rev-list", "--first-parent", &format!("--max-count={most}"), "HEAD"]);
    listed.lines().map(str::to_owned).collect()
}

/// Ends a merge, a revert or a cherry-pick that stopped, with one side of each conflict.
fn finish(world: &mut World, at: usize, code: i32) {
    if code != 0 {
        resolve_conflicts(world, at);
        let is_open = ["MERGE_HEAD", "REVERT_HEAD", "CHERRY_PICK_HEAD"].iter().any(|name| {
            let path = world.ask(at, &["rev-parse", "--git-path", name]);
            world.folder(at).join(path).exists()
        });
        if is_open || !world.ask(at, &["status", "--porcelain"]).is_empty() {
            world.git(at, &["commit", "--quiet", "--allow-empty", "--message", "resolved"]);
        }
    }
    assert_eq!(world.ask(at, &["status", "--porcelain"]), "", "the operation is over");
}

/// Takes one side of every conflict.
fn resolve_conflicts(world: &mut World, at: usize) {
    let conflicts = lines(&world.ask(at, &["diff", "--name-only", "--diff-filter=U"]));
    let side = if world.chance(50) { "--ours" } else { "--theirs" };
    let registry_side = if world.chance(50) { "--ours" } else { "--theirs" };
    for path in &conflicts {
        take(world, at, if path.starts_with("registry/") { registry_side } else { side }, path);
    }
    if !conflicts.is_empty() {
        world.count("conflicts");
    }
    world.git(at, &["add", "--all"]);
}

/// Takes one side of a conflict; where that side has no file, the file is removed.
fn take(world: &mut World, at: usize, side: &str, path: &str) {
    if world.try_git(at, &["checkout", side, "--", path]).code != 0 {
        world.try_git(at, &["rm", "--quiet", "--force", "--", path]);
    }
}
