//! `modreg history`: the audit log.

use crate::harness::{Folder, manifest};

#[test]
fn every_version_newest_first_and_those_of_one_module() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["history"]);
    folder.expect(0, &["sync", "--trigger", "merge"]);
    folder.write("modules/mail/module.yaml", manifest("mail"));
    folder.commit("one more");
    folder.expect(0, &["sync", "--trigger", "nightly"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.remove("modules/drive/module.yaml");
    folder.commit("one changed, one gone");
    let source = folder.git(&["rev-parse", "HEAD"]);
    folder.expect(0, &["sync"]);

    let report = folder.report(0, "history-report", &["history"]);
    let lines: Vec<_> = report["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            format!(
                "{} {} {}/{}/{}",
                line["version"], line["trigger"], line["added"], line["updated"], line["removed"]
            )
        })
        .collect();
    assert_eq!(lines, ["3 \"manual\" 0/1/1", "2 \"nightly\" 1/0/0", "1 \"merge\" 2/0/0"]);
    assert_eq!(report["history"][0]["sourceCommit"], source);
    assert_eq!(report["history"][0]["author"], "Ada <ada@example.org>");
    assert_eq!(report["history"][0]["commit"], folder.git(&["rev-parse", "HEAD"]));

    let versions = |args: &[&str]| {
        let report = folder.report(0, "history-report", args);
        report["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["version"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(versions(&["history", "chat"]), [3, 1]);
    assert_eq!(versions(&["history", "drive"]), [3, 1]);
    assert_eq!(versions(&["history", "mail"]), [2]);
    assert_eq!(versions(&["history", "-n", "2"]), [3, 2]);
    folder.expect(2, &["history", "mial"]).says(&["`mial`", "did you mean `mail`?"]);
}
