//! The ways to install the command agree with each other, and what runs on other people's machines does what it says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod action;
#[cfg(unix)]
mod install;
mod versions;

/// Whether a program is on PATH. A test that needs one beyond what CONTRIBUTING.md asks for is left out without it;
/// .ci/run has them all.
#[cfg(unix)]
fn is_installed(program: &str) -> bool {
    let there = std::process::Command::new(program).arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: {program} is not installed");
    }
    there
}
