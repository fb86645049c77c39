//! Pins: a sync does not change a pinned module, whatever happens to its manifest.

use super::{
    Act, break_manifest, commit_of, ends, entry, nothing_is_published, publish, revise, verifies, version,
};
use crate::harness::{Folder, manifest};

/// What can happen to the manifest of `drive`.
const MISHAPS: &[(&str, Act)] = &[
    ("it is invalid", |folder| break_manifest(folder, "drive")),
    ("it is not YAML", |folder| {
        folder.write("modules/drive/module.yaml", "name: [");
        folder.commit("broken");
    }),
    ("there is a second one", |folder| {
        folder.write("modules/other/drive.yaml", manifest("drive"));
        folder.commit("a duplicate");
    }),
    ("it is gone", |folder| {
        folder.remove("modules/drive/module.yaml");
        folder.commit("gone");
    }),
    ("it is suspended", |folder| {
        let text = manifest("drive").replace("aiContext:", "status: SUSPENDED\naiContext:");
        folder.write("modules/drive/module.yaml", text);
        folder.commit("suspended");
    }),
    ("it has no context", |folder| {
        folder.write("modules/drive/module.yaml", "name: drive\nversion: 1.0.0\n");
        folder.commit("no context");
    }),
    ("it has moved", |folder| {
        folder.git(&["mv", "modules/drive", "modules/moved"]);
        folder.git(&["mv", "modules/moved/module.yaml", "modules/moved/drive.yaml"]);
        folder.commit("moved");
    }),
];

/// `chat` and `drive`, and `drive` with other words as version 2.
fn two_versions() -> Folder {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    revise(&folder, "drive", "1.1.0", "Bad.");
    folder.expect(0, &["sync"]);
    folder
}

/// Checks that `drive` stays what version 1 had, through everything that publishes.
fn stays_pinned(folder: &Folder, first: Option<&String>, what: &str) {
    let root = folder.root();
    assert_eq!(root["pinned"]["drive"]["version"], 1, "{what}");
    assert_eq!(root["held"].get("drive"), None, "{what}: a pinned module is not held");
    assert_eq!(entry(folder, "HEAD", "drive").as_ref(), first, "{what}");
    for args in [&["sync"][..], &["sync", "drive"], &["prune"], &["sync", "--trigger", "nightly"]] {
        nothing_is_published(folder, args, what);
    }
    revise(folder, "chat", "1.1.0", "Better.");
    assert!(matches!(folder.modreg(&["sync"]).code, 0 | 3), "{what}");
    assert_eq!(folder.root()["held"], serde_json::json!({}), "{what}");
    assert_eq!(entry(folder, "HEAD", "drive").as_ref(), first, "{what}: after a sync of another module");
    verifies(folder, what);
}

#[test]
fn a_rollback_of_a_module_whose_manifest_is_no_longer_good_is_followed_by_no_version_about_it() {
    for (what, mishap) in MISHAPS {
        let folder = two_versions();
        let first = entry(&folder, "HEAD~2", "drive");
        mishap(&folder);
        assert!(matches!(folder.modreg(&["sync"]).code, 0 | 3), "{what}");
        let code = folder.modreg(&["rollback", "1", "drive", "--reason", "bad words"]).code;
        assert!(matches!(code, 0 | 3), "{what}: {code}");
        stays_pinned(&folder, first.as_ref(), what);
    }
}

#[test]
fn what_becomes_of_the_manifest_of_a_pinned_module_makes_no_version() {
    for (what, mishap) in MISHAPS {
        let folder = two_versions();
        let first = entry(&folder, "HEAD~2", "drive");
        folder.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
        mishap(&folder);
        stays_pinned(&folder, first.as_ref(), what);
    }
}

#[test]
fn a_module_that_is_pinned_to_have_no_entry_gets_none() {
    let folder = two_versions();
    publish(&folder, "mail");
    folder.expect(0, &["rollback", "2", "mail", "--reason", "too early"]);
    assert_eq!((version(&folder), entry(&folder, "HEAD", "mail")), (4, None));
    let mishaps: &[(&str, Act)] = &[
        ("another version", |folder| revise(folder, "mail", "2.0.0", "Other.")),
        ("an invalid one", |folder| break_manifest(folder, "mail")),
        ("a second one", |folder| {
            folder.write("modules/mail/module.yaml", manifest("mail"));
            folder.write("modules/other/mail.yaml", manifest("mail"));
            folder.commit("a duplicate");
        }),
    ];
    for (what, mishap) in mishaps {
        mishap(&folder);
        nothing_is_published(&folder, &["sync"], what);
        assert_eq!(entry(&folder, "HEAD", "mail"), None, "{what}");
    }
    folder.remove("modules/other/mail.yaml");
    folder.commit("one of them");
    ends(&folder, 0, &["unpin", "mail"], "unpinned");
    assert!(entry(&folder, "HEAD", "mail").is_some());
    verifies(&folder, "unpinned");
}

#[test]
fn a_pin_outlasts_the_revert_of_the_version_that_set_it_until_it_is_lifted() {
    let folder = two_versions();
    folder.expect(0, &["rollback", "1", "drive", "--reason", "bad words"]);
    let first = entry(&folder, "HEAD", "drive");
    folder.git(&["revert", "--no-edit", "HEAD"]);
    ends(&folder, 0, &["sync"], "the registry commit alone was reverted");
    assert_eq!((version(&folder), entry(&folder, "HEAD", "drive")), (4, first));
    assert_eq!(folder.root()["pinned"]["drive"]["version"], 1);
    folder.expect(0, &["unpin", "drive"]);
    assert_eq!(folder.root()["pinned"], serde_json::json!({}));
    assert_eq!(commit_of(&folder, "HEAD:registry/modules"), commit_of(&folder, "HEAD~4:registry/modules"));
    verifies(&folder, "a pin that was reverted");
}
