//! Where git has a policy, it is git's: settings, dates, trust, permissions, the index, locks, mirrors, interruptions.

#![expect(clippy::print_stdout, reason = "a test that was skipped says so")]

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    harness::{Folder, Ran, manifest, prepare, run},
    push::{Remote, hook},
};

/// Takes the identity away that the harness gives.
const NOBODY: &str = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL \
                      GIT_AUTHOR_DATE GIT_COMMITTER_DATE; export GIT_CONFIG_GLOBAL=.git/global";

/// A registry with one module, and another one that is not published yet.
fn registry() -> Folder {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    add(&folder, "tasks");
    folder
}

fn add(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.commit(name);
}

fn is_clean(folder: &Folder) {
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
}

#[test]
fn the_commit_is_made_by_whom_git_would_name() {
    let office = "[user]\nname = Office\nemail = office@example.org\n";
    for (global, more) in [
        // By the address of a remote.
        (
            "[user]\nname = Home\nemail = home@example.org\n\
             [includeIf \"hasconfig:remote.*.url:https://git.example.com/**\"]\npath = office.inc\n",
            "git remote add origin https://git.example.com/team/registry.git",
        ),
        // By the folder.
        ("[includeIf \"gitdir:**/registry/.git\"]\npath = office.inc\n", "true"),
        // By the branch.
        ("[includeIf \"onbranch:main\"]\npath = office.inc\n", "true"),
        // By the settings of this working tree alone.
        (
            "",
            "git config extensions.worktreeConfig true; git config --worktree user.name Office; \
             git config --worktree user.email office@example.org",
        ),
        // By a role, which comes before the user.
        (
            "[user]\nname = Home\nemail = home@example.org\n[author]\nname = Office\nemail = office@example.org\n",
            "true",
        ),
    ] {
        let folder = registry();
        folder.write(".git/global", global);
        folder.write(".git/office.inc", office);
        let ran = folder.shell(&format!("{NOBODY}; {more}; modreg sync"));
        assert_eq!(ran.code, 0, "{global}: {}", ran.err);
        assert_eq!(
            folder.git(&["log", "-1", "--format=%an <%ae>"]),
            "Office <office@example.org>",
            "{global}"
        );
    }
}

