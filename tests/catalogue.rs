//! What a prediction says is what `diagnose` and `explain` know: one error has one name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::simulate::{Outcome, Reason, Stage};
use std::fs;
use std::path::{Path, PathBuf};

/// The apps of the goldens.
fn apps() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let below = |dir: PathBuf| fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut apps: Vec<PathBuf> =
        below(root).flat_map(below).map(|case| case.join("before")).filter(|dir| dir.is_dir()).collect();
    apps.sort();
    apps
}

fn read(dir: &Path, prefix: &str, app: &mut MemoryApp) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), app);
        } else if let Ok(bytes) = fs::read(entry.path()) {
            app.insert(name, bytes);
        }
    }
}

#[test]
fn each_predicted_error_is_known_under_the_same_name() {
    let (mut wrong, mut held) = (Vec::new(), 0);
    for dir in apps() {
        let mut app = MemoryApp::default();
        read(&dir, "", &mut app);
        let Ok(outcome) = engine::run(&app, &Options::default()) else { continue };
        let Outcome::Fails { stage, reason } = outcome.before.outcome else { continue };
        // Nixpacks' own sentences are the whole log, and their reason says no more than that it stops.
        if stage == Stage::Plan || reason == Reason::Other {
            continue;
        }
        held += 1;
        let known = nixpacks_diagnose::explain(&outcome.before.detail);
        let found = known.first().map(|(reason, _)| reason.name);
        // A lock file that is not there is both.
        let lock_file = (reason, found) == (Reason::NoSuchFile, Some("lock-file"));
        if found != Some(reason.name()) && !lock_file {
            wrong.push(format!(
                "{}: {:?} is {}, not {found:?}",
                dir.display(),
                outcome.before.detail,
                reason.name()
            ));
        }
    }
    assert!(held > 100, "{held}");
    assert!(wrong.is_empty(), "{} of {held}:\n{}", wrong.len(), wrong.join("\n"));
}
