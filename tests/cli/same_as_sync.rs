//! A check of the working tree reports what the next sync does.

use crate::harness::{Folder, manifest};

/// The codes of the findings of a `validate`, with the paths.
fn found(folder: &Folder, code: i32, args: &[&str]) -> Vec<(String, String)> {
    let report = folder.report(code, "validate-report", &[&["validate"], args].concat());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let found = report["diagnostics"].as_array().unwrap();
    found.iter().map(|found| (text(&found["code"]), text(&found["path"]))).collect()
}

fn pair(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

#[test]
fn a_second_manifest_of_a_module_is_found_by_its_own_path() {
    for second in ["modules/team/drive.yaml", "modules/drive.json", "modules/team/drive/module.yml"] {
        let folder = Folder::with_modules(&["chat", "drive", "mail"]);
        folder.expect(0, &["sync"]);
        let text = if second.ends_with("json") {
            r#"{"name": "drive", "version": "1.0.0", "aiContext": {"purpose": "Keeps files.", "category": "OTHER", "keywords": ["file"]}}"#.to_owned()
        } else {
            manifest("drive")
        };
        folder.write(second, text);
        assert_eq!(found(&folder, 1, &[second]), [pair("name/duplicate", second)], "{second}");
        assert_eq!(found(&folder, 0, &["modules/chat"]), [], "{second}");
        assert_eq!(found(&folder, 1, &["drive"]).len(), 2, "{second}");
        folder.commit("second");
        folder.expect(3, &["sync"]).says(&["name/duplicate"]);
    }
}

#[test]
fn versions_are_compared_with_the_last_published_ones() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write(
        "modreg.toml",
        "[rules]\n\"version/not-bumped\" = \"error\"\n\"version/decreased\" = \"error\"\n",
    );
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    folder.edit("modules/drive/module.yaml", "What drive", "All that drive");
    let path = "modules/drive/module.yaml";
    for args in [&[][..], &["modules/drive"], &[path], &["drive"]] {
        assert_eq!(found(&folder, 1, args), [pair("version/not-bumped", path)], "{args:?}");
    }
    folder.edit(path, "version: 1.0.0", "version: 0.9.0");
    assert_eq!(found(&folder, 1, &[]), [pair("version/decreased", path)]);
    // The published version counts, not what `registry/` contains now.
    folder.remove_folder("registry");
    assert_eq!(found(&folder, 1, &[]), [pair("version/decreased", path)]);
    folder.git(&["checkout", "--quiet", "registry"]);
    folder.commit("old version");
    folder.expect(3, &["sync"]).says(&["version/decreased"]);
    // A sync leaves a pinned module alone.
    folder.expect(0, &["rollback", "1", "drive", "--reason", "regression"]);
    assert_eq!(found(&folder, 0, &[]), []);
}

#[test]
fn a_registry_that_cannot_be_read_stops_the_check_as_it_stops_a_sync() {
    let folder = Folder::with_modules(&["drive"]);
    folder.expect(0, &["sync"]);
    folder.write("registry/snapshot.json", "{}");
    folder.commit("damage");
    for command in ["validate", "diff", "sync"] {
        folder.expect(4, &[command]).says(&["`registry/snapshot.json` at commit"]);
    }
    folder.expect(4, &["validate"]).says(&["no problems in 1 manifest"]);
}

#[test]
fn entries_that_would_go_are_named() {
    let names = ["m1", "m2", "m3", "m4", "m5", "m6"];
    let slips: [(&str, &str, &str); 3] =
        [("aiContext:", "aicontext:", ""), ("aiContext:", "status: DRAFT\naiContext:", ""), ("", "", ".m1")];
    for (from, to, moved) in slips {
        let folder = Folder::with_modules(&names);
        folder.expect(0, &["sync"]);
        if moved.is_empty() {
            folder.edit("modules/m1/module.yaml", from, to);
        } else {
            folder.git(&["mv", "modules/m1", &format!("modules/{moved}")]);
        }
        folder.expect(0, &["validate"]).says(&["a sync would remove the entry of `m1`\n"]);
        let report = folder.report(0, "validate-report", &["validate"]);
        assert_eq!(report["removed"], serde_json::json!(["m1"]), "{from} {to} {moved}");
        assert_eq!(
            folder.report(0, "validate-report", &["validate", "m2"])["removed"],
            serde_json::json!([])
        );
        folder.commit("slip");
        folder.expect(0, &["sync"]).prints(&["- m1 1.0.0"]);
    }
    let folder = Folder::with_modules(&names);
    folder.expect(0, &["sync"]);
    for name in &names[..5] {
        folder.remove_folder(&format!("modules/{name}"));
    }
    let refused = "would remove 5 of 6 entries, more than the guard allows";
    folder.expect(0, &["validate"]).says(&["warning: a sync would be refused: ", refused]);
    folder.expect(0, &["diff"]).says(&["warning: a sync would be refused: ", refused, "--allow-removals"]);
    let report = folder.report(0, "diff-report", &["diff"]);
    assert_eq!(report["refused"]["removals"], serde_json::json!(names[..5]));
    let comment = folder.expect(0, &["diff", "--format", "markdown"]);
    comment.prints(&["### ❌ Registry", "⛔ A sync would be refused: ", refused]);
    folder.commit("remove");
    folder.expect(4, &["sync"]).says(&[refused]);
}