#[test]
fn where_git_knows_nobody_the_commit_is_made_as_modreg_unless_guessing_is_forbidden() {
    let folder = registry();
    folder.write(".git/global", "[user]\nemail = ada@example.org\nuseConfigOnly = true\n");
    let ran = folder.shell(&format!("{NOBODY}; modreg sync"));
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    ran.says(&["git has no name or email address for the commit", "git config user.name"]);
    // Without that setting git guesses a name from the system, if it has one.
    folder.write(".git/global", "");
    let guessed = folder.shell(&format!("{NOBODY}; git var GIT_AUTHOR_IDENT"));
    let ran = folder.shell(&format!("{NOBODY}; modreg sync"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let author = folder.git(&["log", "-1", "--format=%an <%ae>"]);
    if guessed.code == 0 {
        assert!(guessed.out.starts_with(&author), "{} {author}", guessed.out);
    } else {
        assert!(author.contains("modreg"), "{author}");
        ran.says(&["no Git identity found"]);
    }
}

#[test]
fn dates_that_git_reads_are_read_and_others_refused() {
    let folder = registry();
    for (number, date) in [
        "2005-04-07T22:13:13",
        "2005-04-07 22:13:13 -0500",
        "1112911993",
        "@1112911993 +0130",
        "Thu Apr 7 22:13:13 2005 +0200",
        "Thu Apr  7 22:13:13 UTC 2005",
        "Thu, 07 Apr 2005 22:13:13 +0000",
        "07.04.2005 22:13:13",
        "2005.04.07 22:13:13 EST",
    ]
    .iter()
    .enumerate()
    {
        for role in ["AUTHOR", "COMMITTER"] {
            add(&folder, &format!("m{number}-{}", role.to_lowercase()));
            let format = if role == "AUTHOR" { "%at" } else { "%ct" };
            let set = format!("export TZ=Asia/Tokyo GIT_{role}_DATE='{date}'");
            let theirs = folder.shell(&format!(
                "{set}; git show -s --format={format} $(git commit-tree -m x HEAD^{{tree}})"
            ));
            assert_eq!(theirs.code, 0, "{date}: {}", theirs.err);
            let ran = folder.shell(&format!("{set}; modreg sync"));
            assert_eq!(ran.code, 0, "{date}: {}", ran.err);
            assert_eq!(
                folder.git(&["log", "-1", &format!("--format={format}")]),
                theirs.out.trim(),
                "{date}"
            );
        }
    }
    add(&folder, "last");
    let ran = folder.shell("GIT_AUTHOR_DATE=someday modreg sync");
    assert_eq!(ran.code, 2, "{}", ran.err);
    ran.says(&["invalid date format: someday"]);
}

/// Gives a folder with all that is in it to somebody else, where that can be tried at all.
fn give_away(folder: &Path) -> bool {
    let done = chown(folder, Some(12345), Some(12345)).is_ok();
    if done {
        run(Command::new("chown").args(["-R", "12345:12345", "."]), folder);
    } else {
        println!("skipped: only root may give files away");
    }
    done
}

#[test]
fn a_checkout_of_somebody_else_is_trusted_where_git_trusts_it() {
    let folder = registry();
    if !give_away(folder.path()) {
        return;
    }
    let trusting = |name: &str, how: &str| {
        fs::write(folder.beside("trust"), format!("[safe]\ndirectory = {how}\n")).unwrap();
        folder.shell(&format!("export {name}=../trust; git status --short && modreg status"))
    };
    let top = folder.path().display().to_string();
    let home = "export HOME=$(dirname $PWD) GIT_CONFIG_GLOBAL=../trust";
    fs::write(folder.beside("trust"), "[safe]\ndirectory = ~/registry\n").unwrap();
    for (name, ran) in [
        ("file of the environment", trusting("GIT_CONFIG_GLOBAL", "*")),
        ("system's file", trusting("GIT_CONFIG_NOSYSTEM=0 GIT_CONFIG_SYSTEM", "*")),
        ("path with a slash at its end", trusting("GIT_CONFIG_GLOBAL", &format!("{top}/"))),
        ("path", trusting("GIT_CONFIG_GLOBAL", &top)),
        (
            "count",
            folder.shell(
                "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' modreg status",
            ),
        ),
        ("parameters", folder.shell("GIT_CONFIG_PARAMETERS=\"'safe.directory'='*'\" modreg status")),
    ] {
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
    }
    fs::write(folder.beside("trust"), "[safe]\ndirectory = ~/registry\n").unwrap();
    assert_eq!(folder.shell(&format!("{home}; modreg sync")).code, 0, "the home folder");
    for how in ["/elsewhere", "", "*\n[safe]\ndirectory ="] {
        let ran = trusting("GIT_CONFIG_GLOBAL", how);
        assert_ne!(ran.code, 0, "{how}");
        folder.expect(2, &["status"]).says(&["`safe.directory` does not name it"]);
    }
}

/// All files and folders below a folder.
fn all_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_below(&path, found);
        }
        found.push(path);
    }
}

