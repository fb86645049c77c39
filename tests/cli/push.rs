//! `sync --push` against real bare repositories, with all that can happen on the way.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    thread,
    time::Duration,
};

use crate::harness::{Folder, manifest};

/// A bare repository whose `main` holds one module, and no registry yet.
pub(crate) struct Remote(pub(crate) Folder);

impl Remote {
    pub(crate) fn new() -> Self {
        let remote = Self(Folder::empty());
        remote.0.git(&["init", "--quiet", "--bare", "--initial-branch=main"]);
        let first = remote.clone();
        first.write("modules/drive/module.yaml", manifest("drive"));
        first.commit("manifests");
        first.git(&["push", "--quiet", "origin", "main"]);
        remote
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.0.path().display())
    }

    fn clone(&self) -> Folder {
        self.clone_with(&[])
    }

    pub(crate) fn clone_with(&self, options: &[&str]) -> Folder {
        let folder = Folder::empty();
        folder.git(&[&["clone", "--quiet"], options, &[&self.url(), "."]].concat());
        folder
    }

    pub(crate) fn head(&self) -> String {
        self.0.git(&["rev-parse", "main"])
    }

    /// The subjects of the commits, newest first.
    pub(crate) fn log(&self) -> String {
        self.0.git(&["log", "--format=%s", "main"])
    }

    pub(crate) fn modules(&self) -> String {
        let listed = self.0.git(&["ls-tree", "-r", "--name-only", "main", "registry/modules"]);
        let stems = listed.lines().filter_map(|path| path.rsplit('/').next()?.strip_suffix(".json"));
        stems.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn hook(&self, name: &str, script: &str) {
        hook(&self.0.path().join("hooks"), name, script);
    }
}

pub(crate) fn hook(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).expect("a folder for hooks");
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a new hook");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a hook that can run");
}

/// Adds a module and commits it, without pushing.
fn add(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.commit(name);
}

fn head(folder: &Folder) -> String {
    folder.git(&["rev-parse", "HEAD"])
}

#[test]
fn a_push_moves_both_branches_and_a_second_one_none() {
    let remote = Remote::new();
    let clone = remote.clone();
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.err.contains("to main of origin\n"), "{}", ran.err);
    assert_eq!(remote.head(), head(&clone));
    assert_eq!(clone.git(&["rev-parse", "origin/main"]), remote.head());
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    let ran = clone.expect(0, &["sync", "--push", "origin"]);
    assert!(ran.err.contains("nothing to push"), "{}", ran.err);
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nmanifests");
    assert_eq!(clone.git(&["for-each-ref", "refs/modreg"]), "");
}

#[test]
fn a_branch_that_the_remote_lacks_is_made() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.git(&["switch", "--quiet", "--create", "live"]);
    clone.expect(0, &["sync", "--push", &remote.url()]);
    assert_eq!(remote.0.git(&["rev-parse", "live"]), head(&clone));
}

#[test]
fn what_others_pushed_meanwhile_is_compiled_too() {
    for options in [&[][..], &["--depth=1"], &["--filter=blob:none"]] {
        let remote = Remote::new();
        remote.0.git(&["config", "uploadpack.allowFilter", "true"]);
        let (ours, theirs) = (remote.clone_with(options), remote.clone());
        add(&theirs, "chat");
        theirs.expect(0, &["sync", "--push"]);
        let ran = ours.expect(0, &["sync", "--push"]);
        assert_eq!(head(&ours), remote.head(), "{options:?}: {}", ran.err);
        add(&theirs, "mail");
        theirs.expect(0, &["sync", "--push"]);
        add(&ours, "calendar");
        let ran = ours.expect(4, &["sync", "--push"]);
        ran.says(&["(calendar)", "git pull --rebase"]);
        ours.git(&["pull", "--quiet", "--rebase"]);
        let ran = ours.expect(0, &["sync", "--push"]);
        assert_eq!(head(&ours), remote.head(), "{options:?}: {}", ran.err);
        assert_eq!(remote.modules(), "calendar chat drive mail", "{options:?}");
        assert_eq!(ours.git(&["status", "--porcelain"]), "");
        assert_eq!(ours.root()["version"], 3);
    }
}

