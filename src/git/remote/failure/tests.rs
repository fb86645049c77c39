//! The answers of git and of the large hosts, word by word.

use super::*;

const fn ran<'a>(code: Option<i32>, out: &'a str, err: &'a str) -> Exchange<'a> {
    Exchange { code, out, err }
}

fn rejected(reason: &str, err: &str) -> Result<PushResult, RemoteFailure> {
    let out = format!("To /r.git\n!\t0123:refs/heads/main\t{reason}\nDone\n");
    classify(ran(Some(1), &out, err))
}

#[test]
fn what_a_newer_base_mends_is_told_from_what_it_does_not() {
    let race = "cannot lock ref 'refs/heads/main': is at 1 but expected 2";
    let lock =
        "cannot lock ref 'refs/heads/main': Unable to create '/r.git/./refs/heads/main.lock': File exists.";
    let below = "remote: Another git process seems to be running in this repository, e.g.";
    let nested = "cannot lock ref 'refs/heads/main/x': 'refs/heads/main' exists";
    for (reason, error, failure, message) in [
        ("[rejected] (stale info)", "atomic push failed", RemoteFailure::Unmoved, "[rejected] (stale info)"),
        ("[rejected] (fetch first)", "", RemoteFailure::Unmoved, "[rejected] (fetch first)"),
        ("[rejected] (non-fast-forward)", "", RemoteFailure::Unmoved, "[rejected] (non-fast-forward)"),
        ("[remote rejected] (failed to update ref)", race, RemoteFailure::Unmoved, race),
        ("[remote rejected] (atomic transaction failed)", race, RemoteFailure::Unmoved, race),
        (
            "[remote rejected] (cannot lock ref 'x': is at 1 but expected 2)",
            race,
            RemoteFailure::Unmoved,
            race,
        ),
        ("[remote rejected] (incorrect old value provided)", race, RemoteFailure::Unmoved, race),
        ("[remote rejected] (failed to update ref)", lock, RemoteFailure::Locked, lock),
        ("[remote rejected] (atomic transaction failed)", lock, RemoteFailure::Locked, lock),
        ("[remote rejected] (atomic transaction failed)", nested, RemoteFailure::Unmoved, nested),
    ] {
        let err = if error == lock { format!("remote: error: {error}\n{below}") } else { error.to_owned() };
        let expected = Ok(PushResult::Moved { failure, message: message.to_owned() });
        assert_eq!(rejected(reason, &err), expected, "{reason} {error}");
    }
    for (reason, err, expected) in [
        ("[remote rejected] (pre-receive hook declined)", "remote: no", Err(RemoteFailure::RemoteHook)),
        ("[remote rejected] (hook declined)", "remote: no", Err(RemoteFailure::RemoteHook)),
        (
            "[remote rejected] (protected branch hook declined)",
            "remote: error: GH006: Protected branch update failed for refs/heads/main.",
            Err(RemoteFailure::Protected),
        ),
        (
            "[remote rejected] (push declined due to repository rule violations)",
            "remote: error: GH013: Repository rule violations found for refs/heads/main.",
            Err(RemoteFailure::Protected),
        ),
        (
            "[remote rejected] (pre-receive hook declined)",
            "remote: GitLab: You are not allowed to push code to protected branches on this project.",
            Err(RemoteFailure::Protected),
        ),
        (
            "[remote rejected] (branch is currently checked out)",
            "remote: error: refusing to update checked out branch",
            Err(RemoteFailure::CheckedOut),
        ),
        ("[remote rejected] (shallow update not allowed)", "", Err(RemoteFailure::Rejected)),
    ] {
        assert_eq!(rejected(reason, err), expected, "{reason} {err}");
    }
}

#[test]
fn an_exchange_without_an_answer_is_unknown_unless_the_words_are_certain() {
    let unknown = |failure, message: &str| Ok(PushResult::Unknown { failure, message: message.to_owned() });
    let hung_up = "fatal: the remote end hung up unexpectedly\n";
    let accepted = "To /r.git\n \t0123:refs/heads/main\t0..1\nDone\n";
    let unreported = "!\t0123:refs/heads/main\t[remote failure] (remote failed to report status)\n";
    let unreachable = RemoteFailure::Unreachable;
    for (code, out, err, expected) in [
        (Some(0), accepted, "", Ok(PushResult::Accepted)),
        (Some(0), "=\t0123:refs/heads/main\t[up to date]\n", "", Ok(PushResult::Accepted)),
        (Some(1), accepted, "", unknown(unreachable, "")),
        (
            Some(1),
            "To /a.git\n \t0123:refs/heads/main\t0..1\nTo /b.git\n!\t0123:refs/heads/main\t[remote rejected] (hook declined)\n",
            "",
            Err(RemoteFailure::RemoteHook),
        ),
        (Some(1), unreported, "", unknown(unreachable, "")),
        (Some(128), "", hung_up, unknown(unreachable, "the remote end hung up unexpectedly")),
        (None, "", "", unknown(RemoteFailure::TimedOut, "")),
        (Some(1), "", "not today\nerror: failed to push some refs to 'x'\n", Err(RemoteFailure::LocalHook)),
        (Some(128), "", "fatal: Authentication failed for 'x'\n", Err(RemoteFailure::Authentication)),
        (Some(128), "", "git@x: Permission denied (publickey).\n", Err(RemoteFailure::Authentication)),
        (
            Some(128),
            "",
            "fatal: unable to access 'x': The requested URL returned error: 403\n",
            Err(RemoteFailure::Authentication),
        ),
    ] {
        assert_eq!(classify(ran(code, out, err)), expected, "{code:?} {out} {err}");
    }
}
