//! The man pages are whole and read without a warning.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn generated() -> TempDir {
    let dir = TempDir::new().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_man-pages")).arg(dir.path()).status().unwrap();
    assert!(status.success());
    dir
}

fn files(dir: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The commands that the page of the whole tool lists, as its own pages are named.
fn listed(page: &str) -> BTreeSet<String> {
    page.lines()
        .filter_map(|line| line.strip_prefix("nixpacks\\-fix\\-")?.strip_suffix("(1)"))
        .map(|name| format!("nixpacks-fix-{}.1", name.replace('\\', "")))
        .collect()
}

#[test]
fn every_command_has_a_man_page_that_reads_without_a_warning() {
    let dir = generated();
    let pages = files(dir.path());
    let names: BTreeSet<String> =
        pages.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let main = fs::read_to_string(dir.path().join("nixpacks-fix.1")).unwrap();
    let listed = listed(&main);
    assert!(listed.contains("nixpacks-fix-check.1") && listed.is_subset(&names), "{listed:?} {names:?}");
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        assert!(text.contains(".TH ") && text.contains(".SH SYNOPSIS"), "{}", page.display());
        for (program, args) in
            [("mandoc", &["-T", "lint", "-W", "error"][..]), ("man", &["--warnings", "-E", "UTF-8", "-l"])]
        {
            let output = match Command::new(program).args(args).arg(page).env("MANPAGER", "cat").output() {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                output => output.unwrap(),
            };
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{program} {}: {said}", page.display());
        }
    }
}
