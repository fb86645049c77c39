//! Every command on every kind of repository, with every git that is on the path.

#![expect(clippy::print_stdout, reason = "a skipped test reports that it was skipped")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::harness::{Folder, Ran, manifest, prepare, run_with};

/// A git, by the folder that has to come first on the path.
struct Git {
    version: String,
    folder: PathBuf,
}

impl Git {
    /// One of each version that is on the path.
    #[expect(clippy::disallowed_methods, reason = "the programs are found where this process finds them")]
    fn all() -> Vec<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut found = BTreeMap::new();
        for folder in std::env::split_paths(&path).filter(|folder| folder.join("git").is_file()) {
            if let Ok(ran) = Command::new(folder.join("git")).arg("version").output() {
                found.entry(String::from_utf8_lossy(&ran.stdout).trim().to_owned()).or_insert(folder);
            }
        }
        found.into_iter().map(|(version, folder)| Self { version, folder }).collect()
    }

    fn run(&self, program: &str, folder: &Path, args: &[&str], variables: &[(String, String)]) -> Ran {
        run_with(Command::new(program).args(args), folder, std::slice::from_ref(&self.folder), variables)
    }

    /// Runs git, which must succeed.
    fn git(&self, folder: &Path, args: &[&str]) {
        let ran = self.run("git", folder, args, &[]);
        assert_eq!(ran.code, 0, "{}: git {args:?}: {}", self.version, ran.err);
    }
}

/// What a kind of repository lets commands do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Can {
    /// All of it.
    All,
    /// All that needs no working tree.
    WithoutFiles,
    /// All that publishes nothing.
    Read,
    /// Nothing.
    Nothing,
}

/// A repository of one kind, where the commands are run.
struct Place {
    home: Folder,
    path: PathBuf,
    can: Can,
    variables: Vec<(String, String)>,
}

impl Place {
    fn at(home: Folder, path: PathBuf) -> Self {
        Self { home, path, can: Can::All, variables: Vec::new() }
    }

    fn inside(home: Folder, can: Can) -> Self {
        let path = home.path().to_owned();
        Self { can, ..Self::at(home, path) }
    }
}

/// A repository with two modules in it, made with these options of `git init`, or `None` where this git knows them not.
fn made(git: &Git, options: &[&str]) -> Option<Folder> {
    let folder = Folder::empty();
    let args = [&["init", "--quiet", "--initial-branch=main"], options].concat();
    let ran = git.run("git", folder.path(), &args, &[]);
    if ran.code != 0 {
        assert!(ran.err.contains("usage") || ran.err.contains("unknown"), "{}", ran.err);
        return None;
    }
    for name in ["chat", "drive"] {
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    }
    for args in [&["add", "--all"][..], &["commit", "--quiet", "--message", "manifests"]] {
        git.git(folder.path(), args);
    }
    Some(folder)
}

/// A clone of such a repository.
fn cloned(git: &Git, options: &[&str]) -> Place {
    let origin = made(git, &[]).expect("a plain repository");
    git.git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    let path = origin.beside("clone");
    let (from, to) = (format!("file://{}", origin.path().display()), path.to_str().expect("UTF-8"));
    git.git(origin.path(), &[&["clone", "--quiet"], options, &[&from, to]].concat());
    Place::at(origin, path)
}

type Make = fn(&Git) -> Option<Place>;

fn formatted(git: &Git, options: &[&str]) -> Option<Place> {
    made(git, options).map(|home| Place::inside(home, Can::All))
}