#[test]
fn what_is_made_in_a_shared_repository_is_shared() {
    for (setting, folders, files) in
        [("group", 0o2070, 0o040), ("all", 0o2075, 0o044), ("0660", 0o2070, 0o040), ("umask", 0, 0)]
    {
        for options in [&["--bare"][..], &[]] {
            let origin = Folder::with_modules(&["chat", "drive"]);
            let shared = origin.beside("shared");
            let path = shared.to_str().unwrap();
            origin.git(
                &[
                    &["init", "--quiet", "--initial-branch=main", &format!("--shared={setting}")],
                    options,
                    &[path],
                ]
                .concat(),
            );
            if options.is_empty() {
                origin.git(&["-C", path, "config", "receive.denyCurrentBranch", "updateInstead"]);
            }
            origin.git(&["push", "--quiet", path, "main"]);
            let git_dir = if options.is_empty() { shared.join(".git") } else { shared.clone() };
            let mut before = Vec::new();
            all_below(&git_dir, &mut before);
            let ran = run(
                Command::new("sh")
                    .args(["-c", &format!("umask 077; '{}' -C '{path}' sync", env!("CARGO_BIN_EXE_modreg"))]),
                origin.path(),
            );
            assert_eq!(ran.code, 0, "{setting}: {}", ran.err);
            let mut after = Vec::new();
            all_below(&git_dir, &mut after);
            let made: Vec<_> = after.into_iter().filter(|path| !before.contains(path)).collect();
            assert!(made.iter().any(|path| path.ends_with("modreg/journal.json")), "{made:?}");
            for path in made {
                let found = fs::metadata(&path).unwrap();
                let wanted = if found.is_dir() { folders } else { files };
                let mode = found.permissions().mode();
                assert_eq!(mode & wanted, wanted, "{setting}: {} has {mode:o}", path.display());
            }
        }
    }
}

#[test]
fn every_member_of_the_group_may_sync() {
    let folder = Folder::with_modules(&["chat"]);
    folder.git(&["config", "core.sharedRepository", "group"]);
    folder.git(&["init", "--quiet"]);
    let above = folder.path().parent().unwrap();
    fs::set_permissions(above, fs::Permissions::from_mode(0o755)).unwrap();
    if chown(above, None, Some(5000)).is_err() {
        return println!("skipped: only root may work as others");
    }
    let program = folder.beside("modreg");
    fs::copy(env!("CARGO_BIN_EXE_modreg"), &program).unwrap();
    folder.shell("chgrp -R 5000 . && chmod -R g+rwX . && find . -type d -exec chmod g+s {} +");
    let by = |user: u32, line: &str| -> Ran {
        let line = format!("umask 022; {line}");
        let mut command = Command::new("setpriv");
        command
            .args(["--groups", "5000", "--reuid"])
            .arg(user.to_string())
            .arg("--regid")
            .arg(user.to_string());
        let trust = ["GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"];
        run(command.arg("env").args(trust).args(["sh", "-c", &line]), folder.path())
    };
    let sync = format!("'{}' sync", program.display());
    for (round, user) in [4001, 4002, 4001].into_iter().enumerate() {
        let module = manifest(&format!("member{round}"));
        let ran = by(
            user,
            &format!(
                "cat >modules/member{round}.yaml <<'END'\n{module}END\ngit add . && git commit -qm {round} && {sync}"
            ),
        );
        assert_eq!(ran.code, 0, "{user}: {}{}", ran.out, ran.err);
    }
}

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
fn an_index_of_any_form_will_do() {
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
fn a_server_without_atomic_pushes_will_do() {
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

/// Runs modreg as the head of a group, and sends that group a signal once `file` is there.
fn interrupted(folder: &Folder, signal: &str, file: &Path, args: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
    let mut running = prepare(command.args(args), folder.path()).process_group(0).spawn().unwrap();
    while !file.exists() {
        assert_eq!(running.try_wait().unwrap(), None, "it ended before the hook ran");
        std::thread::yield_now();
    }
    let group = format!("-{}", running.id());
    assert!(Command::new("kill").args(["-s", signal, "--", &group]).status().unwrap().success());
    running.wait().unwrap().signal().unwrap_or_default()
}

#[test]
fn who_is_interrupted_publishes_nothing() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3)] {
        for at_remote in [true, false] {
            let remote = Remote::new();
            let clone = remote.clone_with(&[]);
            let before = (remote.head(), clone.git(&["rev-parse", "HEAD"]));
            let waits = clone.beside("waits");
            let wait = format!("touch '{}'; exec sleep 60", waits.display());
            if at_remote {
                remote.hook("pre-receive", &wait);
            } else {
                hook(&clone.path().join(".git/hooks"), "pre-push", &wait);
            }
            assert_eq!(interrupted(&clone, signal, &waits, &["sync", "--push"]), number, "{signal}");
            assert_eq!((remote.head(), clone.git(&["rev-parse", "HEAD"])), before, "{signal} {at_remote}");
            assert_eq!(clone.git(&["status", "--porcelain"]), "");
            remote.hook("pre-receive", "exit 0");
            hook(&clone.path().join(".git/hooks"), "pre-push", "exit 0");
            clone.expect(0, &["sync", "--push"]);
        }
    }
}

