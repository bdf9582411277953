//! Holds the apps of the goldens, of either builder, to what has to be true of every migration.

use crate::promises::hold;
use crate::worked::read;
use nixpacks_railpack::release::{Platform, Target};
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of an app that is left out.
const LARGE: usize = 20_000;

/// The directories `before` of the goldens.
fn apps() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut left = vec![root.join("golden"), root.join("golden-railpack")];
    let mut found = Vec::new();
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("before") => found.push(path),
                Some("after") => {}
                _ if path.is_dir() => left.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_migration_of_each_golden_keeps_its_promises() {
    let apps = apps();
    assert!(apps.len() > 100, "{} goldens", apps.len());
    let mut files = 0;
    for path in apps {
        let app = read(&path);
        // Some hold limits of the rules, and say nothing of builders.
        if app.files().map(|(_, bytes)| bytes.len()).sum::<usize>() > LARGE {
            continue;
        }
        let is_of_railpack = path.iter().any(|part| part == "golden-railpack");
        // Of the others there are many.
        let platforms = if is_of_railpack { &Platform::ALL[..] } else { &[Platform::Railway] };
        for platform in platforms.iter().copied() {
            files += hold(&app, Target::of(platform)).files.len();
        }
    }
    assert!(files > 100, "{files} files are written");
}
