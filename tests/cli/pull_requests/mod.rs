//! Registries whose authors commit the compiled registry with their change: pull requests from the branch to the merge.

mod check;
mod landing;

use crate::{
    harness::{Folder, manifest},
    log::keep_roots_whole,
};

/// The modules of version 1.
const BASE: [&str; 3] = ["chat", "drive", "mail"];

/// A repository whose `main` is at version 1.
fn registry() -> Folder {
    let folder = Folder::with_modules(&BASE);
    keep_roots_whole(&folder);
    folder.expect(0, &["sync"]);
    folder
}

/// Starts a branch at `main` and checks it out.
fn branch(folder: &Folder, name: &str) {
    folder.git(&["switch", "--quiet", "--create", name, "main"]);
}

/// Opens a pull request: a branch with a new module and the registry that it compiles to.
fn propose(folder: &Folder, name: &str) {
    branch(folder, name);
    folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    folder.expect(0, &["compile"]);
    folder.commit(&format!("add {name}, with the registry"));
}

/// Checks out what a pull request is tested as: the merge of its branch into `main`, on no branch.
fn check_out_merge(folder: &Folder, name: &str) {
    folder.git(&["switch", "--quiet", "--detach", "main"]);
    folder.git(&["merge", "--quiet", "--no-ff", "--message", &format!("Merge {name} into main"), name]);
}
