//! A registry's own schema, hostile or not, is used or refused: no panic, no hang, and no finding without a place.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use modreg::{
    compile::{Compiler, ManifestFile},
    domain::{ObjectFormat, RepoPath},
    schema::Schemas,
    settings::Settings,
};

const MANIFEST: &str = include_str!("../../../modules/drive/module.yaml");

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let own = BTreeMap::from([("module.schema.json".to_owned(), text.to_owned())]);
    match Schemas::load(&own) {
        Ok(schemas) => {
            let compiler = Compiler { schemas, settings: Settings::default(), format: ObjectFormat::Sha1 };
            let path = RepoPath::new("modules/drive/module.yaml");
            let content = Ok(MANIFEST.as_bytes().to_vec());
            for diagnostic in compiler.compile(ManifestFile { path, content }).diagnostics {
                assert!(diagnostic.source.text().get(diagnostic.span.clone()).is_some());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