#[test]
fn a_registry_without_any_manifest_left_is_compared_too() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/README.md", "Nothing here.");
    for name in ["chat", "drive"] {
        folder.git(&["mv", &format!("modules/{name}"), &format!("modules/.{name}")]);
    }
    let refused = "would remove all 2 entries, more than the guard allows";
    folder.expect(0, &["validate"]).says(&["a sync would remove the entry of `drive`", refused]);
    folder.commit("hidden");
    folder.expect(4, &["sync"]).says(&[refused]);
}

#[test]
fn settings_and_schemas_that_git_ignores_do_not_count() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write(".gitignore", "/modreg.toml\n/schema/\n");
    folder.commit("ignore");
    folder.write("modreg.toml", "[rules]\n\"status/near-miss\" = \"off\"\n");
    folder.write("schema/module.schema.json", "{\"minProperties\": 99}");
    folder.edit("modules/drive/module.yaml", "aiContext:", "statsu: DRAFT\naiContext:");
    let path = "modules/drive/module.yaml";
    assert_eq!(found(&folder, 1, &[]), [pair("status/near-miss", path)]);
    folder.expect(1, &["validate"]).says(&["left out, because Git ignores it: `modreg.toml`, `schema`"]);
    folder.commit("slip");
    folder.expect(3, &["sync"]).says(&["status/near-miss"]);
}

#[test]
fn a_submodule_that_is_not_checked_out_is_reported_too() {
    let folder = Folder::with_modules(&["drive"]);
    let head = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},modules/sub")]);
    folder.git(&["commit", "--quiet", "--message", "a submodule"]);
    folder.expect(3, &["sync"]).says(&["source/unreadable"]);
    assert_eq!(found(&folder, 1, &[]), [pair("source/unreadable", "modules/sub")]);
    folder.write("modules/sub/.gitkeep", "");
    assert_eq!(found(&folder, 1, &[]), [pair("source/unreadable", "modules/sub")]);
}

#[cfg(unix)]
#[test]
fn a_path_through_a_link_is_in_the_registry_too() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write("modules/team/drive.yaml", manifest("drive"));
    std::os::unix::fs::symlink(folder.path(), folder.beside("link")).unwrap();
    let file = folder.beside("link/modules/team/drive.yaml");
    let ran = folder.expect(1, &["validate", file.to_str().unwrap()]);
    ran.prints(&["name/duplicate"]);
    let link = folder.beside("link");
    folder
        .expect(1, &["-C", link.to_str().unwrap(), "validate", "modules/team/drive.yaml"])
        .prints(&["name/duplicate"]);
}

#[test]
fn remarks_follow_the_settings_and_come_once() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modules/chat/chat.YAML", "x");
    folder.write("modules/draft/draft.yaml", manifest("draft"));
    folder.write(".gitignore", "draft\n");
    folder.commit("remarks");
    let near_miss = pair("source/not-a-manifest", "modules/chat/chat.YAML");
    assert_eq!(found(&folder, 0, &["modules", "modules/chat"]), std::slice::from_ref(&near_miss));
    folder.write(
        "modreg.toml",
        "[rules]\n\"source/ignored\" = \"off\"\n\"source/not-a-manifest\" = \"error\"\n",
    );
    assert_eq!(found(&folder, 1, &[]), std::slice::from_ref(&near_miss));
    assert_eq!(found(&folder, 0, &["modules/draft/draft.yaml"]), []);
}

#[test]
fn a_folder_of_manifests_that_is_ignored_has_none() {
    for line in ["/modules/\n", "*\n"] {
        let folder = Folder::repository();
        folder.write(".gitignore", line);
        folder.write("modules/chat.yaml", manifest("chat"));
        folder
            .expect(0, &["validate"])
            .says(&["left out, because Git ignores it: `modules`", "in 0 manifests"]);
        folder.expect(0, &["diff"]).prints(&["no changes"]);
    }
}

#[test]
fn what_git_ignores_is_left_out_everywhere() {
    let excludes: [(&str, &str); 4] = [
        (".gitignore", "modules/scratch/\n"),
        ("modules/.gitignore", "scratch/*\n"),
        (".git/info/exclude", "draft.yaml\n"),
        ("modules/scratch/.gitignore", "*\n!kept.txt\n"),
    ];
    for (file, line) in excludes {
        let folder = Folder::with_modules(&["chat"]);
        folder.write(file, line);
        folder.commit("ignore");
        folder.expect(0, &["sync"]);
        folder.write("modules/scratch/draft.yaml", manifest("draft"));
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{file}");
        for args in [&["validate"][..], &["diff", "--check"], &["compile", "--check"], &["compile"]] {
            folder.expect(0, args).says(&["left out, because Git ignores it: `modules/scratch"]);
        }
        assert_eq!(folder.git(&["status", "--porcelain"]), "", "{file}");
        let path = "modules/scratch/draft.yaml";
        assert_eq!(found(&folder, 0, &[path]), [pair("source/ignored", path)], "{file}");
        // A tracked file is never ignored.
        folder.git(&["add", "--force", path]);
        assert_eq!(found(&folder, 0, &[path]), [], "{file}");
        folder.expect(1, &["diff", "--check"]).prints(&["+ draft 1.0.0"]);
    }
}

