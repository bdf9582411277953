//! The laws, of an app with the bytes as one of its files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let app = laws::raw::app(bytes);
    if let Err(broken) = laws::check(&app) {
        panic!("{broken}\n{app}");
    }
});
