//! The README's session, and those of `tests/cases/sessions`, are what really happens.

use std::{fs, path::Path};

use crate::session;

#[test]
fn the_session_of_the_readme_is_real() {
    session::run(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")));
}

/// Each file in the folder of sessions has a test here, so that they run side by side.
macro_rules! sessions {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/sessions/", stringify!($name), ".md");
                session::run(Path::new(file));
            }
        )*

        #[test]
        fn every_session_has_a_test() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/sessions");
            let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
            let mut files: Vec<_> = files.map(|name| name.to_string_lossy().into_owned()).collect();
            files.sort();
            assert_eq!(files, [$(concat!(stringify!($name), ".md")),*]);
        }
    };
}

sessions! {
    an_existing_repository
    differences
    entry_as_manifest
    long_lists
    near_misses
    new_modules
    patterns
    rules
    schema_copies
    several_mistakes
    what_a_manifest_is
    what_a_sync_takes
    what_is_in_registry
}
