//! Pushes that meet pushes of others.

use super::remote::{FASTER, Remote, add, head};

#[test]
fn a_push_that_loses_a_race_is_repeated() {
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
fn a_run_that_loses_every_race_changes_nothing() {
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
fn a_locked_remote_branch_does_not_count_as_a_lost_race() {
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
        "remove the lock file",
    ]);
    assert_eq!(head(&clone), before);
    remote.0.remove("refs/heads/main.lock");
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.head(), head(&clone));
}

#[test]
fn manifests_that_others_pushed_in_the_meantime_are_compiled_too() {
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