#[test]
fn a_bare_clone_follows_also_where_nothing_is_published() {
    let remote = Remote::new();
    let (bare, theirs) = (remote.clone_with(&["--bare"]), remote.clone());
    theirs.expect(0, &["sync", "--push"]);
    let ran = bare.expect(0, &["sync", "--push"]);
    assert_eq!(head(&bare), remote.head(), "{}", ran.err);
    ran.says(&["nothing to push: main of origin is up to date"]);
    assert!(!ran.err.contains("warning"), "{}", ran.err);
}

/// A script for a hook that lets somebody else be faster.
const FASTER: &str = "unset GIT_QUARANTINE_PATH\n\
    export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x\n\
    git update-ref refs/heads/main $(git commit-tree -m faster -p main main^{tree})";

#[test]
fn a_race_that_is_lost_at_the_last_moment_is_run_again() {
    let remote = Remote::new();
    let clone = remote.clone();
    remote.hook("pre-receive", &format!("test -e raced && exit 0\ntouch raced\n{FASTER}"));
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.err.contains("attempt 2"), "{}", ran.err);
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nfaster\nmanifests");
    assert_eq!(head(&clone), remote.head());
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
}

#[test]
fn who_loses_every_race_has_changed_nothing() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.write("modreg.toml", "[push]\nattempts = 2\n");
    clone.commit("settings");
    clone.git(&["push", "--quiet"]);
    let before = head(&clone);
    remote.hook("pre-receive", FASTER);
    let ran = clone.expect(5, &["sync", "--push"]);
    assert!(ran.err.contains("in each of 2 attempts"), "{}", ran.err);
    assert_eq!(head(&clone), before);
    assert_eq!(remote.log(), "faster\nfaster\nsettings\nmanifests");
}

#[test]
fn a_branch_whose_lock_is_held_at_the_remote_is_no_lost_race() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.write("modreg.toml", "[push]\nattempts = 2\n");
    clone.commit("settings");
    let before = head(&clone);
    remote.0.write("refs/heads/main.lock", "");
    let ran = clone.expect(5, &["sync", "--push"]);
    ran.says(&[
        "holds the lock of the branch at the remote: ",
        "refs/heads/main.lock",
        "remove that lock file",
    ]);
    assert_eq!(head(&clone), before);
    remote.0.remove("refs/heads/main.lock");
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.head(), head(&clone));
}

#[test]
fn a_module_in_the_place_of_the_remote_is_told_from_one() {
    let remote = Remote::new();
    let clone = remote.clone();
    let words = "`drive` was taken for a remote; if it is a module, write `modreg sync drive --push`";
    clone.expect(2, &["sync", "--push", "drive"]).says(&[words]);
    clone.git(&["remote", "add", "drive", "nowhere"]);
    let ran = clone.expect(2, &["sync", "--push", "drive"]);
    assert!(!ran.err.contains(words), "{}", ran.err);
    clone.expect(0, &["sync", "drive", "--push"]);
    assert_eq!(remote.modules(), "drive");
}

#[test]
fn what_trying_again_cannot_mend_is_told_apart() {
    type Prepare = fn(&Remote, &Folder);
    let cases: &[(&str, &str, Prepare)] = &[
        ("a hook of the remote rejected the push: not on sundays", "do as the hook says", |remote, _| {
            remote.hook("pre-receive", "echo not on sundays; exit 1");
        }),
        ("a hook of the remote rejected the push", "do as the hook says", |remote, _| {
            remote.hook("update", "exit 1");
        }),
        ("the `pre-push` hook rejected the push: tests fail", "do as the hook says", |_, clone| {
            hook(&clone.path().join(".git/hooks"), "pre-push", "echo tests fail >&2; exit 1");
        }),
        ("the branch is protected at the remote: GH006", "bypass the protection", |remote, _| {
            remote.hook("pre-receive", "echo error: GH006: Protected branch update failed; exit 1");
        }),
        ("the remote cannot be reached", "git remote -v", |_, clone| {
            clone.git(&["remote", "set-url", "origin", "nowhere"]);
        }),
        ("the remote refused the credentials", "let `git push` work first", |_, clone| {
            let url = answering(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
            );
            clone.git(&["remote", "set-url", "origin", &url]);
        }),
        ("nobody moves its branch: [rejected] (stale info)", "another to push to", |_, clone| {
            let other = Remote::new();
            let fork = other.clone();
            add(&fork, "mail");
            fork.git(&["push", "--quiet", "origin", "main"]);
            let path = clone.beside("fork.git").display().to_string();
            fork.git(&["clone", "--quiet", "--bare", &other.url(), &path]);
            clone.git(&["remote", "set-url", "--push", "origin", &path]);
        }),
        ("'refs/heads/main' exists; cannot create 'refs/heads/main/live'", "`git push` shows", |_, clone| {
            clone.git(&["switch", "--quiet", "--create", "main-live"]);
            clone.git(&["config", "branch.main-live.remote", "origin"]);
            clone.git(&["config", "branch.main-live.merge", "refs/heads/main/live"]);
        }),
        ("the branch is checked out in the remote repository", "bare repository", |remote, _| {
            remote.0.git(&["config", "core.bare", "false"]);
        }),
    ];
    for (words, remedy, prepare) in cases {
        let remote = Remote::new();
        let clone = remote.clone();
        prepare(&remote, &clone);
        let before = (head(&clone), remote.head());
        let ran = clone.expect(2, &["sync", "--push"]);
        assert!(ran.err.contains(words) && ran.err.contains(remedy), "{words}: {}", ran.err);
        assert_eq!((head(&clone), remote.head()), before, "{words}");
        assert_eq!(clone.git(&["status", "--porcelain"]), "", "{words}");
    }
}

