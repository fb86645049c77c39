//! The number of threads changes neither the registry nor the output.

use crate::{corpus, harness::Folder, report::row};

/// So many good manifests go with all the bad ones.
const GOOD: usize = 500;

#[test]
fn one_thread_and_eight_produce_the_same_bytes() {
    let Some(parts) =
        ["modules", "invalid", "broken"].map(corpus::part).into_iter().collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let [good, invalid, broken] = [0, 1, 2].map(|part| corpus::manifests(&parts[part]));
    let run = |jobs: &str| {
        let folder = Folder::repository();
        for (path, bytes) in good.iter().take(GOOD).chain(&broken) {
            folder.write(&format!("modules/{path}"), bytes);
        }
        for (path, bytes) in &invalid {
            folder.write(&format!("modules/invalid/{path}"), bytes);
        }
        folder.expect(3, &["--jobs", jobs, "compile"]);
        folder.git(&["add", "--all"]);
        let registry = folder.git(&["write-tree", "--prefix=registry/"]);
        (registry, folder.expect(1, &["--jobs", jobs, "validate", "--format", "json"]).out)
    };
    assert!(run("1") == run("8"), "the number of threads shows");
    let manifests = GOOD + invalid.len() + broken.len();
    row(&format!("--jobs 1 and --jobs 8, {manifests} manifests"), "identical registry/, identical report");
}
