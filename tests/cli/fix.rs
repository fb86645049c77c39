//! `modreg validate --fix`: which files it touches, and what it leaves as it was.

use std::process::{Command, Stdio};

use crate::harness::Folder;

const MENDABLE: &str = "# a comment\nname: drive\nversion: 1.0.0\nai_context:\n  purpose: \"Stores \"\n  category: other # one\n  \
                        keywords:\n    - drive\n    - drive\n";
const MENDED: &str = "# a comment\nname: drive\nversion: 1.0.0\naiContext:\n  purpose: \"Stores\"\n  category: OTHER # one\n  \
                      keywords:\n    - drive\n";

#[test]
fn files_are_fixed_and_what_remains_decides() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modules/drive.yaml", MENDABLE);
    let ran = folder.expect(0, &["validate", "--fix"]);
    assert_eq!(folder.read("modules/drive.yaml"), MENDED);
    ran.says(&[
        "fixed modules/drive.yaml:6:13: `other` is not a category: now `OTHER`",
        "fixed modules/drive.yaml:9:7: ",
        "fixed modules/drive.yaml:4:1: `ai_context` should be spelled `aiContext`: renamed to `aiContext`",
        "no problems in 2 manifests",
    ]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "?? modules/drive.yaml");

    folder.write("modules/drive.yaml", MENDABLE.replace("1.0.0", "one"));
    let report = folder.report(1, "validate-report", &["validate", "--fix"]);
    assert_eq!(report["fixed"].as_array().map(Vec::len), Some(4), "also beside what it cannot mend");
    assert_eq!(report["diagnostics"][0]["code"], "schema/pattern");
    folder.expect(1, &["validate", "--fix", "modules/drive.yaml"]);
}

#[test]
fn only_the_files_that_were_named_are_touched() {
    let folder = Folder::with_modules(&["chat"]);
    let mail = MENDABLE.replace("name: drive", "name: mail");
    folder.write("modules/mail.yaml", &mail);
    for path in ["modules/other/drive.yaml", "elsewhere/drive.yaml"] {
        folder.write(path, MENDABLE);
    }
    folder.expect(0, &["validate", "--fix", "modules/other"]);
    assert_eq!(folder.read("modules/other/drive.yaml"), MENDED);
    assert_eq!(folder.read("elsewhere/drive.yaml"), MENDABLE);
    assert_eq!(folder.read("modules/mail.yaml"), mail);
    folder.expect(0, &["validate", "modules/other"]);
    folder.expect(1, &["validate", "modules/mail.yaml"]);
    assert_eq!(folder.read("modules/mail.yaml"), mail, "without --fix nothing is written");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::with_modules(&["chat"]);
    folder.write("modules/drive.yaml", MENDABLE);
    folder.write("elsewhere/drive.yaml", MENDABLE);
    let path = folder.path().join("modules/drive.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("../elsewhere/drive.yaml", folder.path().join("modules/link.yaml")).unwrap();
    symlink("../elsewhere", folder.path().join("modules/linked")).unwrap();
    folder.expect(1, &["validate", "--fix"]);
    folder.expect(1, &["validate", "--fix", "modules/link.yaml"]);
    folder.modreg(&["validate", "--fix", "modules/linked/drive.yaml"]);
    assert_eq!(folder.read("elsewhere/drive.yaml"), MENDABLE);
    assert_eq!(folder.read("modules/drive.yaml"), MENDED);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path().join("modules")).unwrap().count(), 4, "no leftovers");
}

#[test]
fn standard_input_becomes_standard_output() {
    let folder = Folder::empty();
    let mut child = Command::new(env!("CARGO_BIN_EXE_modreg"))
        .args(["validate", "--fix", "-", "--color", "never"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = MENDABLE.replace("version: 1.0.0", "version: one").replace("name: drive", "name: stdin");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let fixed = MENDED.replace("version: 1.0.0", "version: one").replace("name: drive", "name: stdin");
    assert_eq!(String::from_utf8_lossy(&output.stdout), fixed);
    assert!(stderr.contains("fixed <stdin>:6:13") && stderr.contains("schema/pattern"), "{stderr}");
    folder.expect(2, &["validate", "--fix", "-", "--format", "json"]).says(&["instead of a report"]);
    folder.expect(2, &["validate", "--fix", "-", "."]).says(&["files and standard input"]);
}
