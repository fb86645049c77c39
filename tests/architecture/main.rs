//! The architecture as a test: where each heavy crate is at home, what the pure core does not touch, in which direction the
//! modules and files depend, and how long a file may be.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on fails the test")]

mod sources;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sources::{PROGRAM, root};

/// Each heavy crate, and the modules or files that alone may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("terminal_size", &["cli"]),
    ("anstream", &["cli"]),
    ("anstyle", &["report"]),
    ("miette", &["report/findings/human.rs"]),
    ("similar", &["report", "diff"]),
    ("notify_debouncer_full", &["cli"]),
    ("signal_hook", &["cli"]),
    ("quick_junit", &["report/findings/junit.rs"]),
    ("git2", &["git"]),
    ("flate2", &["git", "serve"]),
    ("walkdir", &["load"]),
    ("granit_parser", &["source"]),
    ("jsonschema", &["schema"]),
    ("serde_yaml", &["report/manifest.rs"]),
    ("toml", &["settings"]),
    ("arc_swap", &["serve"]),
    ("axum", &["serve"]),
    ("brotli", &["serve"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["serve"]),
    ("prometheus_client", &["serve"]),
    ("tokio", &["serve"]),
    ("tower", &["serve"]),
    ("tower_http", &["serve"]),
    ("tracing", &["serve"]),
    ("zstd", &["serve"]),
    ("croner", &["domain/schedule.rs"]),
    ("ureq", &["http.rs"]),
    ("rustls", &["http.rs"]),
    ("jsonwebtoken", &["serve/auth/keys.rs"]),
    ("governor", &["serve/auth/failed_logins.rs"]),
    ("rayon", &["compile", "git", "sync/plan/sources.rs", "cli/context.rs"]),
];

/// The modules that take values and return values.
const PURE: &[&str] = &[
    "diagnostic",
    "domain",
    "object",
    "source",
    "settings",
    "schema",
    "manifest",
    "rules",
    "registry",
    "compile",
    "fix",
    "diff",
];

/// What the pure modules do not use.
const WORLD: &[&str] =
    &["std::fs", "std::env", "std::net", "std::process", "std::thread", "std::time::SystemTime::now"];

/// The highest number of lines of a file; nine in ten have fewer than 400.
const LINES: usize = 500;

fn report(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn each_heavy_crate_has_one_home() {
    let mut violations = Vec::new();
    for source in &PROGRAM.sources {
        for (name, homes) in HOMES {
            if source.names(name) && !homes.iter().any(|home| source.is_in(home)) {
                let homes = homes.join(", ");
                violations.push(format!("src/{} names `{name}`, which belongs to {homes}", source.path));
            }
        }
    }
    report(&violations);
}

#[test]
fn every_home_uses_its_crate() {
    let sources = &PROGRAM.sources;
    let mut violations = Vec::new();
    for (name, homes) in HOMES {
        for home in *homes {
            if !sources.iter().any(|source| source.is_in(home) && source.names(name)) {
                violations.push(format!("{home} does not name `{name}`: drop it from the table"));
            }
        }
    }
    report(&violations);
}

#[test]
fn the_core_does_no_io() {
    let mut violations = Vec::new();
    for source in PROGRAM.sources.iter().filter(|source| PURE.contains(&source.top_module())) {
        for name in WORLD.iter().filter(|name| source.names(name)) {
            violations.push(format!(
                "src/{} names `{name}`, but `{}` is pure",
                source.path,
                source.top_module()
            ));
        }
    }
    report(&violations);
}

/// Returns the modules of `lib.rs` in the order of their lines.
fn modules_in_order() -> Vec<String> {
    let text = fs::read_to_string(root().join("lib.rs")).unwrap();
    let declared = text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    declared.filter_map(|rest| rest.strip_suffix(';')).map(str::to_owned).collect()
}

#[test]
fn modules_use_only_those_above_them_in_lib_rs() {
    let order = modules_in_order();
    let line = |module: &str| order.iter().position(|name| name == module);
    let mut violations = Vec::new();
    for source in &PROGRAM.sources {
        let used: BTreeSet<_> =
            source.named.iter().filter(|path| path[0] == "crate").filter_map(|path| path.get(1)).collect();
        for used in used {
            if line(used) > line(source.top_module()) && source.path != "lib.rs" {
                violations.push(format!("src/{} uses `{used}`, which comes below it in lib.rs", source.path));
            }
        }
    }
    report(&violations);
}

#[test]
fn the_code_map_lists_the_modules_in_their_order() {
    let text = fs::read_to_string(root().join("lib.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split_once("`]"));
    let mapped: Vec<_> = rows.map(|(module, _)| module).filter(|name| !name.contains("::")).collect();
    let public = modules_in_order().into_iter().filter(|module| module != "testing");
    assert_eq!(mapped, public.collect::<Vec<_>>());
}

#[test]
fn the_pages_for_contributors_name_files_that_exist() {
    let repository = root().join("..");
    let mut violations = Vec::new();
    for page in ["src/lib.rs", ".github/CONTRIBUTING.md"] {
        let text = fs::read_to_string(repository.join(page)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2).filter(|quoted| !quoted.contains([' ', '<', '…']));
        let is_path = |quoted: &&str| {
            quoted.contains('/') && [".rs", ".md", "/"].iter().any(|end| quoted.ends_with(end))
        };
        for path in quoted.filter(is_path) {
            if ![root(), repository.clone()].iter().any(|folder| folder.join(path).exists()) {
                violations.push(format!("{page} names `{path}`, which is not there"));
            }
        }
    }
    report(&violations);
}

#[test]
fn no_two_files_import_each_other() {
    let imports = PROGRAM.imports();
    assert!(imports.iter().flatten().count() > 2 * imports.len(), "the imports are not understood");
    let reached: Vec<_> = (0..imports.len()).map(|from| reachable(&imports, from)).collect();
    let mut violations = Vec::new();
    for (from, imported) in imports.iter().enumerate() {
        for to in imported.iter().filter(|to| reached[**to].contains(&from)) {
            let (from, to) = (&PROGRAM.sources[from].path, &PROGRAM.sources[*to].path);
            violations.push(format!("src/{from} imports src/{to}, which leads back to it"));
        }
    }
    report(&violations);
}

/// Returns the files that can be reached from a file by its imports and theirs.
fn reachable(imports: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        next.extend(imports[file].iter().copied().filter(|import| reached.insert(*import)));
    }
    reached
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    rust_files(&root().join("../tests"), &mut files);
    let mut violations = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        if lines > LINES {
            violations.push(format!("{} has {lines} lines, and {LINES} are the most", file.display()));
        }
        if !text.starts_with("//! ") {
            violations.push(format!("{} does not begin with its purpose, `//! …`", file.display()));
        }
    }
    report(&violations);
}
