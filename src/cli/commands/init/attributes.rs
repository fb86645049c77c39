//! The Git attributes that keep the bytes of generated files, in a `.gitattributes` that may already exist.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    cli::error::CliError,
    domain::{ModuleName, RepoPath},
    git::Repository,
    load,
    registry::{entry_repo_path, root_path},
    sync::SyncError,
};

pub(super) const FILE_NAME: &str = ".gitattributes";

/// The lines that prevent Git from changing the bytes of generated files, reviews from showing these files, and a merge
/// from writing conflict markers into the root.
pub(super) const LINES: &str = "\
registry/** -text -filter -ident -working-tree-encoding linguist-generated
/registry/snapshot.json -merge
";

/// The comment before the lines in a file that existed before.
const HEADING: &str = "# Git does not change the bytes of the files that modreg generates.\n";

/// The attributes that must be unset, because each of them changes bytes.
const UNSET: [&str; 4] = ["text", "filter", "ident", "working-tree-encoding"];
const GENERATED: &str = "linguist-generated";
const MERGE: &str = "merge";

/// The result of completing the attributes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Completed {
    /// The attributes were already right, wherever they are set.
    NothingToAdd,
    /// The lines were added at the end of the file.
    Added,
    /// Another file overrides the lines, or the file is not a regular file.
    Overruled,
}

/// Adds the lines to an existing `.gitattributes` if the attributes are not right. No existing line is changed.
pub(super) fn complete(repository: &Repository, root: &Path) -> Result<Completed, CliError> {
    if are_right(repository)? {
        return Ok(Completed::NothingToAdd);
    }
    let path = root.join(FILE_NAME);
    let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
    let failed = |source| SyncError::Io { path: path.clone(), source };
    let before = if is_file { fs::read(&path).map_err(failed)? } else { Vec::new() };
    if !is_file || before.ends_with(LINES.as_bytes()) {
        return Ok(Completed::Overruled);
    }
    load::replace(&path, &with_lines(&before)).map_err(failed)?;
    Ok(if are_right(repository)? { Completed::Added } else { Completed::Overruled })
}

/// Returns the content of a file with the lines at its end.
pub(super) fn with_lines(before: &[u8]) -> Vec<u8> {
    let mut text = before.to_vec();
    if !text.is_empty() {
        text.extend_from_slice(if text.ends_with(b"\n") { b"\n" } else { b"\n\n" });
    }
    [text.as_slice(), HEADING.as_bytes(), LINES.as_bytes()].concat()
}

fn are_right(repository: &Repository) -> Result<bool, CliError> {
    let names = [&UNSET[..], &[GENERATED, MERGE]].concat();
    let entry: ModuleName = "any-module".parse().map_err(|_| CliError::cannot_run("not a module name"))?;
    let root = repository.attributes(&root_path(), &names)?;
    let entry = repository.attributes(&entry_repo_path(&entry), &names)?;
    Ok(keep_bytes(&root) && keep_bytes(&entry) && root.get(MERGE).is_some_and(|value| value == "unset"))
}

fn keep_bytes(attributes: &BTreeMap<String, String>) -> bool {
    let is = |name: &str, wanted: &str| attributes.get(name).is_some_and(|value| value == wanted);
    UNSET.iter().all(|name| is(name, "unset")) && !is(GENERATED, "unspecified")
}

/// Returns the path of the file.
pub(super) fn path() -> RepoPath {
    RepoPath::new(FILE_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_added_after_existing_ones() {
        for (before, expected) in [
            ("", String::new()),
            ("*.png binary\n", "*.png binary\n\n".to_owned()),
            ("*.png binary", "*.png binary\n\n".to_owned()),
        ] {
            assert_eq!(with_lines(before.as_bytes()), format!("{expected}{HEADING}{LINES}").into_bytes());
        }
    }
}
