//! The architecture as a test: where each heavy crate is at home, what the pure core does not touch, in which direction
//! the modules depend, and how long a file may be.
//!
//! It reads the sources as text. What only tests use is left out, for a test may look at anything.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on fails the test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

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
    ("governor", &["serve/auth/attempts.rs"]),
    ("rayon", &["compile", "git", "sync/plan/properties.rs", "sync/plan/sources.rs", "cli/context.rs"]),
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

/// What the pure modules have no business with.
const WORLD: &[&str] = &["std::fs", "std::env", "std::net", "std::process", "std::thread", "SystemTime::now"];

/// No file is longer.
const LINES: usize = 600;

/// A file of the sources.
struct Source {
    /// Below `src/`, with `/`.
    path: String,
    /// Without comments and without what only tests use.
    code: String,
}

impl Source {
    /// The top-level module that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_in(&self, home: &str) -> bool {
        self.path == home || self.module() == home
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
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

/// All files below `src/` that are part of the program.
fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    files.sort();
    let program = files.iter().filter(|file| !is_for_tests(file)).map(|file| Source {
        path: file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"),
        code: code(&fs::read_to_string(file).unwrap()),
    });
    program.collect()
}

fn is_for_tests(file: &Path) -> bool {
    let parts = file.strip_prefix(root()).unwrap().iter().map(|part| part.to_string_lossy());
    parts
        .map(|part| part.trim_end_matches(".rs").to_owned())
        .any(|part| part == "tests" || part == "testing" || part.ends_with("_tests"))
}

/// Drops comments, and the tests at the end of a file.
fn code(text: &str) -> String {
    let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = program.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether the code names a crate or a path: `name::…`, `use name;`, `use name as …`.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + name.len()..]);
        let is_whole = !before.ends_with(is_name_character) && !before.ends_with("::");
        let is_path =
            after.starts_with("::") || (name.contains("::") && !after.starts_with(is_name_character));
        let is_imported = before.ends_with("use ") && !after.starts_with(is_name_character);
        is_whole && (is_path || is_imported)
    })
}

/// The modules of this crate that the code names: what follows `crate::`, one name or a group of them.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (start, name) in code.match_indices("crate::") {
        match code[start + name.len()..].strip_prefix('{') {
            Some(group) => used.extend(top_names(group)),
            None => used.extend(first_name(&code[start + name.len()..])),
        }
    }
    used
}

fn first_name(text: &str) -> Option<String> {
    let name = text.trim_start().split(|character| !is_name_character(character)).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The first name of each member of a group of imports, up to its closing brace.
fn top_names(group: &str) -> Vec<String> {
    let (mut depth, mut members) = (0_usize, vec![String::new()]);
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(String::new()),
            other => {
                if let Some(member) = members.last_mut() {
                    member.push(other);
                }
            }
        }
    }
    members.iter().filter_map(|member| first_name(member)).collect()
}

/// The layer of each module: the paragraphs of `lib.rs`, from the top.
fn layers() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("lib.rs")).unwrap();
    let mut layers = BTreeMap::new();
    for (layer, paragraph) in text.split("\n\n").enumerate() {
        for line in paragraph.lines() {
            let declared = line.trim_start_matches("pub ").strip_prefix("mod ");
            if let Some(module) = declared.and_then(|rest| rest.strip_suffix(';')) {
                layers.insert(module.to_owned(), layer);
            }
        }
    }
    layers
}

fn report(strays: &[String]) {
    assert!(strays.is_empty(), "\n{}\n", strays.join("\n"));
}

#[test]
fn each_heavy_crate_has_one_home() {
    let mut strays = Vec::new();
    for source in sources() {
        for (name, homes) in HOMES {
            if names(&source.code, name) && !homes.iter().any(|home| source.is_in(home)) {
                strays.push(format!(
                    "src/{} names `{name}`, which is at home in {}",
                    source.path,
                    homes.join(", ")
                ));
            }
        }
    }
    report(&strays);
}

#[test]
fn every_home_is_lived_in() {
    let sources = sources();
    let mut strays = Vec::new();
    for (name, homes) in HOMES {
        for home in *homes {
            if !sources.iter().any(|source| source.is_in(home) && names(&source.code, name)) {
                strays.push(format!(
                    "`{name}` may be named in {home}, but nothing there does: drop it from the table"
                ));
            }
        }
    }
    report(&strays);
}

#[test]
fn the_core_does_not_touch_the_world() {
    let mut strays = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&source.module())) {
        for name in WORLD {
            let last = name.rsplit("::").next().unwrap_or(name);
            let in_group = source.code.contains("use std::{") && {
                let group = source.code.split("use std::{").nth(1).unwrap_or_default();
                name.starts_with("std::") && top_names(group).iter().any(|member| member == last)
            };
            if names(&source.code, name) || in_group {
                strays.push(format!("src/{} names `{name}`, but `{}` is pure", source.path, source.module()));
            }
        }
    }
    report(&strays);
}

