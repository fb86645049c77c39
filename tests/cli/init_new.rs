//! `modreg init` and `modreg new`: they write what is missing, and nothing over anything.

use std::collections::BTreeMap;

use modreg::settings::Digest;
use serde_json::Value;

use crate::harness::Folder;

#[test]
fn init_adds_to_what_is_there_and_overwrites_nothing() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[guard]\nremovals = 7\n");
    folder.write("staged.txt", "staged");
    folder.git(&["add", "staged.txt"]);
    let ran = folder.expect(0, &["init"]);
    ran.prints(&["version 1", "1 added"]);
    ran.says(&["wrote .gitattributes"]);
    assert_eq!(folder.read("modreg.toml"), "[guard]\nremovals = 7\n");
    assert!(!folder.exists("modules/drive"), "the built-ins are for registries without modules");
    assert_eq!(folder.git(&["status", "--porcelain"]), "A  staged.txt\n?? modreg.toml");
}

#[test]
fn editors_are_told_which_schema_manifests_have() {
    let folder = Folder::repository();
    folder.write("modreg.toml", "[modules]\npath = \"parts\"\n");
    folder.write(".vscode/extensions.json", "{}");
    folder.expect(0, &["init"]).says(&["wrote .vscode/settings.json"]);
    let settings: Value = serde_json::from_str(&folder.read(".vscode/settings.json")).unwrap();
    let schema = "./schema/module.schema.json";
    assert!(folder.exists(schema));
    assert_eq!(settings["yaml.schemas"][schema], serde_json::json!(["parts/**/*.yaml", "parts/**/*.yml"]));
    let json = &settings["json.schemas"][0];
    assert_eq!((&json["fileMatch"][0], &json["url"]), (&"/parts/**/*.json".into(), &schema.into()));
    assert_eq!(folder.read(".vscode/extensions.json"), "{}", "what was there stays");
    folder.git(&["ls-files", "--error-unmatch", ".vscode/settings.json"]);
}

#[test]
fn init_names_the_folder_that_it_makes() {
    let folder = Folder::empty();
    folder.expect(0, &["init", "new/registry"]).prints(&["version 1"]);
    assert!(folder.exists("new/registry/.git") && !folder.exists(".git"));
    folder.expect(0, &["-C", "new/registry", "verify"]);
}

#[test]
fn init_does_not_take_a_repository_further_up_for_its_own() {
    let folder = Folder::with_modules(&["chat"]);
    let before = folder.state();
    folder
        .expect_in("modules", 2, &["init"])
        .says(&["this folder is inside the repository", "modreg init ."]);
    assert_eq!(folder.state(), before);
}

#[test]
fn init_on_a_detached_head_writes_nothing() {
    let folder = Folder::with_modules(&["chat"]);
    folder.git(&["checkout", "--quiet", "--detach"]);
    folder.refuses(2, &["init"], &["HEAD is detached", "git switch"]);
}

#[cfg(unix)]
#[test]
fn files_are_not_written_through_links() {
    let cases: [(&str, &[&str], &str); 4] = [
        (".github", &["init"], "`.github` is not a folder; symbolic links are not followed"),
        (
            ".github/workflows",
            &["init"],
            "`.github/workflows` is not a folder; symbolic links are not followed",
        ),
        (".vscode", &["init", "--no-commit"], "`.vscode` is not a folder; symbolic links are not followed"),
        (
            "modules/tasks",
            &["new", "tasks"],
            "`modules/tasks` is not a folder; symbolic links are not followed",
        ),
    ];
    for (link, args, message) in cases {
        let folder = Folder::with_modules(&["chat"]);
        let elsewhere = folder.beside("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        let place = folder.path().join(link);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&elsewhere, place).unwrap();
        folder.refuses(2, args, &[message, "replace it with a folder"]);
        assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0, "{link}");
    }
}

/// A second name of the old file shows whether its content was changed in place, which a full disk would leave half done.
#[test]
fn files_are_replaced_as_a_whole() {
    let copy = "schema/module.schema.json";
    for (path, args) in [
        (copy, ["schema", "--update"]),
        (copy, ["init", "--no-commit"]),
        (".gitattributes", ["init", "--no-commit"]),
    ] {
        let folder = Folder::with_modules(&["chat"]);
        folder.expect(0, &["init"]);
        let old = if path == copy { outdated(&folder.read(path)) } else { "*.png binary\n".to_owned() };
        folder.write(path, &old);
        std::fs::hard_link(folder.path().join(path), folder.beside("old")).unwrap();
        folder.expect(0, &args);
        assert_ne!(folder.read(path), old, "{args:?} writes {path}");
        assert_eq!(std::fs::read_to_string(folder.beside("old")).unwrap(), old, "{args:?} replaces {path}");
    }
}

