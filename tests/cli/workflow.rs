//! What a run leaves for the workflow around it: `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY`.

use std::collections::BTreeMap;

use crate::harness::{Folder, manifest};

/// Runs a line of shell as a step of a workflow, and returns its outputs and its summary.
fn step(folder: &Folder, code: i32, command: &str) -> (BTreeMap<String, String>, String) {
    let (outputs, summary) = (folder.beside("outputs"), folder.beside("summary.md"));
    for file in [&outputs, &summary] {
        std::fs::write(file, "").unwrap();
    }
    let line = format!(
        "GITHUB_OUTPUT='{}' GITHUB_STEP_SUMMARY='{}' {command}",
        outputs.display(),
        summary.display()
    );
    let ran = folder.shell(&line);
    assert_eq!(ran.code, code, "{command}: {}{}", ran.out, ran.err);
    let text = std::fs::read_to_string(outputs).unwrap();
    (parsed(&text), std::fs::read_to_string(summary).unwrap())
}

/// Reads the file as the runner does.
fn parsed(text: &str) -> BTreeMap<String, String> {
    let (mut outputs, mut lines, mut delimiters) = (BTreeMap::new(), text.lines(), Vec::new());
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").expect("a name and a delimiter");
        assert!(delimiter.len() > 30, "{delimiter}");
        delimiters.push(delimiter);
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

fn values(outputs: &BTreeMap<String, String>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| outputs.get(*name).cloned().unwrap_or_default()).collect()
}

const COUNTS: [&str; 7] = ["changed", "version", "added", "updated", "removed", "held", "errors"];

#[test]
fn a_sync_tells_what_it_published() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    let (outputs, summary) = step(&folder, 0, "modreg sync");
    assert_eq!(values(&outputs, &COUNTS), ["true", "1", "2", "0", "0", "0", "0"]);
    assert_eq!(outputs["commit"], folder.git(&["rev-parse", "HEAD"]));
    assert_eq!(outputs["tree"], folder.git(&["rev-parse", "HEAD:registry/modules"]));
    assert!(summary.starts_with("### ✅ Registry: version 1: 2 added\n"), "{summary}");

    let (outputs, summary) = step(&folder, 0, "modreg sync");
    assert_eq!(values(&outputs, &COUNTS), ["false", "1", "0", "0", "0", "0", "0"]);
    assert_eq!(outputs.get("commit"), None);
    assert!(summary.starts_with("### ✅ Registry: version 1 is unchanged: 2 unchanged\n"), "{summary}");

    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.commit("a mistake");
    let (outputs, summary) = step(&folder, 3, "modreg sync --trigger nightly");
    assert_eq!(values(&outputs, &COUNTS), ["true", "2", "0", "0", "0", "1", "0"]);
    assert!(summary.starts_with("### ⚠️ Registry: version 2: 1 unchanged, 1 held\n"), "{summary}");
    assert!(
        summary.contains("held since version 2: chat") && summary.contains("`schema/unknown-field`"),
        "{summary}"
    );
}

#[test]
fn checks_tell_how_many_errors_they_found() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "OTHER", "NONE");
    folder.write("modules/mail/module.yaml", manifest("mail"));
    for (command, code, errors, verdict) in [
        ("modreg validate", 1, "1", "### ❌ Manifests: 1 error\n"),
        ("modreg compile --check", 1, "0", "### ❌ Registry on disk: 3 errors\n"),
        ("modreg verify", 0, "0", "### ✅ Registry at HEAD: it is intact and matches its sources\n"),
        ("modreg diff", 3, "0", "### ❌ Registry: 1 added, 0 updated, 0 removed, 1 error\n"),
    ] {
        let (outputs, summary) = step(&folder, code, command);
        assert_eq!(outputs["errors"], errors, "{command}");
        assert!(summary.starts_with(verdict), "{command}: {summary}");
    }
    let (outputs, _) = step(&folder, 3, "modreg diff");
    assert_eq!(values(&outputs, &COUNTS), ["true", "1", "1", "0", "0", "1", "0"]);
}

#[test]
fn outputs_that_cannot_be_written_are_an_error() {
    let folder = Folder::with_modules(&["chat"]);
    let ran = folder.shell("GITHUB_OUTPUT=/nowhere/outputs modreg validate");
    assert_eq!(ran.code, 2);
    ran.says(&["cannot write to `/nowhere/outputs`"]);
    assert_eq!(folder.shell("GITHUB_OUTPUT= GITHUB_STEP_SUMMARY= modreg validate").code, 0);
}
