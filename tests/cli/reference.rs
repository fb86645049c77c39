//! The commands that print references: `explain`, `schema`, `completions` and `man`; and usage errors.

use crate::harness::Folder;

#[test]
fn every_rule_that_is_listed_is_explained() {
    let folder = Folder::empty();
    let list = folder.expect(0, &["explain"]).out;
    assert!(list.lines().count() > 30);
    for line in list.lines() {
        let code = line.split_whitespace().next().unwrap();
        let severity = if code == "patterns" { "" } else { "Severity: " };
        folder.expect(0, &["explain", code]).prints(&[code, severity]);
    }
    folder.expect(2, &["explain", "schema/requird"]).says(&["did you mean `schema/required`?"]);
    folder.expect(2, &["explain", "gibberish"]).says(&["`modreg explain` lists all rules"]);
}

#[test]
fn every_schema_that_is_listed_is_printed() {
    let folder = Folder::empty();
    let list = folder.expect(0, &["schema"]).out;
    assert_eq!(list.lines().count(), modreg::schema::BUILTIN.len());
    for name in list.lines() {
        let text = folder.expect(0, &["schema", name]).out;
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
    }
    folder.expect(2, &["schema", "modul"]).says(&["there is no schema `modul`", "did you mean `module`?"]);
}

#[test]
fn every_shell_has_completions_and_every_command_a_manual_page() {
    let folder = Folder::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        folder.expect(0, &["completions", shell]).prints(&["modreg", "validate"]);
    }
    folder.expect(2, &["completions", "tcsh"]).says(&["possible values: bash"]);
    folder.expect(0, &["man"]).prints(&[".TH modreg 1"]);
    folder.expect(2, &["man", "synch"]).says(&["there is no command `synch`"]);
    for name in crate::help::commands(&folder) {
        folder.expect(0, &["man", &name]).prints(&[&format!("modreg-{name}")]);
    }
}

#[test]
fn invalid_arguments_are_usage_errors() {
    let folder = Folder::with_modules(&["chat"]);
    for (args, words) in [
        (&["sinc"][..], &["'sync'"][..]),
        (&["sync", "--dryrun"], &["'--dry-run'"]),
        (&["sync", "--format", "xml"], &["human, json"]),
        (&["sync", "--trigger", "moon"], &["one of manual, merge, nightly, schedule, api"]),
        (&["sync", "--trigger", "rollback"], &["one of manual, merge, nightly, schedule, api"]),
        (&["sync", "Chat"], &["`Chat` is not a module name"]),
        (&["--jobs", "0", "sync"], &["--jobs", "a number of threads from 1 to 1024"]),
        (&["--jobs", "1025", "sync"], &["--jobs", "a number of threads from 1 to 1024"]),
        (&["--color", "red", "sync"], &["auto, always, never"]),
        (&["-q", "-v", "sync"], &["--quiet"]),
    ] {
        folder.refuses(2, args, words);
    }
    folder.expect(0, &["--version"]).prints(&["modreg "]);
}
