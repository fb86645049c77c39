//! Pushes that publish, and those that a guard or the history refuses.

use super::remote::{Remote, add, head};

#[test]
fn a_push_moves_both_branches_and_a_second_push_moves_none() {
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
fn a_missing_remote_branch_is_created() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.git(&["switch", "--quiet", "--create", "live"]);
    clone.expect(0, &["sync", "--push", &remote.url()]);
    assert_eq!(remote.0.git(&["rev-parse", "live"]), head(&clone));
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

#[test]
fn diverged_commits_of_people_are_refused() {
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
fn a_snapshot_between_commits_of_people_is_dropped_by_the_suggested_commands() {
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
fn uncommitted_work_is_kept_and_the_branch_does_not_move() {
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
fn an_unpushed_rollback_is_published_again_on_top_of_the_remote() {
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
fn a_requested_version_number_applies_to_the_run_and_not_to_repeated_steps() {
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
