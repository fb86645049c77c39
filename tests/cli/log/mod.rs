//! The log: what counts as published, and what people may do to a history without harming a later version.

mod guard;
mod merged_lines;
mod merges;
mod numbers;
mod pins;
mod record;
mod remotes;
mod rewritten;
mod trust;

use std::process::Command;

use serde_json::Value;

use crate::harness::{Folder, Ran, manifest, run};

pub(crate) const ROOT: &str = "registry/snapshot.json";

/// A change that a test makes to a repository.
pub(crate) type Act = fn(&Folder);

/// Writes and commits a new manifest.
pub(crate) fn add(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.commit(&format!("add {name}"));
}

/// Writes and commits a new manifest together with the registry that it compiles to.
pub(crate) fn add_compiled(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.expect(0, &["compile"]);
    folder.commit(&format!("add {name}, with the registry"));
}

/// Commits a new manifest and publishes it.
pub(crate) fn publish(folder: &Folder, name: &str) {
    add(folder, name);
    folder.expect(0, &["sync"]);
}

/// Commits a manifest with this version and purpose.
pub(crate) fn revise(folder: &Folder, name: &str, version: &str, purpose: &str) {
    let text = manifest(name).replace("1.0.0", version).replace(&format!("What {name} is for."), purpose);
    folder.write(&format!("modules/{name}/module.yaml"), text);
    folder.commit(&format!("{name} {version}"));
}

/// Commits a manifest that is invalid.
pub(crate) fn break_manifest(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), format!("name: {name}\n"));
    folder.commit(&format!("break {name}"));
}

/// Returns the path of an entry; the name must have at least four letters.
pub(crate) fn entry_path(name: &str) -> String {
    format!("registry/modules/{}/{}/{name}.json", &name[..2], &name[2..4])
}

/// Returns the blob of an entry at a revision, or `None` if the revision has no such entry.
pub(crate) fn entry(folder: &Folder, revision: &str, name: &str) -> Option<String> {
    let ran =
        try_git(folder, &["rev-parse", "--verify", "--quiet", &format!("{revision}:{}", entry_path(name))]);
    (ran.code == 0).then(|| ran.out.trim_end().to_owned())
}

/// Returns the version of the root at HEAD.
pub(crate) fn version(folder: &Folder) -> u64 {
    folder.root()["version"].as_u64().expect("a version is a number")
}

/// Returns the names of the entries at a revision, separated by spaces.
pub(crate) fn entries(folder: &Folder, revision: &str) -> String {
    let listed = folder.git(&["ls-tree", "-r", "--name-only", revision, "registry/modules"]);
    let stems = listed.lines().filter_map(|path| path.rsplit('/').next()?.strip_suffix(".json"));
    stems.collect::<Vec<_>>().join(" ")
}

/// Returns the commit that a revision names.
pub(crate) fn commit_of(folder: &Folder, revision: &str) -> String {
    folder.git(&["rev-parse", revision])
}

/// Runs git, which may fail.
pub(crate) fn try_git(folder: &Folder, args: &[&str]) -> Ran {
    run(Command::new("git").args(args), folder.path())
}

/// Runs a git command that must stop with a conflict.
pub(crate) fn git_conflicts(folder: &Folder, args: &[&str]) {
    let ran = try_git(folder, args);
    assert_ne!(ran.code, 0, "git {args:?} found no conflict: {}{}", ran.out, ran.err);
    assert_ne!(folder.git(&["ls-files", "--unmerged"]), "", "git {args:?}: {}{}", ran.out, ran.err);
}

/// Makes conflicts in the root leave valid JSON, as `modreg init` does.
pub(crate) fn keep_roots_whole(folder: &Folder) {
    folder.write(".gitattributes", "/registry/snapshot.json -merge\n");
    folder.commit("attributes");
}

/// Writes a root that names the entries that lie beside it and has the next number, with further changes.
pub(crate) fn forge_root(folder: &Folder, change: impl FnOnce(&mut Value)) {
    folder.git(&["add", "--all"]);
    let tree = folder.git(&["write-tree", "--prefix=registry/modules/"]);
    let count = folder.git(&["ls-files", "registry/modules"]).lines().count();
    let mut root: Value = serde_json::from_str(&folder.read(ROOT)).expect("a root is JSON");
    root["tree"] = tree.into();
    root["moduleCount"] = count.into();
    root["version"] = (root["version"].as_u64().expect("a number") + 1).into();
    change(&mut root);
    folder.write(ROOT, serde_json::to_string_pretty(&root).expect("plain data") + "\n");
}

/// Checks that a sync has nothing to publish, whatever it reports about invalid manifests.
pub(crate) fn nothing_is_published(folder: &Folder, args: &[&str], what: &str) {
    let before = commit_of(folder, "HEAD");
    let ran = folder.modreg(args);
    assert!(
        matches!(ran.code, 0 | 3),
        "{what}: modreg {args:?} ended with {}: {}{}",
        ran.code,
        ran.out,
        ran.err
    );
    assert_eq!(commit_of(folder, "HEAD"), before, "{what}: modreg {args:?} made a commit: {}", ran.out);
}

/// Checks that the registry at HEAD and every version before it pass a verification.
pub(crate) fn verifies(folder: &Folder, what: &str) {
    for args in [&["verify"][..], &["verify", "--history"]] {
        let ran = folder.modreg(args);
        assert_eq!(ran.code, 0, "{what}: modreg {args:?}: {}{}", ran.out, ran.err);
    }
}

/// Checks that modreg ends with `code`, naming the case, and returns what it printed.
pub(crate) fn ends(folder: &Folder, code: i32, args: &[&str], what: &str) -> Ran {
    let ran = folder.modreg(args);
    assert_eq!(ran.code, code, "{what}: modreg {args:?}: {}{}", ran.out, ran.err);
    ran
}

/// Returns the token of a refusal, and checks the list of removals.
pub(crate) fn token(folder: &Folder, args: &[&str], removals: &[&str]) -> String {
    let refused = folder.json(4, args)["refused"].clone();
    assert_eq!(refused["removals"], serde_json::json!(removals), "{refused:#}");
    refused["token"].as_str().expect("a refusal of removals has a token").to_owned()
}
