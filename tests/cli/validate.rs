//! `modreg validate`: which files it checks, where it works, and what its answer is.

use std::process::{Command, Stdio};

use crate::harness::{Folder, manifest};

const FIVE_MISTAKES: &str = "name: drive\nversion: one\naiContext:\n  purpos: What drive is for.\n  category: PRODUCTIVTY\n  \
                             keywords: []\n  contextProviders:\n    - name: recent\n      endpoint: /api\n      \
                             cacheDuration: soon\n";

#[test]
fn five_mistakes_are_five_findings_at_five_places() {
    let folder = Folder::empty();
    folder.write("modules/drive/module.yaml", FIVE_MISTAKES);
    let report = folder.report(1, "validate-report", &["validate"]);
    let found: Vec<_> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            assert!(found["help"].is_string(), "{found}");
            (
                found["code"].as_str().unwrap(),
                found["line"].as_u64().unwrap(),
                found["column"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("schema/pattern", 2, 10),
            ("schema/unknown-field", 4, 3),
            ("schema/enum", 5, 13),
            ("schema/min-items", 6, 13),
            ("schema/type", 10, 22),
        ]
    );
    assert_eq!(report["summary"]["errors"], 5);
    assert_eq!(report["summary"]["valid"], 0);
}

#[test]
fn it_works_outside_git_on_files_and_on_folders() {
    let folder = Folder::empty();
    folder.write("modules/drive/module.yaml", manifest("drive"));
    folder.write("modules/chat/module.yaml", manifest("other"));
    folder.write(".elsewhere/mail.yaml", manifest("mail"));
    for (directory, args, code, manifests) in [
        (".", &["validate"][..], 1, 2),
        (".", &["validate", "."], 1, 2),
        (".", &["validate", "modules/drive"], 0, 1),
        (".", &["validate", "modules/drive/module.yaml", "modules/chat"], 1, 2),
        (".", &["validate", ".elsewhere"], 0, 1),
        ("modules/drive", &["validate", "module.yaml"], 0, 1),
        ("modules/drive", &["validate", "../chat"], 1, 1),
        ("modules/drive", &["validate", "../../.elsewhere/mail.yaml"], 0, 1),
        ("modules/drive", &["validate"], 1, 2),
    ] {
        let ran = folder.expect_in(directory, code, &[args, &["--format", "json"]].concat());
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["summary"]["modules"], manifests, "{args:?} in {directory}: {}", ran.out);
    }
    let outside = folder.beside("loose");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("mail.yaml"), manifest("mail")).unwrap();
    folder.expect(0, &["validate", "../loose"]).says(&["no problems in 1 manifest"]);
    folder.expect(0, &["validate", outside.to_str().unwrap()]).says(&["no problems in 1 manifest"]);
}

#[test]
fn what_is_not_there_is_an_error_and_no_clean_bill() {
    let folder = Folder::repository();
    folder.expect(2, &["validate"]).says(&["there is no folder `modules`", "modreg init"]);
    folder.expect(2, &["validate", "drive.yaml"]).says(&["there is no file `drive.yaml`"]);
    folder.expect(2, &["-C", "nowhere", "validate"]).says(&["there is no folder `nowhere`", "`-C`"]);
}

#[test]
fn standard_input_is_a_manifest_too() {
    let folder = Folder::empty();
    let mut child = Command::new(env!("CARGO_BIN_EXE_modreg"))
        .args(["validate", "-", "--color", "never"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), FIVE_MISTAKES.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("<stdin>:2:10"));
}

#[test]
fn strict_turns_warnings_into_a_no() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write("modules/drive.YAML", "");
    folder.expect(0, &["validate"]).prints(&["source/not-a-manifest", "rename it to `drive.yaml`"]);
    folder.expect(1, &["validate", "--strict"]);
    folder.remove("modules/drive.YAML");
    folder.expect(0, &["validate", "--strict"]);
}

#[test]
fn the_same_findings_in_the_same_order_on_any_number_of_threads() {
    let folder = Folder::empty();
    for number in 0..40 {
        folder.write(&format!("modules/m{number}.yaml"), FIVE_MISTAKES);
    }
    let one = folder.expect(1, &["validate", "--jobs", "1"]);
    let many = folder.expect(1, &["validate", "--jobs", "8"]);
    assert_eq!(one.out, many.out);
    assert!(one.out.len() > 10_000);
}

#[test]
fn names_deprecations_examples_and_tests_have_a_form() {
    let folder = Folder::empty();
    let rest = "version: 1.0.0\naiContext: {purpose: p, category: OTHER, keywords: [k]";
    for (name, more, expected) in [
        ("team-chat-2", "}", &[][..]),
        ("con", "}", &["name/reserved"]),
        ("lpt9", "}", &["name/reserved"]),
        ("a--b", "}", &["schema/pattern"]),
        ("a-", "}", &["schema/pattern"]),
        ("console", ", examples: [show my tasks]}", &[]),
        ("console", ", examples: [a, a, ' ']}", &["schema/unique-items", "schema/pattern"]),
        ("console", "}\ndeprecated: {since: 2.0.0, reason: moved, replacedBy: drive}", &[]),
        (
            "console",
            "}\ndeprecated: {since: 2.0, replacedBy: Drive}",
            &["schema/required", "schema/type", "schema/pattern"],
        ),
        (
            "console",
            "}\ndeprecated: {since: 2.0.0, reason: moved, replaceBy: drive}",
            &["schema/unknown-field"],
        ),
        ("console", "}\ntests: [{say: a}, {say: [b, c], within: 3}, {say: d, expect: not}]", &[]),
        ("console", "}\ntests: [{say: []}, {within: 0, say: a}]", &["schema/min-items", "schema/minimum"]),
        ("console", "}\ntests: [{say: a, within: 3, expect: not}]", &["schema/forbidden"]),
    ] {
        let path = format!("{name}.yaml");
        folder.write(&path, format!("name: {name}\n{rest}{more}\n"));
        let code = i32::from(!expected.is_empty());
        let report = folder.report(code, "validate-report", &["validate", &path]);
        let found: std::collections::BTreeSet<_> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected.iter().copied().collect(), "{name} {more}: {report:#}");
    }
}
