//! The repositories of one run, the operations so far as a script, and what the model remembers of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::book::Book;
use crate::harness::{Ran, run_with};

/// How often each thing happened.
pub(super) type Counts = BTreeMap<&'static str, usize>;

/// The names of the modules that people write; the first ones are there from the beginning.
pub(super) const NAMES: &[&str] = &[
    "chat", "drive", "mail", "note", "todo", "ab", "abc", "calendar", "tasks", "forms", "sheets", "slides",
    "maps", "photos", "music", "wiki",
];

/// A clone of the remote, or the only repository.
pub(super) struct Checkout {
    /// The name of its folder.
    pub(super) name: &'static str,
    /// The snapshot commits that modreg made here, never pushed, and still knows as its own.
    pub(super) own: BTreeSet<String>,
}

/// The repositories of one run, with what the model remembers of them.
pub(super) struct World {
    home: Option<TempDir>,
    path: PathBuf,
    seed: u64,
    script: String,
    /// Makes the dates of all commits differ, and the texts.
    serial: u64,
    pub(super) random: fastrand::Rng,
    pub(super) has_remote: bool,
    pub(super) checkouts: Vec<Checkout>,
    pub(super) book: Book,
    /// All commits that were ever seen: the others are new.
    pub(super) known: BTreeSet<String>,
    /// The commits that modreg itself made.
    pub(super) made: BTreeSet<String>,
    /// The commits that a force-push removed from the remote.
    pub(super) removed: BTreeSet<String>,
    /// The tokens that refusals printed, with the entries that each is for.
    pub(super) tokens: BTreeMap<String, BTreeSet<String>>,
    /// Whether a root was committed by hand.
    pub(super) has_forged_root: bool,
    counts: Counts,
}

