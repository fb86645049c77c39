//! What a check of the working tree says is what the next sync does.

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
fn a_registry_that_cannot_be_read_is_no_reason_to_be_silent() {
    let folder = Folder::with_modules(&["drive"]);
    folder.expect(0, &["sync"]);
    folder.write("registry/snapshot.json", "{}");
    folder.commit("damage");
    folder
        .expect(0, &["validate"])
        .says(&["warning: the versions were not compared with those in the registry: "]);
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
    assert_eq!(found(&folder, 1, &[]), pairs);
    folder.expect(3, &["compile"]).says(&["stored with Git LFS"]);
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
