//! `modreg verify`: whatever was tampered with is named, and the answer is 1.

use crate::harness::Folder;

const ENTRY: &str = "registry/modules/dr/iv/drive.json";

/// What is done to a registry, how, and the problems that must be named.
type Tampering = (&'static str, fn(&Folder), &'static [&'static str]);

fn problems(folder: &Folder) -> Vec<String> {
    let report = folder.report(1, "verify-report", &["verify"]);
    assert_eq!(report["verified"], false);
    let problems = report["problems"].as_array().unwrap().iter();
    problems.map(|problem| format!("{} {}", problem["code"], problem["path"]).replace('"', "")).collect()
}

#[test]
fn a_good_registry_is_verified_and_a_new_one_too() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["verify"]).prints(&["there is no registry yet"]);
    folder.expect(0, &["sync"]);
    let report = folder.report(0, "verify-report", &["verify"]);
    assert_eq!((&report["verified"], &report["version"]), (&true.into(), &1.into()));
    assert_eq!(report["tree"], folder.root()["tree"]);
}

#[test]
fn every_tampering_is_named() {
    let tamperings: [Tampering; 6] = [
        (
            "an edited entry",
            |folder| folder.edit(ENTRY, "second", "edited"),
            &["root/tree registry/snapshot.json", "entry/differs registry/modules/dr/iv/drive.json"],
        ),
        (
            "an entry in another layout",
            |folder| folder.edit(ENTRY, "  \"name\"", "    \"name\""),
            &["entry/form registry/modules/dr/iv/drive.json"],
        ),
        (
            "an entry that is no JSON",
            |folder| folder.write(ENTRY, "{"),
            &["entry/form registry/modules/dr/iv/drive.json"],
        ),
        (
            "an entry that is gone",
            |folder| folder.remove(ENTRY),
            &["root/tree registry/snapshot.json", "entry/missing registry/modules/dr/iv/drive.json"],
        ),
        (
            "an entry without a manifest",
            |folder| folder.write("registry/modules/no/te/note.json", "{\n  \"name\": \"note\"\n}\n"),
            &["entry/orphan registry/modules/no/te/note.json"],
        ),
        (
            "a stray file",
            |folder| folder.write("registry/modules/README.md", "hello"),
            &["entry/stray registry/modules/README.md", "root/tree registry/snapshot.json"],
        ),
    ];
    for (what, tamper, expected) in tamperings {
        let folder = Folder::with_modules(&["chat", "drive"]);
        folder.expect(0, &["sync"]);
        tamper(&folder);
        folder.commit(what);
        let found = problems(&folder);
        for problem in expected {
            assert!(found.iter().any(|found| found == problem), "{what}: no {problem:?} in {found:?}");
        }
        folder.expect(0, &["sync"]);
        folder.expect(0, &["verify"]);
    }
}

#[test]
fn sources_that_changed_since_are_no_problem() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("a change");
    folder.expect(0, &["verify"]);
    folder.expect(0, &["status"]).prints(&["stale"]);
}

#[test]
fn a_merge_is_not_blamed_for_what_it_took_from_a_parent() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.git(&["switch", "--quiet", "--create", "side"]);
    folder.edit("registry/modules/ch/at/chat.json", "What chat is for.", "Forged.");
    folder.commit("by hand");
    let edited = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["switch", "--quiet", "main"]);
    folder.write("notes.txt", "work");
    folder.commit("work");
    folder.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    let report = folder.json(1, &["verify"]);
    assert_eq!(report["problems"][0]["commit"], edited.as_str(), "{report:#}");
}
