//! A root at HEAD that cannot be read stops every command that builds on it: exit code 4, and nothing is overwritten. What
//! else is wrong with it, the log knows better.

use crate::harness::Folder;

const ROOT: &str = "registry/snapshot.json";

fn published() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("a change that waits");
    folder
}

/// Checks that no command builds on the root that HEAD has now, and that `verify` reports what is wrong.
fn is_refused(folder: &Folder, code: &str, reason: &str) {
    for args in
        [&["sync"][..], &["sync", "--dry-run"], &["prune"], &["status"], &["compile"], &["diff"], &["show"]]
    {
        folder.refuses(4, args, &[ROOT, "cannot be trusted", reason, "nothing was overwritten"]);
    }
    let report = folder.report(1, "verify-report", &["verify"]);
    assert_eq!(report["problems"][0]["code"], code, "{report:#}");
    folder.expect(1, &["verify"]).prints(&["the registry has a problem", reason]);
}

#[test]
fn a_root_at_head_that_cannot_be_read_stops_writers_and_the_help_repairs_it() {
    let folder = published();
    let good = folder.read(ROOT);
    let newer = good.replace("\"formatVersion\": 1", "\"formatVersion\": 2, \"more\": true");
    for (text, code, reason) in [
        (good.replace("  ", "    "), "root/edited", "it was edited by hand"),
        (good.replace("\"held\"", "\"hold\""), "root/malformed", "unknown field `hold`"),
        (good.replace("sha256:", "md5:"), "root/malformed", "`inputs`"),
        (good.replace("\"version\": 1", "\"version\": 0"), "root/inconsistent", "version 0"),
        (good[..good.len() / 2].to_owned(), "root/malformed", "line "),
        (String::new(), "root/malformed", "line 1"),
        ("[]\n".to_owned(), "root/malformed", "it is not a snapshot root"),
        ("\u{0}".repeat(100), "root/malformed", "it is not a snapshot root"),
        (newer, "root/newer-format", "format version 2"),
    ] {
        folder.write(ROOT, &text);
        folder.commit(code);
        is_refused(&folder, code, reason);
    }
    folder.write(ROOT, "");
    folder.commit("empty");
    let ran = folder.expect(4, &["sync"]);
    let command = ran.err.split('`').find(|part| part.starts_with("git restore")).expect("a command");
    assert_eq!(folder.shell(command).code, 0, "{command}");
    folder.git(&["commit", "--quiet", "--message", "as the help says"]);
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    folder.expect(0, &["verify"]);
    folder.expect(0, &["verify", "--history"]).prints(&["repaired since"]);
}

