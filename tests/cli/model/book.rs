//! What git itself reports about the registry: roots and entries of commits, and the versions that a line has shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::harness::{Ran, prepare, run};

/// A number that is further above the main line's is ignored.
const FARTHEST: u64 = 1_000;

/// The tree of a registry without entries.
const NO_ENTRIES: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// What the model needs of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) version: u64,
    pub(super) tree: String,
    pub(super) held: BTreeSet<String>,
    pub(super) pinned: BTreeSet<String>,
    count: usize,
}

impl Root {
    /// Whether the root contradicts the entries that it names.
    fn contradicts(&self, entries: &BTreeMap<String, String>) -> bool {
        self.count != entries.len() || self.held.iter().any(|name| !entries.contains_key(name))
    }
}

/// The registry of one commit, as git names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// The blob of the root.
    pub(super) blob: Option<String>,
    /// The tree of the entries.
    pub(super) tree: Option<String>,
    parents: Vec<String>,
}

/// A version that a line has shown.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) commit: String,
    pub(super) blob: String,
    pub(super) root: Root,
    /// The entries that the root names, even if others are beside it.
    pub(super) entries: BTreeMap<String, String>,
}

/// The log of a commit.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The published versions, newest commit first.
    pub(super) published: Vec<Version>,
    /// All numbers that count.
    pub(super) numbers: BTreeSet<u64>,
}

impl Log {
    /// The published versions with the highest number: more than one where a root was edited in place.
    pub(super) fn latest(&self) -> Vec<&Version> {
        let highest = self.published.iter().map(|version| version.root.version).max();
        self.published.iter().filter(|version| Some(version.root.version) == highest).collect()
    }

    /// The number of the snapshot before.
    pub(super) fn highest(&self) -> u64 {
        self.latest().first().map_or(0, |version| version.root.version)
    }
}

/// What was read already; nothing that git names by its content ever changes.
#[derive(Default)]
pub(super) struct Book {
    seen: BTreeMap<String, Seen>,
    roots: BTreeMap<String, Option<Root>>,
    entries: BTreeMap<String, BTreeMap<String, String>>,
}

impl Book {
    /// The registry of a commit.
    pub(super) fn seen(&mut self, folder: &Path, commit: &str) -> Seen {
        self.read(folder, commit);
        self.seen[commit].clone()
    }

    /// The parents of a commit.
    pub(super) fn parents(&mut self, folder: &Path, commit: &str) -> Vec<String> {
        self.seen(folder, commit).parents
    }

    /// The root of a commit, where it can be read.
    pub(super) fn root(&mut self, folder: &Path, commit: &str) -> Option<Root> {
        let blob = self.seen(folder, commit).blob?;
        self.root_of(folder, &blob)
    }

    /// The entries of a commit: the blob of each module.
    pub(super) fn entries(&mut self, folder: &Path, commit: &str) -> BTreeMap<String, String> {
        let tree = self.seen(folder, commit).tree;
        tree.map(|tree| self.entries_of(folder, &tree)).unwrap_or_default()
    }

    /// The log of a commit that has these parents: the first one's main line, the tips of the merges on it, and the
    /// other parents as such tips.
    pub(super) fn log(&mut self, folder: &Path, parents: &[String]) -> Log {
        let mut line = Vec::new();
        let mut tips: Vec<String> = parents.iter().skip(1).cloned().collect();
        let mut next = parents.first().cloned();
        while let Some(commit) = next {
            let parents = self.parents(folder, &commit);
            line.push(commit);
            next = parents.first().cloned();
            tips.extend(parents.into_iter().skip(1));
        }
        let main: Vec<Version> = line.iter().filter_map(|commit| self.version(folder, commit)).collect();
        let limit = main.iter().map(|version| version.root.version).max().unwrap_or(0) + FARTHEST;
        let tips = tips.iter().filter_map(|commit| self.version(folder, commit));
        let mut log = Log::default();
        let side: Vec<Version> = tips.filter(|version| version.root.version <= limit).collect();
        log.published = main.into_iter().chain(side).collect();
        for commit in self.reachable(folder, parents) {
            let version = self.root(folder, &commit).map(|root| root.version);
            log.numbers.extend(version.filter(|version| *version <= limit));
        }
        log
    }

    /// The commits that are reachable from these.
    fn reachable(&mut self, folder: &Path, from: &[String]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting = from.to_vec();
        while let Some(commit) = waiting.pop() {
            if found.insert(commit.clone()) {
                waiting.extend(self.parents(folder, &commit));
            }
        }
        found
    }

