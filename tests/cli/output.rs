//! The streams: results on standard output, messages on standard error, and colours only where they are wanted.

use std::{
    fs::File,
    io::Read as _,
    process::{Command, Stdio},
};

use crate::harness::Folder;

fn program(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
    command.args(args).current_dir(folder.path()).stdin(Stdio::null());
    command.env_remove("GITHUB_OUTPUT").env_remove("GITHUB_STEP_SUMMARY");
    command
}

fn invalid() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.commit("a mistake");
    folder
}

#[test]
fn colours_are_used_on_terminals_or_on_request() {
    let folder = invalid();
    let escape = "\u{1b}[";
    assert!(!folder.expect(1, &["validate"]).out.contains(escape), "standard output is not a terminal");
    assert!(folder.expect(1, &["validate", "--color", "always"]).out.contains(escape));
    assert!(!folder.expect(1, &["validate", "--color", "never"]).out.contains(escape));
    for (variable, colours) in [("NO_COLOR", false), ("CLICOLOR_FORCE", true)] {
        let output = program(&folder, &["validate"]).env(variable, "1").output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).contains(escape), colours, "{variable}");
    }
}

#[test]
fn quiet_prints_only_results_and_findings() {
    let folder = invalid();
    let ran = folder.expect(1, &["validate", "-q"]);
    ran.prints(&["schema/unknown-field"]);
    assert_eq!(ran.err, "");
    folder.edit("modules/chat/module.yaml", "purpos:", "purpose:");
    assert_eq!(folder.expect(0, &["validate", "-q"]).out, "");
    folder.expect(0, &["validate"]).says(&["no problems in 2 manifests"]);
    folder.expect(3, &["sync", "-v"]).says(&["read 2 manifests"]);
}

/// The names `m01`, `m02`…
fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("m{number:02}")).collect()
}

fn listed(sign: char, names: &[String]) -> String {
    names.iter().fold(String::new(), |lines, name| lines + &format!("{sign} {name} 1.0.0\n"))
}

#[test]
fn quiet_shortens_lists_of_changes_and_a_pipe_gets_all() {
    let names = numbered(25);
    let folder = Folder::with_modules(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let lines = |count: usize| listed('+', &names[..count]);
    let counts = "25 added, 0 updated, 0 removed";
    assert_eq!(folder.expect(0, &["diff"]).out, format!("{}\n{counts}\n", lines(25)));
    let rest = "… and 5 more lines; `--format json` lists all changes";
    assert_eq!(folder.expect(0, &["diff", "-q"]).out, format!("{}{rest}\n\n{counts}\n", lines(20)));
    let rest = "… and 5 more changes; `--format json` lists all";
    assert_eq!(
        folder.expect(0, &["sync", "--dry-run", "-q"]).out,
        format!("{}{rest}\nwould become version 1: 25 added\n", lines(20))
    );
    let ran = folder.expect(0, &["sync", "-q"]);
    let rest =
        "… and 5 more changes; the commit contains all, and `modreg diff 0 1 --format json` lists them";
    let commit = &folder.git(&["rev-parse", "HEAD"])[..10];
    assert_eq!(ran.out, format!("{}{rest}\nversion 1, commit {commit}: 25 added\n", lines(20)));
    assert_eq!(folder.json(0, &["diff", "0", "1"])["changes"].as_array().unwrap().len(), 25);

    folder.remove_folder("registry/modules");
    let drift = folder.expect(1, &["compile", "--check", "-q"]).out;
    assert_eq!(drift.lines().count(), 21, "{drift}");
    assert!(drift.ends_with("\n… and 5 more files; `--format json` lists all\n"), "{drift}");
}

#[test]
fn refused_removals_are_listed_up_to_fifty() {
    let names = numbered(60);
    let folder = Folder::with_modules(&names.iter().map(String::as_str).collect::<Vec<_>>());
    folder.expect(0, &["sync"]);
    for name in &names[..55] {
        folder.remove(&format!("modules/{name}/module.yaml"));
    }
    folder.commit("removals");
    let out = folder.expect(4, &["sync", "-q"]).out;
    let listed = listed('-', &names[..50]);
    let rest = "… and 5 more removals; `--format json` lists all";
    assert_eq!(out, format!("{listed}{rest}\nversion 1 is unchanged, nothing was written\n"));
    let err = folder.expect(4, &["compile", "-q"]).err;
    assert!(err.contains("  - m50\n… and 5 more removals;") && !err.contains("m51"), "{err}");
}

#[test]
fn results_go_only_to_standard_output() {
    let folder = Folder::with_modules(&["chat"]);
    let ran = folder.expect(0, &["sync"]);
    assert_eq!(ran.err, "");
    ran.prints(&["+ chat 1.0.0", "version 1, commit "]);
    let ran = folder.expect(2, &["show", "mail"]);
    assert_eq!(ran.out, "");
}

#[test]
fn a_closed_pipe_does_not_change_the_exit_code() {
    let folder = Folder::empty();
    for number in 0..2000 {
        folder.write(&format!("modules/m{number}.yaml"), "name: wrong\n");
    }
    for (args, code) in [(&["validate"][..], 1), (&["schema"], 0), (&["man"], 0), (&["--help"], 0)] {
        let mut child = program(&folder, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut messages = String::new();
        child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}: {messages}");
        assert!(!messages.contains("error:") && !messages.contains("panicked"), "{args:?}: {messages}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_an_error() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for args in [
        &["status"][..],
        &["status", "--format", "json"],
        &["verify"],
        &["show"],
        &["history"],
        &["diff"],
        &["sync"],
        &["compile", "--check"],
        &["validate", "--format", "json"],
        &["explain"],
        &["schema"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = program(&folder, args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {messages}");
        assert!(!messages.contains("no problems") && !messages.contains("panicked"), "{args:?}: {messages}");
    }
}

#[test]
fn control_characters_of_a_manifest_are_never_printed() {
    let folder = Folder::empty();
    folder.write(
        "modules/chat.yaml",
        "name: chat\nversion: \"1.0.0\\e[31m\"\naiContext:\n  \"\\e]0;owned\\a\": 1\n  category: \"a\\u202eb\\n::error::x\"\n",
    );
    for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
        let out = folder.expect(1, &["validate", "--format", format]).out;
        assert!(!out.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{format}: {out:?}");
        let commands = out.lines().filter(|line| line.trim_start().starts_with("::"));
        let meant = if format == "github" {
            out.lines().filter(|line| line.starts_with("::error file=modules/chat.yaml")).count()
        } else {
            0
        };
        assert_eq!(commands.count(), meant, "{format}: {out:?}");
    }
}
