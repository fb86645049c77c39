//! Thousands of valid manifests in one repository, and their entries after some of them became invalid.

use std::collections::BTreeMap;

use modreg::{
    domain::RepoPath,
    schema::Schemas,
    source::{self, Limits},
};
use serde_json::Value;

use crate::{
    corpus,
    harness::Folder,
    report::{by_code, changed, count, errors, row, total},
};

#[test]
fn real_manifests_become_a_registry_that_bad_ones_cannot_hurt() {
    let Some(part) = corpus::part("modules") else { return };
    let manifests = corpus::manifests(&part);
    let folder = Folder::repository();
    for (path, bytes) in &manifests {
        folder.write(&format!("modules/{path}"), bytes);
    }
    folder.commit("manifests");

    let report = folder.json(0, &["sync"]);
    assert_eq!(total(&report), manifests.len());
    assert_eq!(count(&report, "added"), manifests.len());
    assert_eq!(errors(&report), BTreeMap::new());
    assert_entries(&folder, &manifests);
    assert_eq!(folder.root()["tree"], folder.git(&["rev-parse", "HEAD:registry/modules"]));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    row(
        "manifests, one sync",
        &format!("{} added of {}, 0 errors", count(&report, "added"), manifests.len()),
    );

    let head = folder.git(&["rev-parse", "HEAD"]);
    let again = folder.json(0, &["sync"]);
    assert_eq!((count(&again, "unchanged"), total(&again)), (manifests.len(), manifests.len()));
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head, "without changes there is no commit");
    folder.expect(0, &["verify"]);
    row("second sync, verify, work tree", "no commit, verified, clean");

    assert_bad_manifests_are_held(&folder, manifests.len());
}

/// Every manifest has its entry where Cargo's index would have it, valid by the schema, and with what the author wrote.
fn assert_entries(folder: &Folder, manifests: &corpus::Manifests) {
    let schema = Schemas::compile("entry", &BTreeMap::new()).expect("a schema of the binary");
    for (path, bytes) in manifests {
        let name = path.split('/').next().expect("a folder for each module");
        let shard = match name.len() {
            2 => format!("2/{name}"),
            3 => format!("3/{}/{name}", &name[..1]),
            _ => format!("{}/{}/{name}", &name[..2], &name[2..4]),
        };
        let entry_path = format!("registry/modules/{shard}.json");
        let text = folder.read(&entry_path);
        let document =
            source::parse(&RepoPath::new(entry_path), text.as_bytes(), &Limits::default()).document;
        let found = schema.check(&document.expect("an entry is JSON"));
        assert!(found.is_empty(), "{name}: {found:?}");

        let entry: Value = serde_json::from_str(&text).expect("an entry is JSON");
        let manifest = parsed(path, bytes);
        assert_eq!((&entry["name"], &entry["source"]), (&name.into(), &format!("modules/{path}").into()));
        assert!(holds(&entry["aiContext"], &manifest["aiContext"]), "{name} lost something:\n{text}");
    }
}

/// Reads a manifest by the reference parsers.
fn parsed(path: &str, bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).expect("the manifests are UTF-8").trim_start_matches('\u{feff}');
    let is_json = path.rsplit('.').next() == Some("json");
    if is_json {
        serde_json::from_str(text).expect("JSON")
    } else {
        serde_yaml::from_str(text).expect("YAML")
    }
}

/// Returns whether a compiled value has everything that the authored one has; defaults may have been added.
fn holds(compiled: &Value, authored: &Value) -> bool {
    match (compiled, authored) {
        (Value::Object(compiled), Value::Object(authored)) => authored
            .iter()
            .all(|(key, value)| compiled.get(key).is_some_and(|compiled| holds(compiled, value))),
        (Value::Array(compiled), Value::Array(authored)) => {
            compiled.len() == authored.len() && compiled.iter().zip(authored).all(|(a, b)| holds(a, b))
        }
        (Value::Number(compiled), Value::Number(authored)) => compiled.as_f64() == authored.as_f64(),
        (compiled, authored) => compiled == authored,
    }
}

fn assert_bad_manifests_are_held(folder: &Folder, good: usize) {
    let (Some(invalid), Some(broken)) = (corpus::part("invalid"), corpus::part("broken")) else { return };
    let (invalid, broken) = (corpus::manifests(&invalid), corpus::manifests(&broken));
    let before = folder.git(&["rev-parse", "HEAD:registry/modules"]);
    for (path, _) in &invalid {
        folder
            .remove_folder(&format!("modules/{}", path.split('/').next().expect("a folder for each module")));
    }
    for (path, bytes) in invalid.iter().chain(&broken) {
        folder.write(&format!("modules/{path}"), bytes);
    }
    folder.commit("mistakes");

    let report = folder.json(3, &["sync"]);
    let errors = errors(&report);
    assert_eq!(total(&report), good + broken.len());
    assert_eq!((count(&report, "held"), count(&report, "errors")), (invalid.len(), broken.len()));
    assert_eq!(errors.len(), invalid.len() + broken.len(), "each bad manifest has an error");
    assert!(changed(&report, "removed").is_empty() && changed(&report, "updated").is_empty());
    assert_eq!(folder.git(&["rev-parse", "HEAD:registry/modules"]), before, "no entry was lost");
    assert_eq!(folder.root()["held"].as_object().map(serde_json::Map::len), Some(invalid.len()));
    folder.expect(0, &["verify"]);
    let bad = format!("{} held, {} refused: {}", invalid.len(), broken.len(), by_code(&errors));
    row("bad manifests among good ones", &bad);
}
