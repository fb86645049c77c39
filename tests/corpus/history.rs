//! A real history, replayed: after each step the registry agrees with Git, whether it was compiled in full or in part.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use crate::{
    corpus,
    harness::Folder,
    report::{changed, count, errors, row, text},
};

/// Every so many commits are replayed.
const STRIDE: usize = 50;

/// What happened over a whole replay.
#[derive(Default)]
struct Totals {
    steps: usize,
    added: usize,
    updated: usize,
    removed: usize,
    read: usize,
    manifests: usize,
    tokens: usize,
}

#[test]
fn every_step_of_a_history_agrees_with_git() {
    let Some(part) = corpus::part("history-mcp") else { return };
    let folder = Folder::repository();
    folder.git(&["fetch", "--quiet", &part.display().to_string(), "HEAD:refs/history"]);
    let commits = folder.git(&["rev-list", "--reverse", "--first-parent", "refs/history"]);
    let mut totals = Totals::default();
    for commit in commits.lines().step_by(STRIDE) {
        folder.git(&["rm", "-r", "--quiet", "--ignore-unmatch", "modules"]);
        folder.git(&["read-tree", "--prefix=modules/", "-u", &format!("{commit}:modules")]);
        folder.git(&["commit", "--quiet", "--allow-empty", "--message", commit]);
        totals.step(&folder);
        assert_full_compile_agrees(&folder);
    }
    let Totals { steps, added, updated, removed, read, manifests, tokens } = totals;
    assert!(added > 300 && updated > 0 && removed > 0, "{added} added, {updated} updated, {removed} removed");
    row("history, commits replayed", &format!("{steps} of {}", commits.lines().count()));
    row(
        "  as Git reports",
        &format!("{added} added, {updated} updated, {removed} removed, {tokens} by token"),
    );
    row("  manifests read", &format!("{read} of {manifests} at hand; full compile: same tree each time"));
}

impl Totals {
    /// Syncs a step, and compares the report with Git's diff of the manifests and of the entries.
    fn step(&mut self, folder: &Folder) {
        let last = folder.git(&["log", "-1", "--format=%H", "--", "registry/snapshot.json"]);
        let (before, compiled) = match last.as_str() {
            "" => (folder.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]), None),
            last => (text(&folder.root()["source"]["tree"]).to_owned(), Some(last)),
        };
        let manifests = Differences::between(folder, &before, "HEAD:modules");
        let (report, read, by_token) = sync(folder);
        assert_eq!(errors(&report).len() + count(&report, "skipped"), 0, "all manifests are good");
        assert_eq!(changed(&report, "added"), names(&manifests.added));
        assert_eq!(changed(&report, "removed"), names(&manifests.removed));
        let updated: BTreeSet<_> = changed(&report, "updated").into_iter().map(str::to_owned).collect();
        assert!(updated.is_subset(&manifests.updated), "an update of a manifest that is the same");
        assert_eq!(read, manifests.added.len() + manifests.updated.len(), "only what changed is read");
        if let Some(compiled) = compiled {
            let entries = Differences::between(
                folder,
                &format!("{compiled}:registry/modules"),
                "HEAD:registry/modules",
            );
            assert_eq!(
                entries.updated, updated,
                "a changed manifest that is not reported has the same entry"
            );
            assert_eq!((&entries.added, &entries.removed), (&manifests.added, &manifests.removed));
        }
        self.steps += 1;
        self.added += manifests.added.len();
        self.updated += updated.len();
        self.removed += manifests.removed.len();
        self.read += read;
        self.manifests += folder.git(&["ls-files", "modules"]).lines().count();
        self.tokens += usize::from(by_token);
    }
}

/// Syncs, with the guard's token if one is required. Returns the report, how many manifests were read, and whether a
/// token was needed.
fn sync(folder: &Folder) -> (Value, usize, bool) {
    let run = |more: &[&str]| folder.modreg(&[&["sync", "--verbose", "--format", "json"], more].concat());
    let mut ran = run(&[]);
    let by_token = ran.code == 4;
    if by_token {
        let refused: Value = serde_json::from_str(&ran.out).expect("a report");
        ran = run(&["--allow-removals", text(&refused["refused"]["token"])]);
    }
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let count_text = ran.err.lines().find_map(|line| line.strip_prefix("read ")?.strip_suffix(" manifests"));
    let read = count_text.and_then(|count| count.parse().ok());
    let read = read.unwrap_or_else(|| panic!("it does not say how many manifests were read: {}", ran.err));
    (serde_json::from_str(&ran.out).expect("a report"), read, by_token)
}

/// Checks that two full compiles, one over the snapshot and one from nothing, produce what the sync committed.
fn assert_full_compile_agrees(folder: &Folder) {
    folder.expect(0, &["compile", "--check"]);
    let fresh = Folder::empty();
    folder.git(&["checkout-index", "--all", &format!("--prefix={}/", fresh.path().display())]);
    fresh.remove_folder("registry");
    fresh.expect(0, &["compile"]);
    let compiled: Value =
        serde_json::from_str(&fresh.read("registry/snapshot.json")).expect("a root is JSON");
    assert_eq!(compiled["tree"], folder.root()["tree"]);
    assert_eq!(compiled["tree"], folder.git(&["rev-parse", "HEAD:registry/modules"]));
}

/// The modules whose files differ between two trees.
struct Differences {
    added: BTreeSet<String>,
    updated: BTreeSet<String>,
    removed: BTreeSet<String>,
}

impl Differences {
    fn between(folder: &Folder, before: &str, after: &str) -> Self {
        let lines = folder.git(&["diff-tree", "-r", "--no-renames", "--name-status", before, after]);
        let of = |kinds: &[&str]| -> BTreeSet<String> {
            let lines = lines.lines().filter_map(|line| line.split_once('\t'));
            lines.filter(|(kind, _)| kinds.contains(kind)).map(|(_, path)| module(path)).collect()
        };
        let (came, went) = (of(&["A"]), of(&["D"]));
        Self {
            updated: of(&["M", "T"]).into_iter().chain(came.intersection(&went).cloned()).collect(),
            added: came.difference(&went).cloned().collect(),
            removed: went.difference(&came).cloned().collect(),
        }
    }
}

/// The module of a manifest `NAME/module.EXT` or of an entry `SHARD/NAME.json`.
fn module(path: &str) -> String {
    let path = Path::new(path);
    let stem = path.file_stem().filter(|stem| *stem != "module");
    let stem = stem.or_else(|| path.parent()?.file_name()).expect("a manifest or an entry");
    stem.to_str().expect("module names are plain").to_owned()
}

fn names(modules: &BTreeSet<String>) -> Vec<&str> {
    modules.iter().map(String::as_str).collect()
}
