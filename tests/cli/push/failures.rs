//! Failures of a push that another attempt cannot fix.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use super::remote::{Remote, add, head, hook};
use crate::harness::Folder;

#[test]
fn a_module_name_in_the_place_of_the_remote_is_reported() {
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
fn failures_that_another_attempt_cannot_fix_are_reported_separately() {
    type Prepare = fn(&Remote, &Folder);
    let cases: &[(&str, &str, Prepare)] = &[
        (
            "a hook of the remote rejected the push: not on sundays",
            "follow the message of the hook",
            |remote, _| {
                remote.hook("pre-receive", "echo not on sundays; exit 1");
            },
        ),
        ("a hook of the remote rejected the push", "follow the message of the hook", |remote, _| {
            remote.hook("update", "exit 1");
        }),
        (
            "the `pre-push` hook rejected the push: tests fail",
            "follow the message of the hook",
            |_, clone| {
                hook(&clone.path().join(".git/hooks"), "pre-push", "echo tests fail >&2; exit 1");
            },
        ),
        ("the branch is protected at the remote: GH006", "bypass the protection", |remote, _| {
            remote.hook("pre-receive", "echo error: GH006: Protected branch update failed; exit 1");
        }),
        ("the remote cannot be reached", "git remote -v", |_, clone| {
            clone.git(&["remote", "set-url", "origin", "nowhere"]);
        }),
        ("the remote refused the credentials", "make `git push` work first", |_, clone| {
            let url = answering(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
            );
            clone.git(&["remote", "set-url", "origin", &url]);
        }),
        (
            "although its branch has not moved: [rejected] (stale info)",
            "different addresses for fetch and push",
            |_, clone| {
                let other = Remote::new();
                let fork = other.clone();
                add(&fork, "mail");
                fork.git(&["push", "--quiet", "origin", "main"]);
                let path = clone.beside("fork.git").display().to_string();
                fork.git(&["clone", "--quiet", "--bare", &other.url(), &path]);
                clone.git(&["remote", "set-url", "--push", "origin", &path]);
            },
        ),
        (
            "'refs/heads/main' exists; cannot create 'refs/heads/main/live'",
            "`git push` fails with the same error",
            |_, clone| {
                clone.git(&["switch", "--quiet", "--create", "main-live"]);
                clone.git(&["config", "branch.main-live.remote", "origin"]);
                clone.git(&["config", "branch.main-live.merge", "refs/heads/main/live"]);
            },
        ),
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

/// A server that sends the same response to every request.
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
fn a_remote_that_does_not_answer_ends_the_run_at_the_timeout_and_leaves_no_process() {
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
fn ssh_does_not_prompt_unless_a_program_is_configured() {
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
