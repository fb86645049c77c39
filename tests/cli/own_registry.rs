//! This repository is a registry, committed by the tool.

use crate::harness::Folder;

#[test]
fn the_built_ins_are_valid_and_the_registry_is_what_they_give() {
    let folder = Folder::empty();
    let here = env!("CARGO_MANIFEST_DIR");
    folder.expect(0, &["-C", here, "validate", "--strict"]);
    folder.expect(0, &["-C", here, "compile", "--check"]);
}