const KINDS: &[(&str, Make)] = &[
    ("SHA-1, files", |git| formatted(git, &["--object-format=sha1"])),
    ("SHA-256, files", |git| formatted(git, &["--object-format=sha256"])),
    ("SHA-1, reftable", |git| formatted(git, &["--object-format=sha1", "--ref-format=reftable"])),
    ("SHA-256, reftable", |git| formatted(git, &["--object-format=sha256", "--ref-format=reftable"])),
    ("bare", |git| Some(Place { can: Can::WithoutFiles, ..cloned(git, &["--bare"]) })),
    ("depth 1", |git| Some(cloned(git, &["--depth=1"]))),
    ("partial", |git| Some(cloned(git, &["--filter=blob:none"]))),
    ("treeless", |git| Some(Place { can: Can::Nothing, ..cloned(git, &["--filter=tree:0"]) })),
    ("linked worktree", |git| {
        let home = made(git, &[])?;
        let path = home.beside("linked");
        git.git(home.path(), &["worktree", "add", "--quiet", "-b", "side", path.to_str()?]);
        Some(Place::at(home, path))
    }),
    ("submodule", |git| {
        let (inner, home) = (made(git, &[])?, made(git, &[])?);
        let url = format!("file://{}", inner.path().display());
        git.git(
            home.path(),
            &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"],
        );
        let path = home.path().join("inner");
        Some(Place::at(home, path))
    }),
    ("sparse checkout", |git| {
        let home = made(git, &[])?;
        git.git(home.path(), &["sparse-checkout", "set", "modules", "registry"]);
        Some(Place::inside(home, Can::All))
    }),
    ("split index", |git| {
        let home = made(git, &[])?;
        git.git(home.path(), &["update-index", "--split-index"]);
        Some(Place::inside(home, Can::All))
    }),
    ("shared", |git| formatted(git, &["--shared=group"])),
    ("another user's, trusted by the environment", |git| {
        let mut place = formatted(git, &[])?;
        for path in [".", ".git"] {
            chown(place.path.join(path), Some(12345), Some(12345)).ok()?;
        }
        place.variables = [("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")]
            .map(|(name, value)| (format!("GIT_CONFIG_{name}"), value.to_owned()))
            .into();
        Some(place)
    }),
    ("another user's", |git| {
        let place = formatted(git, &[])?;
        for path in [".", ".git"] {
            chown(place.path.join(path), Some(12345), Some(12345)).ok()?;
        }
        Some(Place { can: Can::Nothing, ..place })
    }),
    ("detached HEAD", |git| {
        let home = made(git, &[])?;
        git.git(home.path(), &["checkout", "--quiet", "--detach"]);
        Some(Place::inside(home, Can::Read))
    }),
    ("in the middle of a merge", |git| {
        let home = made(git, &[])?;
        let at = home.path().to_owned();
        git.git(&at, &["checkout", "--quiet", "-b", "side"]);
        home.write("both", "side");
        git.git(&at, &["add", "both"]);
        git.git(&at, &["commit", "--quiet", "--message", "side"]);
        git.git(&at, &["checkout", "--quiet", "main"]);
        home.write("both", "main");
        git.git(&at, &["add", "both"]);
        git.git(&at, &["commit", "--quiet", "--message", "main"]);
        assert_ne!(git.run("git", &at, &["merge", "--quiet", "side"], &[]).code, 0);
        Some(Place::inside(home, Can::All))
    }),
    ("subfolder", |git| {
        let home = made(git, &[])?;
        let path = home.path().join("modules");
        Some(Place { can: Can::Nothing, ..Place::at(home, path) })
    }),
];

/// What a command needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Commits,
    Files,
    Publishing,
}

/// The commands in the order in which they are tried, with what each needs and how it ends where it has that.
const COMMANDS: &[(&[&str], Needs, i32)] = &[
    (&["validate"], Needs::Files, 0),
    (&["diff"], Needs::Files, 0),
    (&["compile", "--check"], Needs::Files, 1),
    (&["sync", "--dry-run"], Needs::Commits, 0),
    (&["status"], Needs::Commits, 0),
    (&["sync"], Needs::Publishing, 0),
    (&["sync"], Needs::Publishing, 0),
    (&["verify"], Needs::Commits, 0),
    (&["verify", "--history"], Needs::Commits, 0),
    (&["history"], Needs::Commits, 0),
    (&["show"], Needs::Commits, 0),
    (&["prune"], Needs::Publishing, 0),
    (&["compile", "--check"], Needs::Files, 0),
    (&["rollback", "1", "--reason", "tried"], Needs::Publishing, 0),
    (&["unpin"], Needs::Publishing, 0),
    (&["status"], Needs::Commits, 0),
    (&["new", "mail"], Needs::Files, 0),
];

fn expected(can: Can, needs: Needs, code: i32, args: &[&str]) -> i32 {
    match (can, needs) {
        (Can::Nothing, _) | (Can::WithoutFiles, Needs::Files) | (Can::Read, Needs::Publishing) => 2,
        // Nothing was ever published there.
        (Can::Read, Needs::Files) if args == ["compile", "--check"] => 1,
        (_, _) => code,
    }
}

