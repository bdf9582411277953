//! The ways to install the command agree with each other, and what runs on other people's machines does what it says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

/// A file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_hooks_install_the_wheel_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let hooks = read("pyproject.toml");
    assert!(hooks.contains(&format!("\nversion = \"{version}\"\n")), "{hooks}");
    assert!(hooks.contains(&format!("\ndependencies = [\"nixpacks-fix=={version}\"]\n")), "{hooks}");
}
