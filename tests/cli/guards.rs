//! What refuses a sync: too many removals, and `--strict`. Exit code 4, and nothing is written.

use crate::harness::Folder;

const SIX: [&str; 6] = ["chat", "drive", "four", "mail", "note", "todo"];

/// Six registered modules, of which `gone` have lost their manifests.
fn without(gone: &[&str]) -> Folder {
    let folder = Folder::with_modules(&SIX);
    folder.expect(0, &["sync"]);
    for name in gone {
        folder.remove(&format!("modules/{name}/module.yaml"));
    }
    folder.commit("fewer");
    folder
}

fn token(folder: &Folder, args: &[&str]) -> String {
    let report = folder.report(4, "sync-report", args);
    assert_eq!(report["commit"], serde_json::Value::Null);
    report["refused"]["token"].as_str().unwrap().to_owned()
}

#[test]
fn three_of_six_pass_and_four_do_not() {
    let folder = without(&["chat", "drive", "four"]);
    folder.expect(0, &["sync"]).prints(&["3 removed"]);
    let folder = without(&["chat", "drive", "four", "mail"]);
    folder.refuses(4, &["sync"], &["refused: this would remove 4 of 6 entries", "--allow-removals "]);
    assert_eq!(folder.root()["version"], 1);
}

#[test]
fn a_token_lets_exactly_its_set_through() {
    let folder = without(&["chat", "drive", "four", "mail"]);
    let four = token(&folder, &["sync"]);
    folder.refuses(
        4,
        &["sync", "--allow-removals", "0123456789abcdef"],
        &["4 of 6 entries, and the token allows another set of removals"],
    );
    folder.refuses(2, &["sync", "--allow-removals", "yes"], &["`yes` is not a removal token"]);

    folder.remove("modules/note/module.yaml");
    folder.commit("one more");
    folder.refuses(
        4,
        &["sync", "--allow-removals", &four],
        &["5 of 6 entries, and the token allows another set of removals"],
    );

    let five = token(&folder, &["sync", "--dry-run"]);
    assert_ne!(four, five);
    folder.expect(0, &["sync", "--allow-removals", &five]).prints(&["5 removed"]);
    assert_eq!(folder.root()["moduleCount"], 1);
}

#[test]
fn the_last_entry_does_not_go_by_itself() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.remove("modules/chat/module.yaml");
    folder.commit("nothing left");
    folder.refuses(4, &["sync"], &["this would remove the only entry"]);
    let token = token(&folder, &["sync"]);
    folder.expect(0, &["sync", "--allow-removals", &token]);
    assert_eq!(folder.root()["moduleCount"], 0);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["sync"]).prints(&["version 2, nothing to commit: no modules"]);
}

#[test]
fn a_modules_folder_that_is_lost_removes_nothing() {
    let folder = Folder::with_modules(&SIX);
    folder.expect(0, &["sync"]);
    folder.git(&["mv", "modules", "moved"]);
    folder.commit("moved away");
    folder.refuses(4, &["sync"], &["this would remove all 6 entries"]);
    folder.write("modules", "a file where the folder was");
    folder.commit("a file");
    folder.refuses(2, &["sync"], &["`modules` is not a folder", "[modules]"]);
}

#[test]
fn settings_move_the_limits() {
    let folder = without(&["chat", "drive"]);
    folder.write("modreg.toml", "[guard]\nremovals = 1\npercent = 20\n");
    folder.commit("a strict guard");
    folder.refuses(4, &["sync"], &["this would remove 2 of 6 entries"]);
    folder.write("modreg.toml", "[guard]\nremovals = 0\npercent = 34\n");
    folder.commit("a guard by share");
    // The settings of the version before count as well: those that let these go have to be published first.
    folder.refuses(4, &["sync"], &["this would remove 2 of 6 entries"]);
    folder.git(&["revert", "--no-edit", "HEAD~2"]);
    folder.edit("modules/four/module.yaml", "second", "third");
    folder.commit("another change");
    folder.expect(0, &["sync"]);
    folder.git(&["rm", "--quiet", "-r", "modules/chat", "modules/drive"]);
    folder.commit("two go");
    folder.expect(0, &["sync"]);
}

#[test]
fn strict_commits_nothing_while_anything_is_invalid() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    folder.edit("modules/drive/module.yaml", "second", "third");
    folder.commit("one mistake, one change");
    folder.refuses(4, &["sync", "--strict"], &["schema/unknown-field", "refused", "`--strict`"]);
    let report = folder.report(4, "sync-report", &["sync", "--strict"]);
    assert!(report["refused"]["reason"].as_str().unwrap().contains("1 manifest is"), "{report:#}");
    assert_eq!(report["refused"].get("token"), None);
    folder.expect(3, &["sync"]).prints(&["1 updated, 1 held"]);
}
