//! A root that is read is written as the very same bytes, and whatever else is refused without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modreg::registry::Root;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(root) = Root::parse(bytes) {
        assert_eq!(root.to_bytes(), bytes);
    }
});
