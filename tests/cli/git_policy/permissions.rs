//! Trust in the repositories of other users, and shared repositories.

#![expect(clippy::print_stdout, reason = "a test that was skipped reports it")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
};

use super::registry::registry;
use crate::harness::{Folder, Ran, manifest, run};

/// Changes the owner of a folder and everything in it, and returns whether that was possible.
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
fn a_checkout_of_another_user_is_trusted_if_git_trusts_it() {
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
fn new_files_in_a_shared_repository_are_shared() {
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
