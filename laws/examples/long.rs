//! Writes an app with many entries of one shape: `cargo run -p laws --example long -- SHAPE COUNT DIRECTORY`.

#![allow(clippy::print_stderr, clippy::disallowed_methods, reason = "a program for the benchmarks")]

use laws::long;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shape, count, directory] = arguments.as_slice() else {
        eprintln!("usage: long SHAPE COUNT DIRECTORY\nshapes: {}", long::shapes().join(" "));
        return ExitCode::FAILURE;
    };
    let app = count.parse().ok().and_then(|count| long::app(shape, count));
    let Some(app) = app else {
        eprintln!("no shape `{shape}`, or no number `{count}`");
        return ExitCode::FAILURE;
    };
    for (path, bytes) in app.files.files() {
        let path = Path::new(directory).join(path);
        let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, bytes));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
