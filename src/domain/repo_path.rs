//! The path of a file in the repository.

use std::fmt;

use serde::Serialize;

/// A file's path relative to the repository's root, its parts joined by `/` on every system.
///
/// A file that is checked outside a repository is named as the user typed it, standard input is `<stdin>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RepoPath(Box<str>);

impl RepoPath {
    /// Takes a path whose parts are already joined by `/`.
    pub fn new(path: impl Into<Box<str>>) -> Self {
        Self(path.into())
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last part: `module.yaml` of `modules/drive/module.yaml`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Returns the file name without its last extension: `module` of `modules/drive/module.yaml`.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Returns what follows the last `.` of the file name, or the empty text.
    pub fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Returns the name of the file's directory, if the path has one.
    pub fn directory_name(&self) -> Option<&str> {
        self.0.rsplit('/').nth(1)
    }

    /// Returns the name that a manifest at this path must declare: its stem, or its directory where the stem is `module`.
    pub fn module_stem(&self) -> &str {
        match self.stem() {
            "module" => self.directory_name().unwrap_or("module"),
            stem => stem,
        }
    }

    /// Returns the directories around the file, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        self.0.rmatch_indices('/').map(|(slash, _)| Self::new(&self.0[..slash]))
    }

    /// Returns whether `path` is this path or below it; every path is below the empty one.
    pub fn is_at_or_above(&self, path: &Self) -> bool {
        let rest = path.0.strip_prefix(&*self.0);
        self.0.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns the path of `part` inside this directory.
    #[must_use]
    pub fn join(&self, part: &str) -> Self {
        Self(format!("{}/{part}", self.0).into())
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_its_directories_and_not_below_their_namesakes() {
        for (directory, path, is_above) in [
            ("modules", "modules", true),
            ("modules", "modules/a/b.yaml", true),
            ("modules/a", "modules/ab", false),
            ("modules/a/b", "modules/a", false),
            ("", "a", true),
        ] {
            assert_eq!(
                RepoPath::new(directory).is_at_or_above(&RepoPath::new(path)),
                is_above,
                "{directory} {path}"
            );
        }
    }

    #[test]
    fn the_module_is_named_by_the_stem_or_by_the_directory() {
        for (path, stem) in [
            ("modules/drive/module.yaml", "drive"),
            ("modules/drive.json", "drive"),
            ("modules/a/b/chat.yml", "chat"),
            ("module.yaml", "module"),
            ("modules/my.tool.yaml", "my.tool"),
        ] {
            assert_eq!(RepoPath::new(path).module_stem(), stem, "{path}");
        }
    }
}
