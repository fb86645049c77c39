//! The settings, hooks, variables and names that git itself would use.

use std::{fs, path::Path};

use super::registry::{NO_IDENTITY, add, is_clean, registry};
use crate::{
    harness::{Folder, manifest},
    push::{Remote, hook},
};

#[test]
fn a_mirror_publishes_its_one_branch() {
    for kind in ["fetch", "push", "refspec"] {
        let remote = Remote::new();
        let mirror = Folder::empty();
        if kind == "fetch" {
            mirror.git(&["clone", "--quiet", "--mirror", &remote.url(), "."]);
        } else if kind == "refspec" {
            mirror.git(&["clone", "--quiet", "--bare", &remote.url(), "."]);
            mirror.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*"]);
        } else {
            mirror.git(&["clone", "--quiet", "--bare", &remote.url(), "."]);
            mirror.git(&["remote", "remove", "origin"]);
            mirror.git(&["remote", "add", "--mirror=push", "origin", &remote.url()]);
        }
        mirror.git(&["branch", "private", "main"]);
        mirror.expect(0, &["sync", "--push"]);
        assert_eq!(remote.head(), mirror.git(&["rev-parse", "main"]), "{kind}");
        assert_eq!(remote.0.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main", "{kind}");
        // What others push meanwhile does not take the mirror's own branch with it.
        let theirs = remote.clone_with(&[]);
        add(&theirs, "mail");
        theirs.git(&["push", "--quiet"]);
        let before = mirror.git(&["rev-parse", "main"]);
        let work = mirror.git(&["commit-tree", "-m", "local work", "-p", "main", "main^{tree}"]);
        mirror.git(&["update-ref", "refs/heads/main", &work]);
        mirror.expect(4, &["sync", "--push"]).says(&["local work"]);
        assert_eq!(mirror.git(&["rev-parse", "main"]), work, "{kind}");
        mirror.git(&["update-ref", "refs/heads/main", &before]);
        mirror.expect(0, &["sync", "--push"]);
        assert_eq!(remote.modules(), "drive mail", "{kind}");
        assert_eq!(remote.head(), mirror.git(&["rev-parse", "main"]), "{kind}");
    }
}

#[test]
fn every_form_of_the_index_works() {
    for commands in [
        &["config core.splitIndex true", "update-index --split-index"][..],
        &["update-index --split-index"],
        &["sparse-checkout set --cone --sparse-index modules"],
        &["sparse-checkout set --cone --sparse-index modules registry"],
        &["sparse-checkout set --no-cone /modules/ /registry/"],
        &["update-index --index-version 4"],
        &["config feature.manyFiles true", "update-index --untracked-cache"],
    ] {
        let folder = registry();
        for command in commands {
            folder.git(&command.split(' ').collect::<Vec<_>>());
        }
        folder.expect(0, &["sync"]).prints(&["version 2"]);
        is_clean(&folder);
    }
}

#[test]
fn a_server_without_atomic_pushes_works() {
    for settings in [
        &[("receive.advertiseAtomic", "false")][..],
        &[
            ("receive.advertiseAtomic", "false"),
            ("receive.denyNonFastForwards", "true"),
            ("receive.denyDeletes", "true"),
        ],
        &[("receive.advertisePushOptions", "true"), ("receive.fsckObjects", "true")],
    ] {
        let remote = Remote::new();
        for (name, value) in settings {
            remote.0.git(&["config", name, value]);
        }
        let (ours, theirs) = (remote.clone_with(&[]), remote.clone_with(&[]));
        ours.expect(0, &["sync", "--push"]);
        theirs.git(&["pull", "--quiet"]);
        add(&theirs, "mail");
        theirs.expect(0, &["sync", "--push"]);
        assert_eq!(remote.modules(), "drive mail", "{settings:?}");
    }
}

#[test]
fn only_the_hooks_of_references_and_pushes_run() {
    let remote = Remote::new();
    let clone = remote.clone_with(&[]);
    let log = clone.beside("log");
    for name in [
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-merge",
        "post-index-change",
        "post-rewrite",
        "pre-push",
        "reference-transaction",
    ] {
        hook(&clone.path().join(".git/hooks"), name, &format!("echo {name} >>'{}'", log.display()));
    }
    let theirs = remote.clone_with(&[]);
    add(&theirs, "mail");
    theirs.expect(0, &["sync", "--push"]);
    clone.expect(0, &["sync", "--push"]);
    add_without_hooks(&clone, "chat");
    clone.expect(0, &["sync", "--push"]);
    let ran = fs::read_to_string(log).unwrap();
    let names: std::collections::BTreeSet<_> = ran.lines().collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["pre-push", "reference-transaction"]);
}