#[test]
fn a_root_with_a_new_number_that_contradicts_its_entries_is_refused_and_the_help_repairs_it() {
    let held = "\"held\": {\n    \"mail\": {\n      \"since\": 2,\n      \"code\": \"a\",\n      \"message\": \"b\"\n    }\n  }";
    for (from, to) in [("\"moduleCount\": 2", "\"moduleCount\": 3"), ("\"held\": {}", held)] {
        let folder = published();
        folder.edit(ROOT, from, to);
        folder.edit(ROOT, "\"version\": 1", "\"version\": 2");
        folder.commit("by hand");
        for args in
            [&["sync"][..], &["sync", "chat"], &["rollback", "1", "chat", "--reason", "why"], &["unpin"]]
        {
            let good = folder.git(&["rev-parse", "HEAD~2"]);
            folder.refuses(
                4,
                args,
                &["contradicts the registry", &format!("git restore --source={}", good.trim())],
            );
        }
        let err = folder.expect(4, &["sync"]).err;
        let command = err.split('`').find(|part| part.starts_with("git restore")).expect("a command");
        assert_eq!(folder.shell(command).code, 0, "{command}");
        folder.git(&["commit", "--quiet", "--message", "as the help says"]);
        folder.expect(0, &["sync"]).prints(&["version 3"]);
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn a_root_that_is_missing_or_was_edited_is_replaced_by_the_next_version() {
    for (text, version) in [
        (None, 2),
        (Some(("\"moduleCount\": 2", "\"moduleCount\": 3")), 2),
        (
            Some((
                "\"held\": {}",
                "\"held\": {\n    \"chat\": {\n      \"since\": 1,\n      \"code\": \"a\",\n      \"message\": \"b\"\n    }\n  }",
            )),
            2,
        ),
        (Some(("\"version\": 1", "\"version\": 7")), 8),
    ] {
        let folder = published();
        match text {
            Some((from, to)) => folder.edit(ROOT, from, to),
            None => folder.remove(ROOT),
        }
        folder.commit("by hand");
        folder.expect(0, &["sync"]);
        assert_eq!(
            (&folder.root()["version"], &folder.root()["held"]),
            (&version.into(), &serde_json::json!({}))
        );
        folder.expect(0, &["verify"]);
        folder.expect(0, &["verify", "--history"]);
        folder.expect(0, &["sync"]).prints(&["nothing to commit"]);
    }
}

#[test]
fn a_root_that_goes_back_to_an_older_version_is_followed_by_a_new_one() {
    let folder = published();
    folder.expect(0, &["sync"]);
    folder.git(&["revert", "--no-edit", "HEAD"]);
    folder.expect(0, &["sync"]).prints(&["version 3"]);
    assert!(folder.git(&["log", "-1", "--format=%b"]).contains("`modreg rollback`"));
    folder.expect(0, &["verify", "--history"]);
}

#[test]
fn a_registry_that_was_removed_as_a_whole_counts_on() {
    let folder = published();
    folder.git(&["rm", "--quiet", "-r", "registry"]);
    folder.commit("without a registry");
    let report = folder.report(1, "verify-report", &["verify"]);
    assert_eq!(report["problems"][0]["code"], "root/missing");
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    folder.expect(0, &["verify"]);
}

#[test]
fn outside_git_a_broken_root_is_refused_too() {
    let folder = Folder::empty();
    folder.write("modules/chat.yaml", crate::harness::manifest("chat"));
    folder.expect(0, &["compile"]);
    let half = &folder.read(ROOT)[..80].to_owned();
    folder.write(ROOT, half);
    folder.expect(4, &["compile"]).says(&[ROOT, "cannot be trusted"]);
    assert_eq!(folder.read(ROOT), *half);
}

#[test]
fn a_root_from_before_the_first_release_is_read_and_renewed_by_the_next_version() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let old = folder.read(ROOT).replace("\"moduleCount\"", "\"modules\"");
    folder.write(ROOT, &old);
    folder.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    folder.expect(0, &["verify", "--history"]);
    folder.expect(0, &["compile", "--check"]);
    folder.expect(0, &["sync"]).prints(&["nothing to commit"]);
    assert_eq!(folder.read(ROOT), old);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("a change");
    folder.expect(0, &["sync"]).prints(&["version 2"]);
    assert_eq!(
        (&folder.root()["moduleCount"], &folder.root()["modules"]),
        (&2.into(), &serde_json::Value::Null)
    );
    folder.expect(0, &["verify", "--history"]);
    folder.expect(0, &["rollback", "1", "--reason", "back to the old form"]).prints(&["version 3"]);
}

/// Makes version 1 what a modreg from before the stricter names published: module `new` under the name `old`.
fn published_as(old: &str, old_path: &str) -> Folder {
    let folder = Folder::with_modules(&["chat", "drive", "new"]);
    folder.expect(0, &["sync"]);
    folder.git(&["mv", "modules/new", &format!("modules/{old}")]);
    let manifest = format!("modules/{old}/module.yaml");
    folder.edit(&manifest, "name: new", &format!("name: {old}"));
    let entry = folder.read("registry/modules/3/n/new.json").replace("\"new\"", &format!("\"{old}\""));
    let entry = entry.replace("modules/new/", &format!("modules/{old}/"));
    folder.git(&["rm", "--quiet", "registry/modules/3/n/new.json"]);
    folder.write(&format!("registry/modules/{old_path}"), entry);
    folder.git(&["add", "--all"]);
    let tree = folder.git(&["write-tree", "--prefix=registry/modules/"]);
    let root = folder.read(ROOT).replace("\"moduleCount\"", "\"modules\"");
    let root = root.replace(folder.root()["tree"].as_str().unwrap(), &tree);
    folder.write(ROOT, root.replace(folder.root()["inputs"].as_str().unwrap(), &format!("sha256:{:064}", 0)));
    folder.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    folder
}

#[test]
fn an_entry_whose_name_is_refused_now_is_held_until_its_manifest_is_renamed() {
    for (name, path) in
        [("con", "3/c/con.json"), ("a--b", "a-/-b/a--b.json"), ("drive-", "dr/iv/drive-.json")]
    {
        let folder = published_as(name, path);
        folder.expect(0, &["show", name]);
        folder.expect(0, &["verify", "--history"]);
        folder.expect(3, &["sync"]).prints(&["version 2"]);
        assert_eq!(folder.root()["held"][name]["since"], 2);
        folder.expect(0, &["verify", "--history"]);
        folder.git(&["mv", &format!("modules/{name}"), "modules/renamed"]);
        folder.edit("modules/renamed/module.yaml", &format!("name: {name}"), "name: renamed");
        folder.commit("a name for everybody");
        folder.expect(0, &["sync"]).prints(&[&format!("- {name}"), "+ renamed", "version 3"]);
        folder.expect(0, &["diff", "1", "3"]).prints(&[&format!("- {name}")]);
        folder.expect(0, &["verify", "--history"]);
    }
}
