//! The paths of the registry's files.
//!
//! Entries are sharded by name as Cargo's package index is, so that changing one module rewrites three small directories
//! however many modules there are.

use crate::domain::{ModuleName, RepoPath};

/// The directory of everything that is generated.
pub const REGISTRY: &str = "registry";
/// The root file, inside [`REGISTRY`].
pub const ROOT_FILE: &str = "snapshot.json";
/// The directory of the entries, inside [`REGISTRY`].
pub const ENTRIES: &str = "modules";

/// Returns the path of a module's entry inside `registry/modules`: `2/ab.json`, `3/a/abc.json`, else `dr/iv/drive.json`.
pub fn entry_path(name: &ModuleName) -> String {
    let name = name.as_str();
    match name.len() {
        2 => format!("2/{name}.json"),
        3 => format!("3/{}/{name}.json", &name[..1]),
        _ => format!("{}/{}/{name}.json", &name[..2], &name[2..4]),
    }
}

/// Returns the path of the root in the repository.
pub fn root_path() -> RepoPath {
    RepoPath::new(format!("{REGISTRY}/{ROOT_FILE}"))
}

/// Returns the path of the directory of the entries in the repository.
pub fn entries_path() -> RepoPath {
    RepoPath::new(format!("{REGISTRY}/{ENTRIES}"))
}

/// Returns the path of a module's entry in the repository.
pub fn entry_repo_path(name: &ModuleName) -> RepoPath {
    entries_path().join(&entry_path(name))
}

/// Returns the module whose entry is at a path inside `registry/modules`, or `None` if no entry belongs there.
pub fn module_of(path: &str) -> Option<ModuleName> {
    let file = path.rsplit('/').next()?;
    let name: ModuleName = file.strip_suffix(".json")?.parse().ok()?;
    (entry_path(&name) == path).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sharded_by_name_and_found_again() {
        for (name, path) in [
            ("ab", "2/ab.json"),
            ("abc", "3/a/abc.json"),
            ("chat", "ch/at/chat.json"),
            ("drive", "dr/iv/drive.json"),
            ("a-b-c", "a-/b-/a-b-c.json"),
        ] {
            let name: ModuleName = name.parse().unwrap();
            assert_eq!(entry_path(&name), path);
            assert_eq!(module_of(path), Some(name));
        }
    }

    #[test]
    fn paths_outside_of_the_layout_are_not_entries() {
        for path in
            ["drive.json", "ch/at/drive.json", "dr/iv/drive.yaml", "dr/iv/Drive.json", "README.md", ""]
        {
            assert_eq!(module_of(path), None, "{path}");
        }
    }
}
