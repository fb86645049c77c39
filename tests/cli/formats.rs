//! `--format` of the commands that check something: what the real program writes for other programs.

use serde_json::{Value, json};

use crate::harness::{Folder, manifest};

/// Returns a registry with a misspelt field in one manifest, and a manifest that was not compiled yet.
fn broken() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.write("modules/mail/module.yaml", manifest("mail"));
    folder
}

#[test]
fn annotations_name_the_right_lines() {
    let folder = broken();
    let ran = folder.expect(1, &["validate", "--format", "github"]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ran.out);
    assert!(
        lines[0].starts_with(
            "::error file=modules/chat/module.yaml,line=4,endLine=4,col=3,endColumn=9,title=schema/unknown-field::"
        ),
        "{}",
        lines[0]
    );
    let ran = folder.expect(1, &["compile", "--check", "--format", "github"]);
    ran.prints(&[
        "::error file=registry/modules/ma/il/mail.json,title=registry/drift::this file is missing or differs from what the manifests compile to%0Arun `modreg compile`",
        "::error file=modules/chat/module.yaml,line=4",
    ]);
    folder.edit("registry/modules/dr/iv/drive.json", "second", "edited");
    folder.commit("an edit by hand");
    folder
        .expect(1, &["verify", "--format", "github"])
        .prints(&["::error file=registry/modules/dr/iv/drive.json,title=entry/differs::", " (since commit "]);
}

#[test]
fn each_check_command_writes_each_format() {
    let folder = broken();
    for (args, code) in [(&["validate"][..], 1), (&["compile", "--check"], 1), (&["verify"], 0)] {
        let sarif = run(&folder, args, code, "sarif");
        let log: Value = serde_json::from_str(&sarif).unwrap();
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log["runs"][0]["automationDetails"]["id"], format!("modreg/{}/", args[0]));
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.is_empty(), code == 0, "{sarif}");

        let issues: Value = serde_json::from_str(&run(&folder, args, code, "gitlab")).unwrap();
        assert_eq!(issues.as_array().map(Vec::len), Some(results.len()));

        let junit = run(&folder, args, code, "junit");
        let failures = format!(" failures=\"{}\" errors=\"0\">", results.len());
        assert!(junit.lines().nth(1).is_some_and(|line| line.ends_with(&failures)), "{junit}");
    }
}

fn run(folder: &Folder, args: &[&str], code: i32, format: &str) -> String {
    folder.expect(code, &[args, &["--format", format]].concat()).out
}

#[test]
fn compile_reports_the_files_that_it_writes() {
    let folder = broken();
    let files = json!([
        {"path": "registry/modules/ma/il/mail.json", "action": "write"},
        {"path": "registry/snapshot.json", "action": "write"},
    ]);
    let report = folder.report(1, "compile-report", &["compile", "--check"]);
    assert_eq!((&report["files"], &report["written"], &report["to"]), (&files, &json!(false), &json!(2)));
    assert_eq!(report["changes"][0]["name"], "mail");
    let report = folder.report(3, "compile-report", &["compile"]);
    assert_eq!((&report["files"], &report["written"]), (&files, &json!(true)));
    let report = folder.report(3, "compile-report", &["compile", "--check"]);
    assert_eq!(report["files"], json!([]));
    assert_eq!(report["diagnostics"][0]["code"], "schema/unknown-field");
}

#[test]
fn strict_makes_a_warning_a_failed_test_case() {
    let folder = Folder::with_modules(&["drive"]);
    folder.edit("modules/drive/module.yaml", "aiContext", "ai_context");
    for (args, code, failures) in [(&["validate"][..], 0, 0), (&["validate", "--strict"], 1, 1)] {
        let junit = run(&folder, args, code, "junit");
        assert!(junit.contains(&format!("failures=\"{failures}\"")), "{junit}");
    }
}
