//! Canonical form is a fixed point: an entry, read as a manifest, compiles to itself. The first byte chooses the format.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modreg::{
    compile::{Compiler, ManifestFile, Registration},
    domain::{ObjectFormat, RepoPath},
    schema::Schemas,
    settings::Settings,
};

static COMPILER: LazyLock<Compiler> =
    LazyLock::new(|| Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: ObjectFormat::Sha1 });

const JSON: &str = "modules/fuzz/module.json";
const YAML: &str = "modules/fuzz/module.yaml";

fuzz_target!(|input: &[u8]| {
    let Some((format, bytes)) = input.split_first() else { return };
    let path = if format % 2 == 0 { JSON } else { YAML };
    let Some(first) = compile(path, bytes.to_vec()) else { return };
    let first = String::from_utf8(first).expect("an entry is text");
    // The path is part of an entry, and an entry is JSON.
    let first = first.replacen(&format!("\"source\": \"{path}\""), &format!("\"source\": \"{JSON}\""), 1);
    if first.len() > COMPILER.settings.limits.bytes {
        return;
    }
    let second = compile(JSON, first.clone().into_bytes()).expect("an entry is a valid manifest");
    assert_eq!(String::from_utf8(second).expect("an entry is text"), first);
});

fn compile(path: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let file = ManifestFile { path: RepoPath::new(path), content: Ok(bytes) };
    match COMPILER.compile(file).registration {
        Registration::Registered(entry) => Some(entry.bytes),
        Registration::Skipped | Registration::Invalid => None,
    }
}
