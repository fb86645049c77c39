//! Where the real manifests are.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::report;

/// A folder of manifests, one directory per module.
pub(crate) type Manifests = Vec<(String, Vec<u8>)>;

/// A part of the unpacked corpus, or `None` and a note where there is none.
pub(crate) fn part(name: &str) -> Option<PathBuf> {
    static UNPACKED: OnceLock<Option<PathBuf>> = OnceLock::new();
    let part = UNPACKED.get_or_init(|| named().or_else(unpack)).as_ref().map(|corpus| corpus.join(name));
    let part = part.filter(|part| part.exists());
    if part.is_none() {
        report::line(&format!("skipped: no corpus with `{name}` is at hand"));
    }
    part
}

/// The manifests of a part: their paths below `modules/`, sorted, and their bytes.
pub(crate) fn manifests(part: &Path) -> Manifests {
    let mut manifests = Vec::new();
    for module in fs::read_dir(part).expect("a part of the corpus is a folder") {
        let module = module.expect("a readable folder").path();
        for file in fs::read_dir(&module).expect("a folder for each module") {
            let file = file.expect("a readable file").path();
            let path = file.strip_prefix(part).expect("it is within the part");
            let path = path.to_str().expect("module names are plain").to_owned();
            manifests.push((path, fs::read(&file).expect("a readable file")));
        }
    }
    manifests.sort();
    manifests
}

/// The rows of a table of the corpus, each as its first columns.
pub(crate) fn table<const COLUMNS: usize>(name: &str) -> Option<Vec<[String; COLUMNS]>> {
    let unpacked = named().map(|corpus| corpus.join(name));
    let text =
        unpacked.into_iter().chain([packed().join(name)]).find_map(|path| fs::read_to_string(path).ok());
    if text.is_none() {
        report::line(&format!("skipped: no corpus with `{name}` is at hand"));
    }
    let row = |line: &str| {
        let cells: Vec<String> = cells(line).into_iter().take(COLUMNS).collect();
        <[String; COLUMNS]>::try_from(cells).unwrap_or_else(|_| panic!("{name}: a short row: {line}"))
    };
    Some(text?.lines().skip(1).map(row).collect())
}

/// The cells of one line of a table (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            other => cells.last_mut().expect("there is always a cell").push(other),
        }
    }
    cells
}

#[expect(clippy::disallowed_methods, reason = "only a machine that has the corpus names it")]
fn named() -> Option<PathBuf> {
    std::env::var_os("MODREG_CORPUS").map(PathBuf::from)
}

/// The packed corpus beside the checkout.
fn packed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus")
}

/// Unpacks the packed corpus into the folder that cargo keeps for tests.
fn unpack() -> Option<PathBuf> {
    let script = packed().join("unpack.sh");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    let unpacked = script.is_file() && std::process::Command::new(script).arg(&to).status().ok()?.success();
    unpacked.then_some(to)
}
