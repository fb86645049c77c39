//! Real manifests; the tests are skipped with a note if there is no checkout of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Parsed, parse};
use crate::{domain::RepoPath, source::limits::Limits};

/// Returns the unpacked corpus that `MODREG_CORPUS` names.
fn corpus(part: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests have no context")]
    let root = std::env::var_os("MODREG_CORPUS").map(PathBuf::from);
    let folder = root.map(|root| root.join(part)).filter(|folder| folder.is_dir());
    #[expect(clippy::print_stderr, reason = "a note that nothing was tested")]
    if folder.is_none() {
        eprintln!("skipped: `MODREG_CORPUS` names no unpacked corpus with `{part}`");
    }
    folder
}

fn files(folder: &Path) -> Vec<(RepoPath, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            files.push((RepoPath::new(path), fs::read(entry.path()).unwrap()));
        }
    }
    files
}

#[test]
fn real_manifests_are_read_as_the_references_read_them() {
    let Some(folder) = corpus("modules") else { return };
    let mut count = 0;
    for (path, bytes) in files(&folder) {
        let Parsed { document, diagnostics } = parse(&path, &bytes, &Limits::default());
        assert!(diagnostics.is_empty(), "{path}: {diagnostics:?}");
        let ours = document.unwrap().root().to_json();
        let text = std::str::from_utf8(&bytes).unwrap().trim_start_matches('\u{feff}');
        let theirs = match path.extension() {
            "json" => serde_json::from_str(text).map_err(|error| error.to_string()),
            _ => serde_yaml::from_str::<serde_json::Value>(text).map_err(|error| error.to_string()),
        };
        // Whole numbers written as floats are the only difference there may be.
        assert_eq!(
            ours.to_string().replace(".0", ""),
            theirs.unwrap().to_string().replace(".0", ""),
            "{path}"
        );
        count += 1;
    }
    assert!(count > 3000, "{count} manifests");
}

/// Returns the kinds of `broken.csv`, by module, if the table is beside the unpacked folders or the packed corpus.
fn kinds(folder: &Path) -> Option<Vec<(String, String)>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/broken.csv");
    let table =
        fs::read_to_string(folder.with_extension("csv")).or_else(|_| fs::read_to_string(shared)).ok()?;
    let row = |line: &str| {
        let mut columns = line.split(',');
        Some((columns.next()?.to_owned(), columns.nth(1)?.to_owned()))
    };
    table.lines().skip(1).map(row).collect()
}

#[test]
fn broken_manifests_have_findings_of_their_kind() {
    let Some(folder) = corpus("broken") else { return };
    let kinds = kinds(&folder).unwrap_or_default();
    for (path, bytes) in files(&folder) {
        let diagnostics = parse(&path, &bytes, &Limits::default()).diagnostics;
        let codes = diagnostics.iter().map(|diagnostic| diagnostic.rule.code).collect::<Vec<_>>();
        assert!(!codes.is_empty(), "{path}");
        let module = path.directory_name().unwrap();
        if let Some((_, kind)) = kinds.iter().find(|(name, _)| name == module) {
            let expected = match kind.as_str() {
                "not-utf8" => "source/encoding",
                "duplicate-key" => "source/duplicate-key",
                _ => "source/syntax",
            };
            assert!(codes.contains(&expected), "{path}: {kind}, {codes:?}");
        }
    }
}
