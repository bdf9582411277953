//! The laws, of an app that the bytes draw.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let app = laws::draw::app(bytes);
    if let Err(broken) = laws::hold(&app) {
        panic!("{broken}\n{app}");
    }
});
