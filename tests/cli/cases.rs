//! A failing case for each rule, as files that one can open.
//!
//! The case of a rule is the folder `tests/cases/NAMESPACE/CODE`. Its files are copied into an empty folder, `manifest.yaml`
//! or `manifest.json` as `modules/tasks.yaml` or `modules/tasks.json`, and all others to where they are in the case. Then
//! `modreg validate` runs, and `expected.txt` contains what it prints and its exit code. A rule that needs more than that,
//! such as a history or another command, has a `session.md` instead. `UPDATE_EXPECTED=1 cargo test --test cli cases` writes
//! the outputs anew.

use std::path::{Path, PathBuf};

use crate::{
    authors::{compare, files, names, transcript},
    harness::Folder,
    session,
};

/// The folders of `tests/cases` that are not a namespace of rules.
const OTHERS: [&str; 3] = ["authors", "help", "sessions"];

/// Each namespace has a test here, so that they run side by side.
macro_rules! namespaces {
    ($($namespace:ident)*) => {
        const NAMESPACES: &[&str] = &[$(stringify!($namespace)),*];

        $(
            #[test]
            fn $namespace() {
                check_namespace(stringify!($namespace));
            }
        )*
    };
}

namespaces! {
    alias
    entry
    field
    name
    permission
    registry
    root
    schedule
    schema
    source
    status
    text
    version
}

#[test]
fn every_rule_has_an_explanation_and_a_case_and_every_case_a_rule() {
    let folder = Folder::empty();
    let list = folder.expect(0, &["explain"]).out;
    let words = list.lines().filter_map(|line| line.split(' ').next());
    let codes: Vec<_> = words.filter(|word| word.contains('/')).collect();
    for code in &codes {
        let explained = folder.expect(0, &["explain", code]).out;
        assert!(
            explained.split("\n\n").count() > 2,
            "`modreg explain {code}` explains nothing:\n{explained}"
        );
    }

    let root = cases_folder();
    let namespaces = names(&root).into_iter().filter(|name| !OTHERS.contains(&name.as_str()));
    let namespaces: Vec<_> = namespaces.collect();
    assert_eq!(
        namespaces, NAMESPACES,
        "each namespace has a folder in tests/cases and a test in tests/cli/cases.rs"
    );
    let in_namespace = |namespace: &String| {
        let cases = names(&root.join(namespace)).into_iter();
        cases.map(|case| format!("{namespace}/{case}")).collect::<Vec<_>>()
    };
    let cases: Vec<_> = namespaces.iter().flat_map(in_namespace).collect();
    let missing: Vec<_> = codes.iter().filter(|code| !cases.iter().any(|case| case == *code)).collect();
    assert!(missing.is_empty(), "write tests/cases/CODE/manifest.yaml for {missing:?}");
    assert_eq!(cases, codes, "each folder of tests/cases has a rule");
}

fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Runs the cases of a namespace, and fails after the last of them.
fn check_namespace(namespace: &str) {
    let folder = cases_folder().join(namespace);
    let check = |name: String| check(&format!("{namespace}/{name}"), &folder.join(name)).err();
    let failures: Vec<_> = names(&folder).into_iter().filter_map(check).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}

/// Runs the case of the rule `code`, whose output must contain that code.
fn check(code: &str, case: &Path) -> Result<(), String> {
    let folder = Folder::empty();
    for (path, bytes) in files(case) {
        match path.as_str() {
            "expected.txt" | "session.md" => {}
            "manifest.yaml" | "manifest.json" => {
                folder.write(&format!("modules/{}", path.replace("manifest", "tasks")), bytes);
            }
            _ => folder.write(&path, bytes),
        }
    }
    let session = case.join("session.md");
    let output = if session.exists() {
        session::run_in(&session, &folder)
    } else {
        let output = transcript(&folder.modreg(&["validate"]));
        compare(&case.join("expected.txt"), &output)?;
        output
    };
    if output.contains(code) {
        Ok(())
    } else {
        Err(format!("{}: no output contains `{code}`", case.display()))
    }
}
