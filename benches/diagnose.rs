//! How fast logs are read: 50 MB of each shape in less than a second.
//!
//! `cargo bench --bench diagnose`

#![allow(clippy::unwrap_used, reason = "a log in memory can be read")]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Bytes of a log.
const SIZE: usize = 50 << 20;

const SHAPES: [&str; 5] = ["plain", "railway", "coolify", "json", "deploy"];

/// A log of this shape: much output that means nothing, and an error at the end.
fn log(shape: &str) -> String {
    let step = "RUN pip install -r requirements.txt";
    let error = "/bin/bash: line 1: pip: command not found";
    let anchor = "process \"/bin/bash -ol pipefail -c pip install -r requirements.txt\" did not complete successfully: exit code: 127";
    let output = |at: usize| match at % 4 {
        0 => format!("Collecting package{at}>=1.0 (from -r requirements.txt (line {at}))"),
        1 => format!("  Downloading package{at}-1.0-py3-none-any.whl.metadata (30 kB)"),
        2 => format!(
            "copying path '/nix/store/0000000000000000000000000000000a-acl-{at}' from 'https://cache.nixos.org'..."
        ),
        _ => format!("npm warn deprecated glob@{at}: Glob versions prior to v9 are no longer supported"),
    };
    let line = |at: usize, text: &str| match shape {
        "plain" => format!("#10 {}.31 {text}\n", at % 1000),
        "coolify" => format!("2026-Feb-09 09:10:56.747447 [DEBUG] #10 {}.31 {text}\n", at % 1000),
        "json" => format!("{{\"message\":{text:?},\"timestamp\":\"2025-12-19T12:46:18.466438111Z\"}},"),
        _ => format!("2026-01-26T21:33:20.{at:09}Z [inf]  {text}\n"),
    };
    let (start, end) = match shape {
        "plain" | "coolify" => (format!("#10 [stage-0  6/10] {step}\n"), format!("#10 ERROR: {anchor}\n")),
        "json" => {
            (format!("[{}", line(0, &format!("[stage-0 6/9] {step}"))), format!("{}{{}}]", line(1, anchor)))
        }
        "deploy" => (line(0, "Starting Container"), String::new()),
        _ => (line(0, &format!("[stage-0 6/9] {step}")), line(1, anchor)),
    };
    let mut text = start;
    for at in 0.. {
        if text.len() > SIZE {
            break;
        }
        text.push_str(&line(at, &output(at)));
    }
    text + &line(2, error) + &end
}

#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn fifty_megabytes(bencher: Bencher<'_, '_>, shape: &str) {
    let text = log(shape);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let found = nixpacks_diagnose::diagnose(black_box(text.as_bytes())).unwrap();
        assert!(found.line.is_some());
        found
    });
}

/// What it takes to start: the patterns are put together.
#[divan::bench]
fn one_line(bencher: Bencher<'_, '_>) {
    bencher
        .bench(|| nixpacks_diagnose::diagnose(black_box(&b"/bin/bash: line 1: pip: command not found"[..])));
}