#[test]
fn files_in_git_lfs_are_reported_as_such() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 120\n";
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/drive/module.yaml", pointer);
    folder.write("modules/mail.yaml", pointer.replace('\n', "\r\n"));
    let pairs = [
        pair("source/lfs-pointer", "modules/drive/module.yaml"),
        pair("source/lfs-pointer", "modules/mail.yaml"),
    ];
    assert_eq!(found(&folder, 1, &[]), pairs);
    folder.commit("pointers");
    let ran = folder.expect(3, &["sync"]);
    ran.says(&["Git LFS pointer", "git lfs pull", "held since version 2: drive"]);
    // The content is here, and a commit would contain the pointer.
    folder.write("modules/drive/module.yaml", manifest("drive"));
    folder.write("modules/mail.yaml", manifest("mail"));
    folder.write(".gitattributes", "*.yaml filter=lfs\n");
    folder.write("modules/chat/.gitattributes", "*.yaml -filter\n");
    // Where Git LFS is not set up, Git commits the content.
    assert_eq!(found(&folder, 0, &[]), []);
    let clean = format!("cat >/dev/null; printf '{}'", pointer.replace('\n', "\\n"));
    folder.git(&["config", "filter.lfs.clean", &clean]);
    assert_eq!(found(&folder, 1, &[]), pairs);
    folder.expect(3, &["compile"]).says(&["stored with Git LFS"]);
    folder.commit("stored with Git LFS");
    folder.expect(3, &["sync"]).says(&["Git LFS pointer", "modules/drive/module.yaml", "modules/mail.yaml"]);
}

#[cfg(unix)]
#[test]
fn links_and_repositories_do_not_compete_for_a_name() {
    use std::os::unix::fs::symlink;

    let folder = Folder::with_modules(&["chat", "drive", "mail"]);
    folder.expect(0, &["sync"]);
    symlink("drive/module.yaml", folder.path().join("modules/drive.yaml")).unwrap();
    symlink("chat", folder.path().join("modules/mail.d")).unwrap();
    folder.git(&["init", "--quiet", "modules/team/chat"]);
    folder.git(&["-C", "modules/team/chat", "commit", "--quiet", "--allow-empty", "--message", "inner"]);
    folder.edit("modules/drive/module.yaml", "version: 1.0.0", "version: 1.1.0");
    folder.edit("modules/chat/module.yaml", "version: 1.0.0", "version: 1.1.0");
    assert_eq!(
        found(&folder, 1, &[]),
        [
            pair("source/symlink", "modules/drive.yaml"),
            pair("source/symlink", "modules/mail.d"),
            pair("source/unreadable", "modules/team/chat"),
        ]
    );
    folder.commit("links");
    folder.expect(3, &["sync"]).prints(&["~ chat 1.0.0", "~ drive 1.0.0", "2 updated"]);
    // Where a link takes the place of the only manifest, the entry is held.
    folder.remove("modules/drive/module.yaml");
    folder.commit("only the link");
    folder.expect(3, &["sync"]).says(&["held since version 3: drive (source/symlink"]);
    folder.expect(0, &["show", "drive"]);
}

#[test]
fn paths_start_below_the_folder_of_the_option() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write("inner/x", "");
    let from = |args: &[&str], code| folder.expect_in("inner", code, args);
    from(&["-C", "..", "validate", "modules/chat", "drive"], 0).says(&["no problems in 2 manifests"]);
    from(&["-C", "..", "validate", "modules/chats"], 2).says(&["there is no file `modules/chats`"]);
    from(&["-C", "..", "validate", "chats"], 2).says(&["did you mean the module `chat`?"]);
    // A path goes before a module.
    folder.write("drive", manifest("drive"));
    folder.expect(0, &["validate", "drive"]).says(&["no problems in 1 manifest"]);
    folder.write("drive", "name: [\n");
    folder.expect(1, &["validate", "drive"]).prints(&["[drive:1"]);
}

#[test]
fn a_sync_of_what_changed_suggests_no_taken_name_either() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modules/files.yaml", manifest("drive"));
    let help = "help: set `name` to `files`";
    folder.expect(1, &["validate"]).prints(&[help]);
    folder.commit("a name that is taken");
    folder.expect(3, &["sync"]).says(&[help]);
}

#[test]
fn what_was_there_before_the_first_version_is_named_when_it_goes() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("registry/modules/foo.json", "of a person");
    folder.write("registry/modules/ch/at/chat.json", "of a person");
    folder.commit("something else");
    let ran = folder.expect(0, &["sync"]);
    ran.says(&["repaired registry/modules/foo.json: no entry belongs there"]);
    assert!(!ran.err.contains("chat.json"), "{}", ran.err);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}
