//! Bytes in, diagnostics out: nothing panics, every span lies in its text and on character boundaries, and reports of
//! them carry no control characters. The first byte chooses the format.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modreg::{
    compile::{Compiler, ManifestFile, Registration},
    domain::{ObjectFormat, RepoPath},
    report::{Style, findings::human},
    schema::Schemas,
    settings::Settings,
};

static COMPILER: LazyLock<Compiler> =
    LazyLock::new(|| Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: ObjectFormat::Sha1 });

fuzz_target!(|input: &[u8]| {
    let Some((format, bytes)) = input.split_first() else { return };
    let path = if format % 2 == 0 { "modules/fuzz/module.json" } else { "modules/fuzz/module.yaml" };
    let file = ManifestFile { path: RepoPath::new(path), content: Ok(bytes.to_vec()) };
    let compiled = COMPILER.compile(file);
    let is_invalid = matches!(compiled.registration, Registration::Invalid);
    assert_eq!(is_invalid, compiled.diagnostics.iter().any(|diagnostic| diagnostic.is_error()));
    for diagnostic in &compiled.diagnostics {
        let text = diagnostic.source.text();
        assert!(text.get(diagnostic.span.clone()).is_some(), "{:?} of {} bytes", diagnostic.span, text.len());
        assert!(diagnostic.start() <= diagnostic.end());
        assert!(!diagnostic.message.contains('\n'), "{:?}", diagnostic.message);
    }
    let mut shown = Vec::new();
    human::diagnostics(&mut shown, &compiled.diagnostics, Style::PLAIN).expect("a vector takes all");
    let shown = String::from_utf8(shown).expect("reports are text");
    assert!(!shown.contains(|found: char| found.is_control() && found != '\n'), "{shown:?}");
});
