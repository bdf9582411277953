//! A log of any bytes gets an answer, and nothing in it is quoted unmasked.
#![no_main]

use nixpacks_diagnose::{diagnose, mask};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = diagnose(bytes) else { return };
    let texts = found.line.iter().chain(&found.failure).map(|line| &line.text);
    for text in texts.chain(&found.command).chain(&found.excerpt) {
        // A long text is cut off, in the middle of a value that is masked too: then only the mark may come again.
        let again = mask(text);
        assert_eq!(again.trim_end_matches('…'), text.trim_end_matches('…'));
        assert!(text.chars().count() <= 301 && !text.chars().any(char::is_control), "{text:?}");
    }
});