/// The shell functions and variables that the script of a failure starts with.
const PROLOGUE: &str = "\
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
at() { export GIT_AUTHOR_DATE=\"$1 +0000\" GIT_COMMITTER_DATE=\"$1 +0000\"; }
put() { mkdir -p \"$(dirname \"$1\")\"; rm -f \"$1\"; printf '%b' \"$2\" >\"$1\"; }
";

impl World {
    /// One repository, or a bare remote with three clones, with a few modules and no registry yet.
    pub(super) fn new(seed: u64, counts: Counts) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let path = home.path().to_owned();
        let mut random = fastrand::Rng::with_seed(seed);
        let has_remote = random.u8(0..10) < 7;
        let mut world = Self {
            home: Some(home),
            path,
            seed,
            script: String::new(),
            serial: 0,
            random,
            has_remote,
            checkouts: vec![Checkout { name: "a", own: BTreeSet::new() }],
            book: Book::default(),
            known: BTreeSet::new(),
            made: BTreeSet::new(),
            removed: BTreeSet::new(),
            tokens: BTreeMap::new(),
            has_forged_root: false,
            counts,
        };
        world.count("repositories");
        world.begin();
        world
    }

    fn begin(&mut self) {
        fs::create_dir(self.path.join("a")).expect("a new folder");
        self.script.push_str("mkdir a\n");
        self.git(0, &["init", "--quiet", "--initial-branch=main"]);
        if self.random.bool() {
            self.write(0, ".gitattributes", "/registry/snapshot.json -merge\n");
        }
        for name in &NAMES[..self.random.usize(5..9)] {
            let text = super::people::manifest(name, 0, 0);
            self.write(0, &format!("modules/{name}/module.yaml"), &text);
        }
        self.commit(0, "manifests");
        if self.has_remote {
            self.git(0, &["clone", "--quiet", "--bare", ".", "../remote.git"]);
            self.git(0, &["remote", "add", "origin", "../remote.git"]);
            self.git(0, &["fetch", "--quiet", "origin"]);
            self.git(0, &["branch", "--quiet", "--set-upstream-to=origin/main"]);
            for name in ["b", "c"] {
                self.git(0, &["clone", "--quiet", "../remote.git", &format!("../{name}")]);
                self.checkouts.push(Checkout { name, own: BTreeSet::new() });
            }
        }
        self.remember();
    }

    /// Ends the run and returns its counts.
    pub(super) fn close(mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// Counts that something happened.
    pub(super) fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    /// Whether something that happens `percent` times in a hundred happens now.
    pub(super) fn chance(&mut self, percent: u8) -> bool {
        self.random.u8(0..100) < percent
    }

    /// One of the checkouts.
    pub(super) fn anywhere(&mut self) -> usize {
        self.random.usize(0..self.checkouts.len())
    }

    /// One of these, or `None` where there are none.
    pub(super) fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.random.usize(0..all.len())].clone())
    }

    /// A number that nothing had before.
    pub(super) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Where a checkout is.
    pub(super) fn folder(&self, at: usize) -> PathBuf {
        self.path.join(self.checkouts[at].name)
    }

    /// Where the remote is.
    pub(super) fn remote(&self) -> PathBuf {
        self.path.join("remote.git")
    }

    /// Asks git something in a checkout; that is not a part of the script.
    pub(super) fn ask(&self, at: usize, args: &[&str]) -> String {
        ask_in(&self.folder(at), args)
    }

    /// The commit at HEAD of a checkout.
    pub(super) fn head(&self, at: usize) -> String {
        self.ask(at, &["rev-parse", "HEAD"])
    }

    /// The commit at the published branch of the remote.
    pub(super) fn remote_head(&self) -> String {
        ask_in(&self.remote(), &["rev-parse", "refs/heads/main"])
    }

    /// The commits that are reachable from the remote's branch.
    pub(super) fn remote_commits(&self) -> BTreeSet<String> {
        lines(&ask_in(&self.remote(), &["rev-list", "refs/heads/main"]))
    }

    /// The commits that are reachable from HEAD of a checkout.
    pub(super) fn commits(&self, at: usize) -> BTreeSet<String> {
        lines(&self.ask(at, &["rev-list", "HEAD"]))
    }

    /// Runs git in a checkout; it may fail.
    pub(super) fn try_git(&mut self, at: usize, args: &[&str]) -> Ran {
        let dates = self.note(at, "git", args);
        run_with(Command::new("git").args(args), &self.folder(at), &[], &dates)
    }

    /// Runs git in a checkout; it must succeed.
    pub(super) fn git(&mut self, at: usize, args: &[&str]) -> String {
        let ran = self.try_git(at, args);
        assert_eq!(ran.code, 0, "git {args:?}\n{}{}", ran.out, ran.err);
        ran.out.trim_end().to_owned()
    }

    /// Runs a line of shell in a checkout; it must succeed.
    pub(super) fn shell(&mut self, at: usize, line: &str) {
        let dates = self.note(at, "sh", &["-c", line]);
        let ran = run_with(Command::new("sh").args(["-c", line]), &self.folder(at), &[], &dates);
        assert_eq!(ran.code, 0, "{line}\n{}{}", ran.out, ran.err);
    }

    /// Runs modreg in a checkout.
    pub(super) fn modreg(&mut self, at: usize, args: &[&str]) -> Ran {
        let dates = self.note(at, "modreg", args);
        modreg_at(&self.folder(at), args, &dates)
    }

    /// Commits everything in a checkout.
    pub(super) fn commit(&mut self, at: usize, message: &str) {
        self.git(at, &["add", "--all"]);
        self.git(at, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Writes a file in place of whatever is there.
    pub(super) fn write(&mut self, at: usize, path: &str, text: &str) {
        let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
        let line = format!("(cd {} && put {path} {})\n", self.checkouts[at].name, quoted(&escaped));
        self.script.push_str(&line);
        let path = self.folder(at).join(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }

    /// Adds a line to the script, and returns the dates of its commits.
    pub(super) fn note(&mut self, at: usize, program: &str, args: &[&str]) -> Vec<(String, String)> {
        let date = 1_790_000_000 + 60 * self.next();
        let _ = write!(self.script, "at {date}; (cd {} && {program}", self.checkouts[at].name);
        for arg in args {
            let _ = write!(self.script, " {}", quoted(arg));
        }
        self.script.push_str(")\n");
        let variable = |name: &str| (name.to_owned(), format!("{date} +0000"));
        vec![variable("GIT_AUTHOR_DATE"), variable("GIT_COMMITTER_DATE")]
    }

    /// Adds a remark to the script.
    pub(super) fn remark(&mut self, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.script, "# {line}");
        }
    }

    /// Remembers all commits that there are.
    pub(super) fn remember(&mut self) {
        for at in 0..self.checkouts.len() {
            let commits = lines(&self.ask(at, &["rev-list", "HEAD", "--all"]));
            self.known.extend(commits);
        }
    }

    /// Remembers a push of people: commits that they brought back no longer count as removed.
    pub(super) fn remember_push(&mut self) {
        let commits = self.remote_commits();
        self.removed.retain(|commit| !commits.contains(commit));
        for checkout in &mut self.checkouts {
            checkout.own.retain(|commit| !commits.contains(commit));
        }
    }
}

impl Drop for World {
    #[expect(clippy::print_stderr, reason = "a failure is repeated by hand")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let script = format!("# seed {}\n{PROLOGUE}{}", self.seed, self.script);
            if let Some(home) = self.home.take() {
                let kept = home.keep();
                let _ = fs::write(kept.join("operations.sh"), &script);
                eprintln!("{script}# the folder is {}, the script is operations.sh in it", kept.display());
            }
        }
    }
}

/// Asks git something in a folder; that is not a part of the script.
pub(super) fn ask_in(folder: &Path, args: &[&str]) -> String {
    let ran = run_with(Command::new("git").args(args), folder, &[], &[]);
    assert_eq!(ran.code, 0, "git {args:?} in {}\n{}{}", folder.display(), ran.out, ran.err);
    ran.out.trim_end().to_owned()
}

/// Runs modreg in a folder with dates of its own.
pub(super) fn modreg_at(folder: &Path, args: &[&str], dates: &[(String, String)]) -> Ran {
    run_with(Command::new(env!("CARGO_BIN_EXE_modreg")).args(args), folder, &[], dates)
}

/// The lines of a text, as a set.
pub(super) fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:^~@".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
