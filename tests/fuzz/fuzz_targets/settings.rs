//! Any `modreg.toml` results in settings or in an error that can be shown, never in a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modreg::{rules, settings::Settings};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Settings::parse(text, &rules::RULES) {
        Ok(settings) => drop(settings.output_fingerprint()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
