//! Mistakes of authors, as files that one can open: what `validate` prints of each, and that following its help is enough.
//!
//! A case is a folder `tests/cases/authors/MISTAKE/FORMAT` with three parts: `before/` has the files below `modules/` as the
//! author wrote them, `expected.txt` what `modreg validate` prints of them and its exit code, and `after/` the same files once
//! the author did what the help says. `UPDATE_EXPECTED=1 cargo test --test cli authors` writes `expected.txt` anew.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use similar::TextDiff;

use crate::harness::{Folder, Ran};

/// The formats that a case may be about.
const FORMATS: [&str; 2] = ["json", "yaml"];

/// One mistake in one format.
struct Case {
    folder: PathBuf,
    before: Files,
    after: Files,
}

/// Files by their path below `modules/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn following_the_help_is_enough() {
    let cases = cases();
    assert!(!cases.is_empty(), "there are no cases");
    let failures: Vec<_> = cases.iter().filter_map(|case| case.check().err()).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let mut parts = names(&folder);
        // It is written where it is missing.
        parts.retain(|part| part != "expected.txt");
        assert_eq!(parts, ["after", "before"], "{} has other parts than a case", folder.display());
        let part = |name: &str| {
            let part = folder.join(name);
            let files = files(&part);
            assert!(!files.is_empty(), "{} has no files", part.display());
            files
        };
        Self { before: part("before"), after: part("after"), folder }
    }

    fn check(&self) -> Result<(), String> {
        let name = self.folder.display();
        let before = validate(&self.before);
        compare(&self.folder.join("expected.txt"), &transcript(&before))?;
        let after = validate(&self.after);
        if !is_clean(&after) {
            return Err(format!("{name}: `after` is not valid:\n{}", transcript(&after)));
        }
        if is_clean(&before) != (self.before == self.after) {
            return Err(format!("{name}: `before` and `after` differ exactly where there is a finding"));
        }
        Ok(())
    }
}

/// Compares what was printed with the file that contains the expected text, or writes that file.
pub(crate) fn compare(path: &Path, transcript: &str) -> Result<(), String> {
    if updates() {
        fs::write(path, transcript).expect("a case can be written");
    }
    let remedy = "`UPDATE_EXPECTED=1` before the command of the test writes it";
    let expected =
        fs::read_to_string(path).map_err(|error| format!("{}: {error}; {remedy}", path.display()))?;
    if expected == transcript {
        return Ok(());
    }
    let difference = TextDiff::from_lines(&expected, transcript).unified_diff().to_string();
    Err(format!("{} is not what is printed now; {remedy}\n{difference}", path.display()))
}

/// All cases, in the order of their names.
fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/authors");
    let mut cases = Vec::new();
    for mistake in names(&root) {
        let mistake = root.join(mistake);
        let formats = names(&mistake);
        assert!(!formats.is_empty(), "{} has no case", mistake.display());
        for format in formats {
            let folder = mistake.join(&format);
            assert!(FORMATS.contains(&format.as_str()), "{} is not named after a format", folder.display());
            cases.push(Case::read(folder));
        }
    }
    cases
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("a readable folder"))).collect();
    names.sort();
    names
}

/// The files below a folder.
pub(crate) fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).expect("a readable file"));
        }
    }
    found
}

/// Runs `modreg validate` in a folder with these manifests and nothing else.
fn validate(manifests: &Files) -> Ran {
    let folder = Folder::empty();
    for (path, bytes) in manifests {
        folder.write(&format!("modules/{path}"), bytes);
    }
    folder.modreg(&["validate"])
}

/// What a run printed, and how it ended.
pub(crate) fn transcript(ran: &Ran) -> String {
    format!("{}{}exit code {}\n", ran.out, ran.err, ran.code)
}

fn is_clean(ran: &Ran) -> bool {
    ran.code == 0 && ran.out.is_empty() && ran.err.contains("no problems in")
}

#[expect(clippy::disallowed_methods, reason = "only a person who changes messages asks for it")]
fn updates() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some_and(|value| value == "1")
}