    fn version(&mut self, folder: &Path, commit: &str) -> Option<Version> {
        let seen = self.seen(folder, commit);
        let blob = seen.blob?;
        let root = self.root_of(folder, &blob)?;
        let entries = if root.tree == NO_ENTRIES {
            BTreeMap::new()
        } else if self.entries.contains_key(&root.tree) || has_tree(folder, &root.tree) {
            self.entries_of(folder, &root.tree)
        } else {
            return None;
        };
        if root.contradicts(&entries) {
            return None;
        }
        Some(Version { commit: commit.to_owned(), blob, root, entries })
    }

    /// Reads all commits that are reachable from this one and were not read yet.
    fn read(&mut self, folder: &Path, commit: &str) {
        if self.seen.contains_key(commit) {
            return;
        }
        let listed = ask(folder, &["rev-list", "--parents", commit], "");
        let fresh: Vec<Vec<String>> = listed
            .lines()
            .map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .filter(|line| !self.seen.contains_key(&line[0]))
            .collect();
        let questions: Vec<String> = fresh
            .iter()
            .map(|line| format!("{0}:registry/snapshot.json\n{0}:registry/modules\n", line[0]))
            .collect();
        let answers =
            ask(folder, &["cat-file", "--batch-check=%(objecttype) %(objectname)"], &questions.concat());
        let mut answers = answers.lines().map(|line| line.split_once(' ').expect("two words"));
        for line in fresh {
            let (root, entries) = (answers.next().expect("an answer"), answers.next().expect("an answer"));
            let of_type = |(kind, id): (&str, &str), wanted| (kind == wanted).then(|| id.to_owned());
            let seen = Seen {
                blob: of_type(root, "blob"),
                tree: of_type(entries, "tree"),
                parents: line[1..].to_vec(),
            };
            self.seen.insert(line[0].clone(), seen);
        }
    }

    fn root_of(&mut self, folder: &Path, blob: &str) -> Option<Root> {
        if !self.roots.contains_key(blob) {
            let root = parse(&ask(folder, &["cat-file", "blob", blob], ""));
            self.roots.insert(blob.to_owned(), root);
        }
        self.roots[blob].clone()
    }

    /// The entries of a tree: the blob of each module.
    fn entries_of(&mut self, folder: &Path, tree: &str) -> BTreeMap<String, String> {
        if !self.entries.contains_key(tree) {
            let listed = ask(folder, &["ls-tree", "-r", tree], "");
            let entries = listed.lines().filter_map(|line| {
                let (about, path) = line.split_once('\t')?;
                let name = path.rsplit('/').next()?.strip_suffix(".json")?;
                Some((name.to_owned(), about.split(' ').nth(2)?.to_owned()))
            });
            let entries = entries.collect();
            self.entries.insert(tree.to_owned(), entries);
        }
        self.entries[tree].clone()
    }
}

/// Reads a root that is written as modreg writes roots.
fn parse(text: &str) -> Option<Root> {
    let value: Value = serde_json::from_str(text).ok()?;
    let canonical = serde_json::to_string_pretty(&value).ok()? + "\n";
    let names = |key: &str| {
        let names: Vec<String> = value[key].as_object()?.keys().cloned().collect();
        names.is_sorted().then(|| names.into_iter().collect())
    };
    let root = Root {
        version: value["version"].as_u64().filter(|version| *version > 0)?,
        tree: value["tree"].as_str()?.to_owned(),
        held: names("held")?,
        pinned: names("pinned")?,
        count: usize::try_from(value["moduleCount"].as_u64()?).ok()?,
    };
    (text == canonical && value["formatVersion"] == 1).then_some(root)
}

/// Whether a repository has a tree, also one that no commit leads to.
fn has_tree(folder: &Path, tree: &str) -> bool {
    run(Command::new("git").args(["cat-file", "-e", &format!("{tree}^{{tree}}")]), folder).code == 0
}

/// Asks git something that it reads from standard input; what it prints comes back as it is.
fn ask(folder: &Path, args: &[&str], questions: &str) -> String {
    let mut command = Command::new("git");
    prepare(&mut command, folder).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("git can be started");
    let mut stdin = child.stdin.take().expect("a pipe");
    let questions = questions.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let ran = Ran::from(child.wait_with_output().expect("git ends"));
    writer.join().expect("the writer ends").expect("git reads it all");
    assert_eq!(ran.code, 0, "git {args:?} in {}: {}", folder.display(), ran.err);
    ran.out
}
