//! Git LFS: the pointer that a commit contains in place of a file whose content is stored elsewhere.
//!
//! Source: "Git LFS Specification", the section on pointers, in the documentation of Git LFS.

use super::rules;
use crate::source::parse_error::ParseError;

/// The start of every pointer.
const START: &str = "version https://git-lfs.github.com/spec/v1";

/// Returns the error for a text that is a pointer.
pub(super) fn pointer(text: &str) -> Option<ParseError> {
    let rest = text.strip_prefix(START)?;
    let is_pointer = rest.starts_with(['\n', '\r']) && rest.contains("\noid sha256:");
    is_pointer.then(|| {
        let message = "the file is a Git LFS pointer, not the content that it points to";
        ParseError::new(&rules::LFS_POINTER, 0..START.len(), message, "pointer").help(
            "`git lfs pull` brings the content into the working tree; a sync reads commits, so also store the file in Git \
             itself: `git lfs untrack`, then `git add --renormalize`",
        )
    })
}

/// Returns the error for a file whose content is in the working tree, but not in the commit.
pub(super) fn stored_elsewhere() -> ParseError {
    let message = "the file is stored with Git LFS: a commit contains only a pointer to its content, and a sync reads commits";
    ParseError::new(&rules::LFS_POINTER, 0..0, message, "stored with Git LFS")
        .help("store it in Git itself: `git lfs untrack`, then `git add --renormalize`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pointers_of_git_lfs_are_recognized() {
        for (text, is_pointer) in [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", true),
            (
                "version https://git-lfs.github.com/spec/v1\r\next-0-a sha256:00\r\noid sha256:00\r\nsize 1\r\n",
                true,
            ),
            ("version https://git-lfs.github.com/spec/v1\n", false),
            ("version https://git-lfs.github.com/spec/v10\noid sha256:00\n", false),
            ("version: 1.0.0\n", false),
            ("", false),
        ] {
            assert_eq!(pointer(text).is_some(), is_pointer, "{text:?}");
        }
    }
}