/// A server that gives the same answer to everybody.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/r.git", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer_all(stream, answer));
        }
    });
    url
}

fn answer_all(mut stream: TcpStream, answer: &str) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|length| length > 0) {
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

#[test]
fn a_remote_that_does_not_answer_costs_the_timeout_and_leaves_no_process() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.write("modreg.toml", "[push]\ntimeout = 1\n");
    clone.commit("settings");
    clone.git(&["push", "--quiet"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/r.git", listener.local_addr().unwrap());
    let stalling = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Only the death of the program at the other end closes the connection.
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let mut request = Vec::new();
        stream.read_to_end(&mut request).map(|_| request)
    });
    clone.git(&["remote", "set-url", "--push", "origin", &url]);
    let before = head(&clone);
    let ran = clone.expect(2, &["sync", "--push"]);
    assert!(ran.err.contains("did not answer in time"), "{}", ran.err);
    assert!(!stalling.join().unwrap().expect("the helper is dead").is_empty());
    assert_eq!(head(&clone), before);
}

#[test]
fn a_push_whose_answer_is_lost_is_found_at_the_remote() {
    let remote = Remote::new();
    let clone = remote.clone();
    remote.hook("post-receive", "kill -9 $PPID");
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.out.contains("version 1, commit"), "{}", ran.out);
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nmanifests");
    assert_eq!(head(&clone), remote.head());
}

#[test]
fn a_push_of_a_killed_run_is_found_by_the_next() {
    let remote = Remote::new();
    let clone = remote.clone();
    let before = head(&clone);
    clone.expect(0, &["sync", "--push", "--trigger", "nightly"]);
    clone.git(&["reset", "--quiet", "--hard", &before]);
    clone.git(&["update-ref", "refs/remotes/origin/main", &before]);
    let ran = clone.expect(0, &["sync", "--push"]);
    assert!(ran.out.contains("version 1, nothing to commit"), "{}", ran.out);
    assert_eq!(head(&clone), remote.head());
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_snapshot_that_was_only_committed_is_pushed_by_the_next_run() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync"]);
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.head(), head(&clone));
    clone.write("notes.txt", "not a matter of the registry");
    clone.commit("notes");
    let ran = clone.expect(0, &["sync", "--push"]);
    ran.says(&["also pushed", "notes"]);
    assert_eq!(remote.head(), head(&clone));
    clone.expect(0, &["sync", "--push"]).says(&["nothing to push"]);
}

#[test]
fn commits_of_people_on_both_sides_are_left_to_people() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone(), remote.clone());
    for (folder, word) in [(&ours, "our"), (&theirs, "their")] {
        folder.edit("modules/drive/module.yaml", "second", word);
        folder.commit(word);
    }
    theirs.expect(0, &["sync", "--push"]);
    let before = (head(&ours), remote.head());
    let ran = ours.expect(4, &["sync", "--push"]);
    ran.says(&["have diverged", "(our)", "git pull --rebase"]);
    assert_eq!((head(&ours), remote.head()), before);
}