fn add_without_hooks(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.git(&["-c", "core.hooksPath=/dev/null", "add", "--all"]);
    folder.git(&["-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", name]);
}

#[test]
fn environment_variables_that_git_ignores_change_nothing() {
    let folder = registry();
    folder.git(&["config", "commit.gpgSign", "true"]);
    folder.git(&["config", "gpg.program", "false"]);
    for set in
        ["GIT_CONFIG=/nonexistent", "GIT_CONFIG=/dev/null", "GIT_GLOB_PATHSPECS=1", "GIT_ICASE_PATHSPECS=1"]
    {
        let ran = folder.shell(&format!("{set} modreg status"));
        assert_eq!(ran.code, 0, "{set}: {}", ran.err);
        let ran = folder.shell(&format!("{set} modreg sync"));
        assert_eq!(ran.code, 2, "{set}: it is not signed");
        ran.says(&["could not sign the commit"]);
    }
}

#[test]
fn conditional_settings_of_a_folder_apply_through_a_link() {
    let folder = registry();
    let home = folder.path().parent().unwrap();
    std::os::unix::fs::symlink(home, home.join("linked")).unwrap();
    folder.write(".git/office.inc", "[user]\nname = Office\nemail = office@example.org\n");
    let include = format!("[includeIf \"gitdir:{}/linked/\"]\npath = office.inc\n", home.display());
    folder.write(".git/global", include);
    let ran = folder.shell(&format!("{NO_IDENTITY}; cd '{}/linked/registry' && modreg sync", home.display()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.git(&["log", "-1", "--format=%an"]), "Office");
}

#[test]
fn edits_of_files_that_git_is_set_to_skip_are_not_lost() {
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        let folder = registry();
        folder.git(&["update-index", flag, "registry/snapshot.json"]);
        folder.write("registry/snapshot.json", "mine\n");
        folder.refuses(4, &["sync"], &["`registry/snapshot.json`"]);
        assert_eq!(folder.read("registry/snapshot.json"), "mine\n", "{flag}");
    }
}

#[test]
fn a_path_in_the_place_of_an_entry_stops_the_sync_before_it_publishes() {
    let remote = Remote::new();
    let clone = remote.clone_with(&[]);
    clone.expect(0, &["sync", "--push"]);
    for args in [&["sync"][..], &["sync", "--push"]] {
        add(&clone, "tasks");
        clone.write("registry/modules/ta", "mine");
        let before = (clone.state(), remote.head());
        clone.expect(2, args).says(&["`registry/modules/ta` is in the way"]);
        assert_eq!((clone.state(), remote.head()), before);
        clone.remove("registry/modules/ta");
        clone.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[test]
fn unusual_names_of_branches_and_remotes_are_distinguished() {
    // A branch with the name HEAD is not HEAD.
    let folder = registry();
    folder.git(&["update-ref", "refs/heads/HEAD", "HEAD~1"]);
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    is_clean(&folder);
    // The only remote is meant, whatever it is called.
    let remote = Remote::new();
    let clone = remote.clone_with(&["--origin=up"]);
    clone.git(&["config", "--unset", "branch.main.remote"]);
    clone.expect(0, &["sync", "--push"]);
    assert_eq!(remote.head(), clone.git(&["rev-parse", "HEAD"]));
    // Of several addresses each has to take it.
    let second = clone.beside("second.git").display().to_string();
    clone.git(&["clone", "--quiet", "--bare", &remote.url(), &second]);
    hook(&Path::new(&second).join("hooks"), "update", "exit 1");
    add(&clone, "mail");
    for url in [&remote.url(), &second] {
        clone.git(&["remote", "set-url", "--add", "--push", "up", url]);
    }
    clone.expect(2, &["sync", "--push"]).says(&["a hook of the remote rejected the push"]);
}

#[test]
fn files_are_checked_out_by_the_settings_of_the_user() {
    let folder = registry();
    folder.write(".gitattributes", "registry/modules/** filter=quote\nregistry/*.json eol=crlf\n");
    folder.git(&["config", "filter.quote.clean", "sed 's/^> //'"]);
    folder.git(&["config", "filter.quote.smudge", "sed 's/^/> /'"]);
    folder.commit("attributes");
    folder.expect(0, &["sync"]);
    assert!(folder.read("registry/modules/ta/sk/tasks.json").starts_with("> {\n>   \"name\": \"tasks\""));
    assert!(folder.read("registry/snapshot.json").starts_with("{\r\n"));
    is_clean(&folder);
    folder.expect(0, &["compile", "--check"]);
    add(&folder, "mail");
    folder.expect(0, &["sync"]);
    is_clean(&folder);
}