#[test]
fn a_skeleton_is_valid_and_skipped_until_it_is_approved() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["new", "mail"]).prints(&["modules/mail/module.yaml"]);
    folder.expect(0, &["validate", "--strict"]).prints(&["status/unregistrable"]);
    folder.refuses(2, &["new", "mail"], &["`modules/mail/module.yaml` exists already"]);
    folder.refuses(
        2,
        &["new", "Mail"],
        &["`Mail` is not a module name", "it is taken by `modules/mail/module.yaml`"],
    );
    folder.refuses(2, &["new", "../mail"], &["is not a module name"]);
    folder.edit("modules/mail/module.yaml", "DRAFT\n", "ACTIVE\n");
    folder.commit("a new module");
    folder.expect(0, &["sync"]).prints(&["2 added"]);
}

#[test]
fn an_init_that_was_cut_short_goes_on_where_it_stopped() {
    let folder = Folder::repository();
    folder.git(&["config", "commit.gpgsign", "true"]);
    folder.git(&["config", "gpg.program", "false"]);
    folder.expect(2, &["init"]);
    assert!(folder.exists("modules/chat/module.yaml"), "the files were written before the commit failed");
    folder.git(&["config", "commit.gpgsign", "false"]);
    folder.expect(0, &["init"]).prints(&["version 1"]);
    assert_eq!(folder.root()["moduleCount"], 3);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_name_is_suggested_and_one_that_is_taken_is_refused() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modules/team/tasks.yaml", crate::harness::manifest("tasks"));
    folder.commit("tasks");
    let ran = folder.expect(2, &["new", "Train_tickets"]);
    assert_eq!(
        ran.err,
        "error: `Train_tickets` is not a module name: expected 2 to 63 characters: words of `a-z` and `0-9` joined by single \
         hyphens, starting with a letter\n  help: did you mean `train-tickets`?\n"
    );
    let ran = folder.expect(2, &["new", "tasks"]);
    assert_eq!(
        ran.err,
        "error: the name `tasks` is taken: `modules/team/tasks.yaml` is its manifest\n  \
         help: edit that one, or choose another name\n"
    );
    folder.refuses(2, &["new", "Tasks"], &["but it is taken by `modules/team/tasks.yaml`"]);

    let report = folder.report(0, "new-report", &["new", "train-tickets"]);
    assert_eq!(
        report,
        serde_json::json!({
            "reportVersion": 1,
            "name": "train-tickets",
            "displayName": "Train tickets",
            "status": "DRAFT",
            "path": "modules/train-tickets/module.yaml",
        })
    );
    let skeleton = folder.read("modules/train-tickets/module.yaml");
    assert!(skeleton.contains("\ndisplayName: Train tickets\n"), "{skeleton}");
}

#[test]
fn an_outdated_copy_of_a_schema_is_renewed_and_committed() {
    let folder = Folder::empty();
    folder.expect(0, &["init", "--ci", "none", "."]);
    let path = "schema/module.schema.json";
    let current = folder.read(path);
    folder.write(path, outdated(&current));
    folder.commit("as another version wrote it");
    folder.expect(0, &["validate"]).prints(&["warning[schema/outdated-copy]", "modreg schema --update"]);
    folder.expect(0, &["sync"]).says(&["warning[schema/outdated-copy]"]);
    folder
        .expect(0, &["init", "--ci", "none", "."])
        .says(&["wrote schema/module.schema.json", "committing 1 file"]);
    assert_eq!(folder.read(path), current);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    // One that was edited, and one of the registry's own, stay.
    let own = current.replace("x-modreg-copy", "x-own");
    folder.write(path, &own);
    folder.commit("own");
    folder.expect(0, &["init", "--ci", "none", "."]);
    folder
        .expect(0, &["schema", "--update"])
        .prints(&["schema/module.schema.json is the registry's own schema"]);
    assert_eq!(folder.read(path), own);
}

/// The copy of another version: one with other words, and the digest of them.
fn outdated(current: &str) -> String {
    let other = current.replace("\"Schedule\"", "\"Timetable\"");
    let mut content: Value = serde_json::from_str(&other).unwrap();
    let members = content.as_object_mut().unwrap();
    let mark = members.remove("x-modreg-copy").unwrap();
    members.remove("$comment");
    let digest = Digest::of(sorted(&content).to_string().as_bytes()).to_string();
    other.replace(mark.as_str().unwrap(), &digest)
}

/// The same value with the keys of every object sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().map(|(key, value)| (key, sorted(value))).collect();
            serde_json::to_value(members).unwrap()
        }
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
