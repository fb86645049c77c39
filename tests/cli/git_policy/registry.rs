//! A registry with one published module and one new one.

use crate::harness::{Folder, manifest};

/// A line of shell that removes the identity that the harness sets.
pub(crate) const NO_IDENTITY: &str = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL \
                      GIT_AUTHOR_DATE GIT_COMMITTER_DATE; export GIT_CONFIG_GLOBAL=.git/global";

/// A registry with one module, and another one that is not published yet.
pub(crate) fn registry() -> Folder {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    add(&folder, "tasks");
    folder
}

pub(crate) fn add(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.commit(name);
}

pub(crate) fn is_clean(folder: &Folder) {
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.expect(0, &["verify"]);
}
