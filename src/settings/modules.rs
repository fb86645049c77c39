//! `[modules]`: the folder of the manifests.

use super::{error::MessageAndHelp, section::Section};
use crate::domain::RepoPath;

pub(super) const KEYS: &[&str] = &["path"];

/// The folders that a registry's repository has for other files than manifests.
const RESERVED: [&str; 2] = ["registry", "schema"];

pub(super) fn read(mut section: Section<'_>) -> RepoPath {
    section.parsed("path", parse).unwrap_or_else(|| RepoPath::new("modules"))
}

/// Takes a folder within the repository, its parts joined by `/`.
fn parse(text: &str) -> Result<RepoPath, MessageAndHelp> {
    let wrong = |message: &str, help: &str| Err((message.to_owned(), help.to_owned()));
    let parts: Vec<_> = text.split('/').collect();
    if text.starts_with('/') || text.contains('\\') || text.as_bytes().get(1) == Some(&b':') {
        return wrong(
            "the path must be relative to the repository",
            "write it as in `path = \"modules\"`, with `/`",
        );
    }
    if parts.contains(&"..") {
        return wrong("the path contains `..`", "name the folder without `..`");
    }
    if parts.iter().any(|part| part.is_empty() || *part == ".") {
        return wrong(
            "the path has an empty part",
            "write it as in `path = \"modules\"`, without `.` or a final `/`",
        );
    }
    if parts.iter().any(|part| part.starts_with('.')) || text.chars().any(char::is_control) {
        return wrong(
            "manifests in hidden folders are not read",
            "choose a folder whose name does not start with `.`",
        );
    }
    if let Some(reserved) = RESERVED.into_iter().find(|reserved| parts[0].eq_ignore_ascii_case(reserved)) {
        return Err((
            format!("`{reserved}` contains other files of the registry"),
            "choose another folder".to_owned(),
        ));
    }
    Ok(RepoPath::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_folders_within_the_repository() {
        for (text, valid) in [
            ("modules", true),
            ("apps/all modules", true),
            ("registry-sources", true),
            ("a/registry", true),
            ("", false),
            (".", false),
            ("/modules", false),
            ("C:/modules", false),
            ("a\\b", false),
            ("modules/", false),
            ("a//b", false),
            ("./modules", false),
            ("a/../b", false),
            ("..", false),
            (".git", false),
            ("a/.b", false),
            ("a\nb", false),
            ("registry", false),
            ("Registry/modules", false),
            ("schema/x", false),
        ] {
            assert_eq!(parse(text).is_ok(), valid, "{text:?}");
        }
    }
}