#[test]
fn a_snapshot_between_commits_of_people_is_left_out_as_the_help_says() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone(), remote.clone());
    add(&ours, "calendar");
    ours.expect(0, &["sync"]);
    add(&ours, "mail");
    add(&theirs, "chat");
    theirs.expect(0, &["sync", "--push"]);
    let ran = ours.expect(4, &["sync", "--push"]);
    ran.says(&["(calendar)", "(mail)"]);
    let command = ran.err.split('`').find(|part| part.starts_with("git reset --keep")).expect("a command");
    assert_eq!(ours.shell(command).code, 0, "{command}");
    ours.expect(0, &["sync", "--push"]);
    assert_eq!(remote.modules(), "calendar chat drive mail");
    assert_eq!((ours.root()["version"].clone(), head(&ours)), (2.into(), remote.head()));
    assert_eq!(ours.git(&["status", "--porcelain"]), "");
    assert_eq!(remote.0.git(&["rev-list", "--merges", "--count", "main"]), "0");
    ours.expect(0, &["verify", "--history"]);
}

#[test]
fn uncommitted_work_keeps_the_branch_where_it_is_and_is_kept() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone(), remote.clone());
    theirs.edit("modules/drive/module.yaml", "second", "third");
    theirs.commit("third");
    theirs.git(&["push", "--quiet"]);
    ours.write("modules/drive/module.yaml", "mine");
    let before = head(&ours);
    let ran = ours.expect(0, &["sync", "--push"]);
    assert!(ran.err.contains("`git pull` updates it"), "{}", ran.err);
    assert_eq!((head(&ours), ours.read("modules/drive/module.yaml")), (before, "mine".to_owned()));
    assert_eq!(remote.modules(), "drive");
    ours.git(&["restore", "modules"]);
    ours.expect(0, &["sync", "--push"]);
    assert_eq!(head(&ours), remote.head());
}

#[test]
fn a_detached_head_pushes_where_the_settings_name_the_branch() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.git(&["switch", "--quiet", "--detach"]);
    let ran = clone.expect(2, &["sync", "--push"]);
    assert!(ran.err.contains("HEAD is detached"), "{}", ran.err);
    clone.write("modreg.toml", "[push]\nbranch = \"main\"\n");
    clone.commit("settings");
    let before = head(&clone);
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.0.git(&["rev-parse", "main^"]), before);
    assert_eq!(head(&clone), before);
}

#[test]
fn a_refusal_pushes_nothing() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    clone.remove("modules/drive/module.yaml");
    clone.write("modules/.keep", "");
    clone.commit("gone");
    let before = remote.head();
    clone.expect(4, &["sync", "--push"]);
    clone.expect(4, &["sync", "--push", "--strict"]);
    assert_eq!(remote.head(), before);
}

#[test]
fn a_rollback_that_was_not_pushed_is_published_anew_on_what_others_pushed() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    clone.edit("modules/drive/module.yaml", "1.0.0", "1.1.0");
    clone.commit("a bad one");
    clone.expect(0, &["sync", "--push"]);
    let other = remote.clone();
    clone.expect(0, &["rollback", "1", "--reason", "bad words"]);
    add(&other, "chat");
    other.expect(0, &["sync", "--push"]);
    clone.expect(0, &["sync", "--push"]).says(&["published again", "rollback"]);
    assert_eq!(head(&clone), remote.head());
    assert_eq!(
        (&clone.root()["pinned"]["drive"]["version"], &clone.root()["version"]),
        (&1.into(), &4.into())
    );
    assert_eq!(remote.modules(), "chat drive");
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    clone.expect(0, &["verify", "--history"]);
}

#[test]
fn a_number_that_an_operator_gives_is_that_of_the_run_and_not_of_what_it_repeats() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone(), remote.clone());
    ours.expect(0, &["sync", "--push"]);
    ours.expect(0, &["rollback", "1", "drive", "--reason", "freeze"]);
    theirs.git(&["pull", "--quiet"]);
    add(&theirs, "chat");
    theirs.git(&["push", "--quiet"]);
    ours.expect(0, &["sync", "--push", "--next-version", "50"]);
    assert_eq!(
        (&ours.root()["version"], &ours.root()["pinned"]["drive"]["version"]),
        (&50.into(), &1.into())
    );
    let report = ours.json(0, &["history"]);
    let versions: Vec<_> = report["history"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(versions, [50, 2, 1]);
    assert_eq!(head(&ours), remote.head());
    ours.expect(2, &["sync", "--next-version", "50"]).says(&["version 50 is already in use"]);
}

