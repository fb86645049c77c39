//! The built-in schema against real manifests, on machines that have the corpus unpacked.

use std::{fs, path::PathBuf};

use super::{Schemas, testing::tree};

/// A manifest, and the findings on it as (code, route).
type Checked = (PathBuf, Vec<(&'static str, String)>);

/// Returns the manifests in a folder of the corpus, checked; `None` without a corpus.
fn findings(folder: &str) -> Option<Vec<Checked>> {
    #[expect(clippy::disallowed_methods, reason = "only a machine that has the corpus names it")]
    let corpus = std::env::var_os("MODREG_CORPUS");
    let Some(corpus) = corpus else {
        #[expect(clippy::print_stderr, reason = "a note that a test was skipped")]
        {
            eprintln!("skipped: MODREG_CORPUS names no unpacked corpus");
        }
        return None;
    };
    let schemas = Schemas::builtin();
    let mut all = Vec::new();
    for module in fs::read_dir(PathBuf::from(corpus).join(folder)).unwrap() {
        for file in fs::read_dir(module.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let text = text.trim_start_matches('\u{feff}');
            let value = match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") => serde_json::from_str(text).unwrap(),
                _ => serde_yaml::from_str(text).unwrap(),
            };
            let found = schemas.report_tree(&tree(&value)).findings;
            all.push((path, found.into_iter().map(|one| (one.rule.code, one.route.to_string())).collect()));
        }
    }
    assert!(!all.is_empty(), "the corpus has files in {folder}");
    Some(all)
}

#[test]
fn real_manifests_are_valid() {
    for (path, found) in findings("modules").into_iter().flatten() {
        assert_eq!(found, [], "{}", path.display());
    }
}

#[test]
fn real_mistakes_are_found_at_the_field_and_nothing_else_is() {
    for (path, found) in findings("invalid").into_iter().flatten() {
        let known = |(code, route): &(&str, String)| {
            *code == "schema/pattern" && ["/version", "/aiContext/purpose"].contains(&route.as_str())
        };
        assert!(!found.is_empty() && found.iter().all(known), "{}: {found:?}", path.display());
    }
}
