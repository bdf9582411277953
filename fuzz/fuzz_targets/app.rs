//! The laws, of an app that the bytes draw.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let app = laws::generate::app(bytes);
    if let Err(broken) = laws::check(&app) {
        panic!("{broken}\n{app}");
    }
});