/// Starts a server, waits until it is ready, ends it by a signal, and returns its exit.
fn served(git: &Git, place: &Place) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
    command.args(["serve", "--listen=127.0.0.1:0", "--no-builtins"]);
    let mut server = prepare(&mut command, &place.path)
        .env("PATH", &git.folder)
        .envs(place.variables.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    if !line.is_empty() {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&server),
            rustix::process::Signal::TERM,
        )
        .expect("it runs");
    }
    server.wait().expect("it ends").code().unwrap_or(-1)
}

#[test]
fn every_command_ends_as_expected_on_every_kind_of_repository() {
    let gits = Git::all();
    assert!(!gits.is_empty());
    let mut tried = 0;
    for git in &gits {
        for (kind, make) in KINDS {
            let Some(place) = make(git) else {
                println!("skipped: {kind} with {}", git.version);
                continue;
            };
            for (args, needs, code) in COMMANDS {
                let ran = git.run(env!("CARGO_BIN_EXE_modreg"), &place.path, args, &place.variables);
                let wanted = expected(place.can, *needs, *code, args);
                assert_eq!(
                    ran.code, wanted,
                    "{}, {kind}: modreg {args:?}\n{}\n{}",
                    git.version, ran.out, ran.err
                );
                tried += 1;
            }
            let code = served(git, &place);
            assert_eq!(code, if place.can == Can::Nothing { 2 } else { 0 }, "{}, {kind}: serve", git.version);
            if place.can == Can::All {
                let ran = git.run(
                    "git",
                    &place.path,
                    &["status", "--porcelain", "--", "registry"],
                    &place.variables,
                );
                assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}, {kind}: {}", git.version, ran.err);
            }
            drop(place.home);
        }
    }
    println!("{tried} cells with {} versions of git", gits.len());
}

#[test]
fn a_git_that_is_too_old_or_missing_is_named() {
    let folder = Folder::with_modules(&["chat"]);
    let programs = folder.beside("programs");
    fs::create_dir(&programs).unwrap();
    crate::push::hook(&programs, "git", "echo git version 2.38.5");
    let with = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
        Ran::from(prepare(command.args(args), folder.path()).env("PATH", &programs).output().unwrap())
    };
    for args in [&["sync"][..], &["status"], &["compile"]] {
        with(args).ended(2, args).says(&["this is git 2.38.5, and modreg needs git 2.39 or newer"]);
    }
    fs::remove_file(programs.join("git")).unwrap();
    for args in [&["sync"][..], &["status"], &["compile"], &["diff"]] {
        with(args).ended(2, args).says(&["the `git` program was not found", "install Git"]);
    }
    for args in [&["validate"][..], &["explain", "name/reserved"], &["schema", "module"], &["new", "mail"]] {
        with(args).ended(0, args);
    }
}

#[test]
fn a_sync_opens_nothing_of_git_but_the_objects_and_its_own_files() {
    if Command::new("strace").arg("-V").output().is_err() {
        return println!("skipped: no strace");
    }
    let folder = Folder::with_modules(&["chat", "drive"]);
    let trace = folder.beside("trace");
    for (from, to) in [("1.0.0", "1.1.0"), ("1.1.0", "1.2.0")] {
        let mut strace = Command::new("strace");
        // Only the threads of modreg itself: what git does is git's affair.
        strace.args(["-f", "-qq", "-e", "trace=open,openat,execve", "-o"]).arg(&trace);
        strace.args([env!("CARGO_BIN_EXE_modreg"), "sync"]);
        let ran = run_with(&mut strace, folder.path(), &[], &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let trace = fs::read_to_string(&trace).unwrap();
        let children: Vec<_> = trace
            .lines()
            .filter(|line| line.contains("execve(\"") && !line.contains("/modreg\""))
            .filter_map(|line| line.split(' ').next())
            .collect();
        let git_dir = folder.path().canonicalize().unwrap().join(".git");
        let git_dir = git_dir.to_str().unwrap();
        let own = trace.lines().filter(|line| {
            line.contains("open") && !children.iter().any(|child| line.starts_with(&format!("{child} ")))
        });
        let opened: Vec<_> = own.filter_map(|line| line.split('"').nth(1)?.strip_prefix(git_dir)).collect();
        assert!(opened.iter().any(|path| path.starts_with("/objects")), "{opened:?}");
        for path in opened {
            assert!(path.starts_with("/objects") || path.starts_with("/modreg"), "{path}");
        }
        folder.edit("modules/chat/module.yaml", from, to);
        folder.commit("change");
    }
}
