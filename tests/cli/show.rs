//! `modreg show`: a snapshot or an entry, now or then.

use crate::harness::{Folder, manifest};

#[test]
fn snapshots_and_entries_of_any_version() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let first = folder.read("registry/modules/ch/at/chat.json");
    let root = folder.read("registry/snapshot.json");
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.remove("modules/drive/module.yaml");
    folder.commit("changes");
    folder.expect(0, &["sync"]);

    assert_eq!(folder.expect(0, &["show", "chat"]).out, folder.read("registry/modules/ch/at/chat.json"));
    assert_eq!(folder.expect(0, &["show", "chat", "--version", "1"]).out, first);
    assert_eq!(folder.expect(0, &["show", "--version", "v1", "--format", "json"]).out, root);
    folder.expect(0, &["show", "--version", "1"]).prints(&["version 1: 2 modules", "  drive"]);
    folder.expect(2, &["show", "drive"]).says(&["version 2 has no entry of `drive`"]);
    folder.expect(2, &["show", "chta"]).says(&["did you mean `chat`?"]);
    folder.expect(2, &["show", "--version", "3"]).says(&["there is no version 3: the latest is 2"]);
    folder.expect(2, &["show", "--version", "latest"]).says(&["`latest` is not a version of the registry"]);
}

#[test]
fn an_entry_becomes_a_manifest_again_after_a_rollback() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.write("schema/module.schema.json", folder.expect(0, &["schema", "module"]).out);
    folder.write("modules/mail.json", "{\"name\": \"mail\", \"version\": \"1.0.0\", \"aiContext\": {\"purpose\": \"yes\", \"category\": \"OTHER\", \"keywords\": [\"on\"]}}");
    folder.commit("more");
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("a change");
    folder.expect(0, &["sync"]);
    folder.expect(0, &["rollback", "1", "chat", "--reason", "the third keyword is wrong"]);

    let ran = folder.expect(0, &["show", "chat", "--version", "1", "--format", "yaml"]);
    let expected = "# yaml-language-server: $schema=../../schema/module.schema.json\n\
                    name: chat\nversion: 1.0.0\nstatus: ACTIVE\naiContext:\n  purpose: What chat is for.\n  category: OTHER\n  \
                    keywords:\n  - chat\n  - second\n  patterns: []\n  concepts: []\n  entities: []\n  actions: []\n  \
                    contextProviders: []\n";
    assert_eq!(ran.out, expected);
    assert_eq!(
        ran.err,
        "the entry was compiled from `modules/chat/module.yaml`; to write it there, add `--output modules/chat/module.yaml`\n"
    );
    let output = "modules/chat/module.yaml";
    let ran = folder.expect(0, &["show", "chat", "--version", "1", "--format", "yaml", "--output", output]);
    assert_eq!((ran.out.as_str(), folder.read(output).as_str()), ("", expected));
    ran.says(&["the entry was compiled from `modules/chat/module.yaml`"]);
    folder.commit("back to the second keyword");
    folder.expect(0, &["unpin", "chat"]).prints(&["no longer pinned chat", "1 unchanged"]);
    folder.expect(0, &["validate", "--strict"]);
    folder.expect(0, &["diff", "3"]).prints(&["no changes"]);

    let ran = folder.expect(0, &["show", "mail", "--format", "yaml"]);
    ran.says(&["compiled from `modules/mail.json`; to replace that file, add `--output modules/mail.yaml`, and remove `modules/mail.json`"]);
    ran.prints(&["$schema=../schema/module.schema.json\n", "purpose: \"yes\"\n", "  - \"on\"\n"]);
    folder
        .expect(2, &["show", "--format", "yaml"])
        .says(&["no module is named", "modreg show MODULE --format yaml"]);
}

#[test]
fn an_output_file_is_written_as_a_whole_or_not_at_all() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let before = folder.read("modules/chat/module.yaml");
    for module in ["chta", "chat"] {
        let args =
            ["show", module, "--version", "7", "--format", "yaml", "--output", "modules/chat/module.yaml"];
        folder.expect(2, &args).says(&["there is no version 7"]);
        assert_eq!(folder.read("modules/chat/module.yaml"), before);
    }
    folder
        .expect(2, &["show", "chat", "--output", "modules"])
        .says(&["modules` is not a regular file", "`--output` takes the path of a file"]);
    folder.expect(0, &["show", "chat", "--output", "new/chat.json"]);
    assert!(folder.exists("new/chat.json"), "the folder of the file is made");
    for (args, file) in [
        (&["show", "chat"][..], "chat.json"),
        (&["show", "--format", "json"], "chat.json"),
        (&["show"], "list"),
    ] {
        let printed = folder.expect(0, args).out;
        assert_eq!(folder.expect(0, &[args, &["--output", file]].concat()).out, "");
        assert_eq!(folder.read(file), printed, "{args:?}");
    }
}

#[test]
fn an_old_entry_that_is_no_longer_valid_is_shown_with_what_is_wrong() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    folder.write("schema/module.schema.json", "{\"required\": [\"owner\"]}");
    folder.commit("a stricter schema");
    let ran = folder.expect(0, &["show", "chat", "--format", "yaml"]);
    assert!(ran.out.contains("\nname: chat\n"), "{}", ran.out);
    ran.says(&["`owner` is missing", "the schemas or rules at HEAD refuse this manifest"]);
    // An entry that was edited by hand is not taken for one.
    folder.write("registry/modules/ch/at/chat.json", manifest("chat"));
    folder.commit("forged");
    folder.expect(2, &["show", "chat", "--format", "yaml"]).says(&["was edited by hand", "modreg verify"]);
}
