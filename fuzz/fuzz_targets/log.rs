//! A log of any bytes gets an answer, and nothing in it is quoted unmasked.
#![no_main]

use nixpacks_diagnose::{diagnose, mask};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = diagnose(bytes) else { return };
    let texts = found.line.iter().chain(&found.failure).map(|line| &line.text);
    for text in texts.chain(&found.command).chain(&found.excerpt) {
        assert_eq!(mask(text), *text);
        assert!(text.chars().count() <= 301 && !text.chars().any(char::is_control), "{text:?}");
    }
});
