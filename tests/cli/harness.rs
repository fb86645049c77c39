//! A repository in a folder of its own, and a way to run `modreg` and `git` in it with nothing of this machine around.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use modreg::{
    domain::RepoPath,
    schema::Schemas,
    source::{self, Limits},
};
use serde_json::Value;
use tempfile::TempDir;

/// The variables that decide what git does, fixed; all others are gone.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_AUTHOR_NAME", "Ada"),
    ("GIT_AUTHOR_EMAIL", "ada@example.org"),
    ("GIT_AUTHOR_DATE", "2026-11-22T03:00:00+00:00"),
    ("GIT_COMMITTER_NAME", "Ada"),
    ("GIT_COMMITTER_EMAIL", "ada@example.org"),
    ("GIT_COMMITTER_DATE", "2026-11-22T03:00:00+00:00"),
    ("LC_ALL", "C"),
];

/// A folder that is gone when the test ends.
pub(crate) struct Folder {
    /// Keeps the folder alive.
    _home: TempDir,
    path: PathBuf,
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let path = home.path().join("registry");
        fs::create_dir(&path).expect("a new folder");
        Self { _home: home, path }
    }

    /// A repository on branch `main` without commits.
    pub(crate) fn repository() -> Self {
        let folder = Self::empty();
        folder.git(&["init", "--quiet", "--initial-branch=main"]);
        folder
    }

    /// A repository whose one commit holds these modules, each a good manifest.
    pub(crate) fn with_modules(names: &[&str]) -> Self {
        let folder = Self::repository();
        for name in names {
            folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
        }
        folder.commit("manifests");
        folder
    }

    /// Where the folder is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A place beside the folder, gone with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path.join(path).symlink_metadata().is_ok()
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(crate) fn remove_folder(&self, path: &str) {
        fs::remove_dir_all(self.path.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Replaces a text that must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Runs git, which must succeed, and returns what it printed without the final newline.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let ran = run(Command::new("git").args(args), &self.path);
        assert_eq!(ran.code, 0, "git {args:?}\n{}{}", ran.out, ran.err);
        ran.out.trim_end().to_owned()
    }

    /// Runs modreg.
    pub(crate) fn modreg(&self, args: &[&str]) -> Ran {
        modreg_in(&self.path, args)
    }

    /// Runs modreg in a folder below this one; it must end with `code`.
    pub(crate) fn expect_in(&self, folder: &str, code: i32, args: &[&str]) -> Ran {
        modreg_in(&self.path.join(folder), args).ended(code, args)
    }

    /// Runs a line of shell, with `modreg` on the path.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let programs = Path::new(env!("CARGO_BIN_EXE_modreg")).parent().expect("a program has a folder");
        let line = format!("PATH='{}':\"$PATH\"; {line}", programs.display());
        run(Command::new("sh").args(["-c", &line]), &self.path)
    }

    /// Runs modreg, which must end with `code`.
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> Ran {
        self.modreg(args).ended(code, args)
    }

    /// Runs modreg with `--format json` and returns the report.
    pub(crate) fn json(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.expect(code, &[args, &["--format", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}:\n{}", ran.out))
    }

    /// The same, for a report that its schema must describe.
    pub(crate) fn report(&self, code: i32, schema: &str, args: &[&str]) -> Value {
        let report = self.json(code, args);
        let schemas = Schemas::compile(schema, &BTreeMap::new()).expect("a built-in schema");
        let text = report.to_string();
        let parsed =
            source::parse(&RepoPath::new("report.json"), text.as_bytes(), &Limits::default()).document;
        let found = schemas.check(&parsed.expect("a report is JSON"));
        assert!(found.is_empty(), "modreg {args:?} against {schema}: {found:?}\n{report:#}");
        report
    }

    /// HEAD and everything that is not committed. A refusal must not change it.
    pub(crate) fn state(&self) -> String {
        let files = self.git(&["status", "--porcelain", "--untracked-files=all"]);
        format!("{}\n{files}\n{}", self.git(&["rev-parse", "HEAD"]), self.git(&["diff", "HEAD"]))
    }

    /// Runs modreg, which must end with `code`, say all of `words` on standard error, and change nothing.
    pub(crate) fn refuses(&self, code: i32, args: &[&str], words: &[&str]) {
        let before = self.state();
        let ran = self.expect(code, args);
        ran.says(words);
        assert_eq!(self.state(), before, "modreg {args:?} changed something");
    }

    /// The root of the registry at HEAD.
    pub(crate) fn root(&self) -> Value {
        serde_json::from_str(&self.git(&["show", "HEAD:registry/snapshot.json"])).expect("a root is JSON")
    }
}

impl Ran {
    /// Checks how it ended.
    pub(crate) fn ended(self, code: i32, args: &[&str]) -> Self {
        assert_eq!(self.code, code, "modreg {args:?}\n{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Checks that standard error contains all of these texts.
    pub(crate) fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in:\n{}", self.err);
        }
    }

    /// Checks that it printed all of these.
    pub(crate) fn prints(&self, words: &[&str]) {
        for word in words {
            assert!(self.out.contains(word), "{word:?} is not in:\n{}", self.out);
        }
    }
}

/// Runs modreg in any folder.
pub(crate) fn modreg_in(folder: &Path, args: &[&str]) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_modreg")).args(args), folder)
}

/// Runs a program in a folder with a fixed environment.
pub(crate) fn run(command: &mut Command, folder: &Path) -> Ran {
    run_with(command, folder, &[], &[])
}

/// Runs a program in a folder with a fixed environment and what is given, looking for programs in `programs` first.
#[expect(clippy::disallowed_methods, reason = "the programs are found where this process finds them")]
pub(crate) fn run_with(
    command: &mut Command,
    folder: &Path,
    programs: &[PathBuf],
    variables: &[(String, String)],
) -> Ran {
    let around = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(programs.iter().cloned().chain(std::env::split_paths(&around)));
    let path = path.expect("no folder has a colon in its name");
    let output = prepare(command, folder).env("PATH", path).envs(variables.iter().cloned()).output();
    Ran::from(output.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Gives a program a folder and a fixed environment.
#[expect(clippy::disallowed_methods, reason = "the programs are found where this process finds them")]
pub(crate) fn prepare<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .envs(ENVIRONMENT.iter().copied())
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A good manifest.
pub(crate) fn manifest(name: &str) -> String {
    format!(
        "name: {name}\nversion: 1.0.0\naiContext:\n  purpose: What {name} is for.\n  category: OTHER\n  \
         keywords:\n    - {name}\n    - second\n"
    )
}