#[test]
fn edited_entries_are_replaced_after_the_history_was_fetched() {
    let remote = Remote::new();
    let author = remote.clone();
    author.expect(0, &["sync", "--push"]);
    author.edit("registry/modules/dr/iv/drive.json", "What drive is for.", "Forged.");
    author.edit("modules/drive/module.yaml", "purpose", "purpos");
    author.commit("an entry by hand, and a manifest that holds it");
    author.git(&["push", "--quiet"]);
    let shallow = remote.clone_with(&["--depth=1"]);
    shallow.expect(3, &["sync"]);
    assert!(shallow.read("registry/modules/dr/iv/drive.json").contains("What drive is for."));
    assert_eq!(shallow.git(&["rev-parse", "--is-shallow-repository"]), "false");
}

#[test]
fn a_fetch_that_was_killed_leaves_a_lock_that_is_named() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    let other = remote.clone();
    add(&other, "chat");
    other.expect(0, &["sync", "--push"]);
    clone.write(".git/refs/modreg/fetched.lock", "");
    clone.expect(5, &["sync", "--push"]).says(&["refs/modreg/fetched.lock` is locked", "remove `"]);
    clone.remove(".git/refs/modreg/fetched.lock");
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(head(&clone), remote.head());
}

#[test]
fn a_push_that_is_killed_at_its_last_step_is_found_and_leaves_no_lock() {
    let remote = Remote::new();
    let clone = remote.clone();
    let script = "test \"$1\" = prepared || exit 0\ntest -e killed && exit 0\ntouch killed\nkill -9 $PPID";
    hook(&clone.path().join(".git/hooks"), "reference-transaction", script);
    clone.expect(0, &["sync", "--push"]);
    assert!(clone.exists("killed"));
    assert_eq!(remote.log(), "registry: v1 (1 added, 0 updated, 0 removed)\nmanifests");
    assert_eq!(clone.git(&["rev-parse", "origin/main", "main"]), [remote.head(), remote.head()].join("\n"));
    assert!(!clone.exists(".git/refs/remotes/origin/main.lock"));
}

#[test]
fn locks_that_nobody_here_left_stay() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.expect(0, &["sync", "--push"]);
    for (number, lock) in
        ["refs/remotes/origin/main.lock", "shallow.lock", "packed-refs.lock"].iter().enumerate()
    {
        add(&clone, &format!("mail{number}"));
        let lock = format!(".git/{lock}");
        clone.write(&lock, "");
        let ran = clone.modreg(&["sync", "--push"]);
        assert!(clone.exists(&lock), "{lock}");
        if ran.code != 0 {
            ran.ended(5, &["sync", "--push"]).says(&[&lock, "remove `"]);
        }
        clone.remove(&lock);
        clone.expect(0, &["sync", "--push"]);
        assert_eq!(remote.head(), head(&clone), "{lock}");
    }
}

#[test]
fn ssh_asks_nothing_unless_somebody_chose_the_program() {
    let chosen = "GIT_SSH_COMMAND=ssh GIT_SSH_VARIANT=ssh";
    for (option, command) in [("--no-tags", "sync --push"), ("--filter=blob:none", "sync")] {
        for (set, is_silent) in [("", true), (chosen, false)] {
            let remote = Remote::new();
            remote.0.git(&["config", "uploadpack.allowFilter", "true"]);
            let clone = remote.clone_with(&["--no-checkout", option]);
            hook(&clone.path().join("bin"), "ssh", "echo \"$@\" >>\"$HOME/asked\"; exit 255");
            clone.git(&["remote", "set-url", "origin", "ssh://nowhere.example.org/r"]);
            let ran = clone.shell(&format!("PATH=\"$PWD/bin:$PATH\"; {set} modreg {command}"));
            assert_eq!(ran.code, 2, "{}", ran.err);
            for line in clone.read("asked").lines() {
                assert!(line.contains("nowhere.example.org"), "{line}");
                assert_eq!(line.contains("BatchMode=yes"), is_silent, "{set} {command}: {line}");
            }
        }
    }
}
