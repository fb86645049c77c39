//! A repository in a folder of its own, and a way to run `modreg` and `git` in it with nothing of this machine around.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
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

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
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

    /// Runs git, which must succeed, and gives what it printed without the final newline.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let ran = run(Command::new("git").args(args), &self.path);
        assert_eq!(ran.code, 0, "git {args:?}\n{}{}", ran.out, ran.err);
        ran.out.trim_end().to_owned()
    }

    /// Runs modreg.
    pub(crate) fn modreg(&self, args: &[&str]) -> Ran {
        run(Command::new(env!("CARGO_BIN_EXE_modreg")).args(args), &self.path)
    }

    /// Runs a line of shell, with `modreg` on the path.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let programs = Path::new(env!("CARGO_BIN_EXE_modreg")).parent().expect("a program has a folder");
        let line = format!("PATH='{}':\"$PATH\"; {line}", programs.display());
        run(Command::new("sh").args(["-c", &line]), &self.path)
    }

    /// Runs modreg, which must end with `code`.
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> Ran {
        let ran = self.modreg(args);
        assert_eq!(ran.code, code, "modreg {args:?}\n{}\n{}", ran.out, ran.err);
        ran
    }

    /// Runs modreg with `--format json` and gives the report.
    pub(crate) fn json(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.expect(code, &[args, &["--format", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}:\n{}", ran.out))
    }

    /// The root of the registry at HEAD.
    pub(crate) fn root(&self) -> Value {
        serde_json::from_str(&self.git(&["show", "HEAD:registry/snapshot.json"])).expect("a root is JSON")
    }
}

/// Runs a program in a folder with a fixed environment.
#[expect(clippy::disallowed_methods, reason = "the programs are found where this process finds them")]
pub(crate) fn run(command: &mut Command, folder: &Path) -> Ran {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let output = command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .envs(ENVIRONMENT.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ran::from(output)
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
