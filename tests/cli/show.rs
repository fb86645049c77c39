//! `modreg show`: a snapshot or an entry, now or then.

use crate::harness::Folder;

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