#[test]
fn a_lock_that_somebody_holds_stays_and_stops_the_sync_before_it_publishes() {
    let folder = registry();
    let head = folder.git(&["rev-parse", "HEAD"]);
    // Notes of earlier versions of this program that name a lock are not to be believed.
    folder.write(".git/modreg.at-work", format!("{}\n", folder.path().join(".git/index").display()));
    folder.write(".git/modreg.ref", format!("{head} refs/heads/main\n"));
    for lock in ["index.lock", "refs/heads/main.lock", "HEAD.lock"] {
        let lock = format!(".git/{lock}");
        folder.write(&lock, "");
        folder.expect(0, &["sync", "--dry-run"]);
        let ran = folder.expect(5, &["sync"]);
        ran.says(&["is locked; the lock is", "remove `", &lock]);
        assert!(folder.exists(&lock), "{lock}");
        assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "{lock}");
        folder.remove(&lock);
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{lock}");
    }
    folder.expect(0, &["sync"]);
    is_clean(&folder);
}

#[test]
fn a_lock_that_a_git_of_this_run_left_when_it_was_killed_is_removed() {
    let folder = registry();
    // Its own hook kills the git that has the branch locked.
    let folder_of_hooks = folder.path().join(".git/hooks");
    hook(&folder_of_hooks, "reference-transaction", "[ \"$1\" != prepared ] || kill -9 $PPID");
    let ran = folder.expect(2, &["sync"]);
    assert!(!folder.exists(".git/refs/heads/main.lock"), "{}", ran.err);
    hook(&folder_of_hooks, "reference-transaction", "exit 0");
    folder.expect(0, &["sync"]);
    is_clean(&folder);
}

#[test]
fn of_the_hooks_only_those_of_references_and_pushes_run() {
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
fn variables_of_the_environment_that_git_itself_would_pass_over_change_nothing() {
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
fn settings_by_the_folder_count_also_through_a_link() {
    let folder = registry();
    let home = folder.path().parent().unwrap();
    std::os::unix::fs::symlink(home, home.join("linked")).unwrap();
    folder.write(".git/office.inc", "[user]\nname = Office\nemail = office@example.org\n");
    let include = format!("[includeIf \"gitdir:{}/linked/\"]\npath = office.inc\n", home.display());
    folder.write(".git/global", include);
    let ran = folder.shell(&format!("{NOBODY}; cd '{}/linked/registry' && modreg sync", home.display()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.git(&["log", "-1", "--format=%an"]), "Office");
}

#[test]
fn edits_that_git_was_told_not_to_look_at_are_not_lost() {
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        let folder = registry();
        folder.git(&["update-index", flag, "registry/snapshot.json"]);
        folder.write("registry/snapshot.json", "mine\n");
        folder.refuses(4, &["sync"], &["`registry/snapshot.json`"]);
        assert_eq!(folder.read("registry/snapshot.json"), "mine\n", "{flag}");
    }
}

#[test]
fn what_is_in_the_way_of_an_entry_stops_the_sync_before_it_publishes() {
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
fn odd_names_of_branches_and_remotes_are_told_apart() {
    // A branch that is called HEAD is no HEAD.
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
fn files_are_checked_out_as_the_user_set_it() {
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
