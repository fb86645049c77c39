//! The meaning of git's own messages, where git reports a fact in no other way: neither by an exit code nor by an option.
//!
//! Git prints them untranslated, because it runs with `LC_ALL=C.UTF-8`. The messages of remotes are read in
//! `remote/failure.rs`.

use std::path::PathBuf;

/// Returns the lock file that prevented the run of git. With reftables git does not name it.
pub(super) fn held_lock(message: &str) -> Option<PathBuf> {
    let line =
        message.lines().find(|line| line.contains("Unable to create '") && line.contains("File exists"))?;
    let (_, rest) = line.split_once("Unable to create '")?;
    rest.rsplit_once("': File exists").map(|(path, _)| PathBuf::from(path))
}

/// Returns whether git refuses a repository that belongs to another user.
pub(super) fn is_untrusted_owner(message: &str) -> bool {
    message.contains("detected dubious ownership")
}

/// Returns whether git may not write to the repository.
pub(super) fn is_missing_permission(message: &str) -> bool {
    ["insufficient permission", "Read-only file system", ": Permission denied"]
        .iter()
        .any(|words| message.contains(words))
}

/// Returns whether git found no repository. A `.git` file that names a missing folder is another failure.
pub(in crate::git) fn is_no_repository(message: &str) -> bool {
    message.contains("not a git repository") && !message.contains("not a git repository: ")
}

/// Returns whether neither the index nor the working tree has a path.
pub(in crate::git) fn is_unknown_path(message: &str) -> bool {
    message.contains("did not match any files")
}

/// Returns whether the index has no file below the directory of `git write-tree --prefix`.
pub(in crate::git) fn is_missing_prefix(message: &str) -> bool {
    message.contains("prefix")
}

/// Returns whether the remote has no branch of the name that was fetched.
pub(in crate::git) fn is_missing_branch(message: &str) -> bool {
    message.contains("couldn't find remote ref")
}

/// Returns whether another program holds the lock of the reftables, which git does not name.
pub(in crate::git) fn is_locked_reftable(message: &str) -> bool {
    message.contains("cannot lock references")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_that_is_in_the_way_is_named() {
        for (message, expected) in [
            (
                "fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process seems",
                Some("/r/.git/index.lock"),
            ),
            (
                "fatal: cannot lock ref 'refs/heads/main': Unable to create '/it's/.git/refs/heads/main.lock': File exists.",
                Some("/it's/.git/refs/heads/main.lock"),
            ),
            ("fatal: Unable to create '/r/.git/index.lock': No space left on device", None),
        ] {
            assert_eq!(held_lock(message), expected.map(PathBuf::from), "{message}");
        }
    }
}
