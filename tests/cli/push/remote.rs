//! A bare repository to push to, and its hooks.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::harness::{Folder, manifest};

/// A bare repository whose `main` holds one module, and no registry yet.
pub(crate) struct Remote(pub(crate) Folder);

impl Remote {
    pub(crate) fn new() -> Self {
        let remote = Self(Folder::empty());
        remote.0.git(&["init", "--quiet", "--bare", "--initial-branch=main"]);
        let first = remote.clone();
        first.write("modules/drive/module.yaml", manifest("drive"));
        first.commit("manifests");
        first.git(&["push", "--quiet", "origin", "main"]);
        remote
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.0.path().display())
    }

    pub(crate) fn clone(&self) -> Folder {
        self.clone_with(&[])
    }

    pub(crate) fn clone_with(&self, options: &[&str]) -> Folder {
        let folder = Folder::empty();
        folder.git(&[&["clone", "--quiet"], options, &[&self.url(), "."]].concat());
        folder
    }

    pub(crate) fn head(&self) -> String {
        self.0.git(&["rev-parse", "main"])
    }

    /// The subjects of the commits, newest first.
    pub(crate) fn log(&self) -> String {
        self.0.git(&["log", "--format=%s", "main"])
    }

    pub(crate) fn modules(&self) -> String {
        let listed = self.0.git(&["ls-tree", "-r", "--name-only", "main", "registry/modules"]);
        let stems = listed.lines().filter_map(|path| path.rsplit('/').next()?.strip_suffix(".json"));
        stems.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn hook(&self, name: &str, script: &str) {
        hook(&self.0.path().join("hooks"), name, script);
    }
}

pub(crate) fn hook(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).expect("a folder for hooks");
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a new hook");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a hook that can run");
}

/// Adds a module and commits it, without pushing.
pub(crate) fn add(folder: &Folder, name: &str) {
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.commit(name);
}

pub(crate) fn head(folder: &Folder) -> String {
    folder.git(&["rev-parse", "HEAD"])
}

/// The script of a hook that pushes another commit first.
pub(crate) const FASTER: &str = "unset GIT_QUARANTINE_PATH\n\
    export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x\n\
    git update-ref refs/heads/main $(git commit-tree -m faster -p main main^{tree})";
