//! Thousands of real entries, each written as a manifest that compiles to the same entry.

use modreg::{
    compile::{Compiler, ManifestFile, Registration},
    domain::{ObjectFormat, RepoPath},
    report::manifest,
    schema::Schemas,
    settings::Settings,
};

use crate::{corpus, report::row};

/// The entry that a manifest compiles to.
fn entry(compiler: &Compiler, path: &str, bytes: &[u8]) -> String {
    let file = ManifestFile { path: RepoPath::new(path), content: Ok(bytes.to_vec()) };
    let compiled = compiler.compile(file);
    match compiled.registration {
        Registration::Registered(entry) => String::from_utf8(entry.bytes).expect("an entry is UTF-8"),
        other @ (Registration::Skipped | Registration::Invalid) => {
            panic!("{path}: {other:?}: {:?}\n{}", compiled.diagnostics, String::from_utf8_lossy(bytes))
        }
    }
}

#[test]
fn every_entry_is_written_as_a_manifest_that_compiles_to_it() {
    let Some(part) = corpus::part("modules") else { return };
    let manifests = corpus::manifests(&part);
    let compiler =
        Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: ObjectFormat::Sha1 };
    for (path, bytes) in &manifests {
        let path = format!("modules/{path}");
        let before = entry(&compiler, &path, bytes);
        let text = manifest::manifest(before.as_bytes(), None).expect("it is an entry");
        let (stem, _) = path.rsplit_once('.').expect("a manifest has an extension");
        let yaml = format!("{stem}.yaml");
        assert_eq!(entry(&compiler, &yaml, text.as_bytes()), before.replacen(&path, &yaml, 1), "{text}");
    }
    row("entries shown as manifests", &format!("{} compile to the same entry", manifests.len()));
}
