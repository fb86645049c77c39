//! JSON or YAML: the format of a file, which its name decides.

use crate::domain::RepoPath;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON as in RFC 8259.
    Json,
    /// YAML 1.2 in the dialect of `serde_yaml`.
    Yaml,
}

impl Format {
    /// Returns the format that the extension of `path` names; standard input, which has none, is read as YAML, of which
    /// nearly all JSON is a part.
    pub fn of(path: &RepoPath) -> Self {
        if path.extension() == "json" { Self::Json } else { Self::Yaml }
    }
}