#[test]
fn modules_use_only_what_stands_above_them() {
    let layers = layers();
    let mut strays = Vec::new();
    for source in sources() {
        let Some(own) = layers.get(source.module()) else { continue };
        for used in used_modules(&source.code) {
            if layers.get(&used).is_some_and(|layer| layer > own) {
                strays.push(format!("src/{} uses `{used}`, which stands below it in lib.rs", source.path));
            }
        }
    }
    report(&strays);
}

/// The paths that a file imports, in full: `use` with its groups taken apart.
fn imports(source: &Source) -> Vec<String> {
    let file = source.path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    let parent = file.rsplit_once("::").map_or("", |(parent, _)| parent);
    let uses = source.code.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next());
    let paths = uses.flat_map(|tree| expand(&tree.split_whitespace().collect::<String>()));
    paths
        .filter_map(|path| match path.split_once("::")? {
            ("crate", rest) => Some(rest.to_owned()),
            ("super", rest) => Some(format!("{parent}::{rest}")),
            _ => None,
        })
        .collect()
}

/// The paths of a tree of imports: `a::{b, c::{d, e}}` has three.
fn expand(tree: &str) -> Vec<String> {
    let Some((before, group)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut members) = (0_usize, vec![String::new()]);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match (character, members.last_mut()) {
            (',', _) if depth == 0 => members.push(String::new()),
            (_, Some(member)) => member.push(character),
            (_, None) => {}
        }
    }
    members.retain(|member| !member.is_empty());
    members.iter().flat_map(|member| expand(member)).map(|path| format!("{before}{path}")).collect()
}

#[test]
fn no_files_of_git_import_each_other_in_a_circle() {
    let sources = sources();
    let files: BTreeMap<String, &Source> = sources
        .iter()
        .filter(|source| source.is_in("git") && !source.path.ends_with("mod.rs"))
        .map(|source| (source.path.trim_end_matches(".rs").replace('/', "::"), source))
        .collect();
    let (mut strays, mut edges) = (Vec::new(), BTreeMap::new());
    for (file, source) in &files {
        let imported: BTreeSet<_> =
            imports(source).into_iter().filter(|path| path.starts_with("git::")).collect();
        let home = |path: &String| {
            files.keys().find(|file| path == *file || path.starts_with(&format!("{file}::"))).cloned()
        };
        strays.extend(imported.iter().filter(|path| home(path).is_none()).map(|path| {
            format!(
                "src/{} imports `{path}`, which is no file's own: import it from where it is written",
                source.path
            )
        }));
        edges.insert(file.clone(), imported.iter().filter_map(home).collect::<BTreeSet<_>>());
    }
    assert!(edges.values().flatten().count() > files.len(), "the imports are not understood: {edges:#?}");
    // Takes away what imports nothing that is left, again and again: circles stay.
    while let Some(free) =
        edges.iter().find(|(_, imported)| imported.is_empty()).map(|(file, _)| file.clone())
    {
        edges.remove(&free);
        for imported in edges.values_mut() {
            imported.remove(&free);
        }
    }
    strays
        .extend(edges.iter().map(|(file, imported)| format!("{file} is in or above a circle: {imported:?}")));
    report(&strays);
}

#[test]
fn every_module_has_a_layer() {
    let layers = layers();
    let modules: BTreeSet<String> = sources().iter().map(|source| source.module().to_owned()).collect();
    let without: Vec<_> = modules
        .iter()
        .filter(|module| !["lib", "main"].contains(&module.as_str()))
        .filter(|module| !layers.contains_key(*module))
        .cloned()
        .collect();
    report(&without);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    rust_files(&root().join("../tests"), &mut files);
    let mut strays = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        if lines > LINES {
            strays.push(format!("{} has {lines} lines, and {LINES} are the most", file.display()));
        }
        if !text.starts_with("//! ") {
            strays.push(format!("{} does not begin with its purpose, `//! …`", file.display()));
        }
    }
    report(&strays);
}

#[test]
fn the_reader_of_imports_finds_them() {
    let code = "use crate::{\n    domain::{ModuleName, schema},\n    git::Repository,\n};\nlet x = crate::load::read();";
    let expected: BTreeSet<String> = ["domain", "git", "load"].map(str::to_owned).into();
    assert_eq!(used_modules(code), expected);
    for (code, named) in [
        ("use git2::Oid;", true),
        ("use git2;", true),
        ("x.map(git2::Oid::from)", true),
        ("use super::git2::x;", false),
        ("from_git2::x", false),
        ("let git2 = 1;", false),
    ] {
        assert_eq!(names(code, "git2"), named, "{code}");
    }
}
